//! What stands between a member and a run with one model, and the way on.

use maud::{Markup, html};
use nexora_core::{Credits, Model, Plan};

use crate::components::sale::{Sale, way_on};
use crate::components::sample::Sample;
use crate::components::shop::Standing;
use crate::components::{icon, money};
use crate::design::stock;

/// One model and what a member has.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'a> {
    /// Which model.
    pub model: &'a Model,
    /// Whether the member may order it.
    pub standing: Standing,
    /// What the run costs.
    pub price: Credits,
    /// What they can spend.
    pub available: Credits,
    /// What they could buy.
    pub sale: Sale<'a>,
}

/// What is missing, why, and one click to it; nothing when the way is free.
pub fn gate(view: &Gate<'_>) -> Markup {
    match view.standing {
        Standing::NeedsPlan(plan) => locked(view, plan),
        Standing::Off => html! {},
        Standing::Open => match view.price.checked_sub(view.available) {
            Some(missing) if !missing.is_zero() => short(view, missing),
            Some(_) | None => html! {},
        },
    }
}

fn locked(view: &Gate<'_>, plan: Plan) -> Markup {
    html! {
        div.gate {
            (icon::lock())
            p {
                b { (view.model.title) } " is part of the " b { (plan) } " plan: "
                (money::monthly_price(plan)) ", with " (plan.monthly_credits()) " every month. "
                a.inline href={ "/pricing?plan=" (plan.slug()) } { "What is in it" }
            }
            (way_on(view.sale.to_plan(plan), "button is-bright"))
        }
    }
}

fn short(view: &Gate<'_>, missing: Credits) -> Markup {
    html! {
        div.gate {
            (icon::coin())
            p {
                "You have " (view.available) ", this needs " (view.price) ". "
                b { (missing.amount()) " more" }
                @if missing.amount() == 1 { " is needed. " } @else { " are needed. " }
                a.inline href="/pricing" { "Plans and packs" }
            }
            (way_on(view.sale.to_credits(missing), "button is-bright"))
        }
    }
}

/// Locked and short, for somebody without a plan, with one, and where nothing is sold.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let of = |name, id: &str, available, sale: Sale<'_>| {
        let model = stock.catalog.find(id)?;
        let view = Gate {
            model,
            standing: Standing::of(model, sale.plan),
            price: model.price.credits,
            available: Credits::new(available),
            sale,
        };
        Some(Sample::new(name, gate(&view)))
    };
    let free = stock.sale(Plan::Free, None);
    let growth = stock.sale(Plan::Growth, Some(Plan::Growth));
    let nothing = Sale::nothing(Plan::Free);
    let samples = [
        of("locked, without a plan", "seedance-2.0", 15, free),
        of("locked, with a smaller plan", "seedance-2.0", 200, growth),
        of("locked, where nothing is sold", "luma-ray-2", 15, nothing),
        of("short of a few", "wan-2.1-turbo", 7, free),
        of("short, with a plan", "luma-ray-2", 3, growth),
        of("short, where nothing is sold", "kling-3.0", 0, nothing),
    ];
    samples.into_iter().flatten().collect()
}
