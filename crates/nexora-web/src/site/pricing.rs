//! `/pricing`: the plans side by side, what their credits buy, and packs for in between.

mod questions;
mod worth;

use maud::{Markup, html};
use nexora_core::billing::TopUp;
use nexora_core::{Catalog, Credits, MediaKind, Plan};

use crate::components::sale::{self, Sale, WayOn, way_on};
use crate::components::sample::Sample;
use crate::components::{Here, Shell, icon, money, shell};
use crate::design::stock;

/// What the pricing page shows.
#[derive(Clone, Debug)]
pub struct PricingView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The models and their prices.
    pub catalog: &'a Catalog,
    /// What is for sale. For a visitor, what they could buy as a new member.
    pub sale: Sale<'a>,
    /// The plan somebody came here for.
    pub chosen: Option<Plan>,
}

/// The page.
pub fn page(view: &PricingView<'_>) -> Markup {
    let main = html! {
        header.pricing-head {
            h1 { "One balance. " span.glow { "Every model." } }
            p.lede {
                "A plan fills your balance every month and opens more models. Each run shows its price "
                "before you press, and credits come back when it fails."
            }
        }
        (plans(view))
        @if view.sale.offers.is_none() {
            p.pricing-note { "Nothing is for sale in this studio. Whoever runs it decides who has which plan." }
        }
        (worth::table(view.catalog))
        (packs(view))
        (questions::questions())
    };
    shell::site(&view.shell, &main)
}

/// The plans side by side. What is bought elsewhere meanwhile shows by itself.
fn plans(view: &PricingView<'_>) -> Markup {
    html! {
        section.plans #plans aria-label="Plans" hx-get="/pricing" hx-trigger="billing from:#live"
            hx-select="#plans" hx-swap="outerHTML" {
            @for plan in Plan::ALL { (card(view, plan)) }
        }
    }
}

fn card(view: &PricingView<'_>, plan: Plan) -> Markup {
    let is_here = view.shell.member.is_some() && plan == view.sale.plan;
    // A step down that waits, or a plan whose first payment is on its way.
    let is_next = !is_here && view.sale.subscribed == Some(plan);
    html! {
        article.plan-card.is-chosen[view.chosen == Some(plan)] data-plan=(plan.slug()) {
            header {
                h2 { (plan) }
                @if is_here { span.plan-here { "Your plan" } }
                @if is_next { span.plan-here { "Chosen" } }
            }
            p.plan-price {
                b { (money::dollars(plan.price_cents().into())) }
                @if plan > Plan::Free { " a month" } @else { " for ever" }
            }
            p.plan-credits {
                b { (bundle(plan).amount()) }
                @if plan > Plan::Free { " credits every month" } @else { " credits to start with" }
            }
            p.plan-worth { (worth::in_words(view.catalog, plan)) }
            ul.plan-lines {
                @for line in lines(view.catalog, plan) { li { (icon::check()) (line) } }
            }
            div.plan-way {
                @if is_here || is_next { (stay(view, plan)) } @else { (onward(view, plan)) }
            }
        }
    }
}

/// What a plan puts into the balance: monthly, or once.
pub(super) fn bundle(plan: Plan) -> Credits {
    match plan {
        Plan::Free => Credits::STARTER,
        Plan::Growth | Plan::Pro => plan.monthly_credits(),
    }
}

fn lines(catalog: &Catalog, plan: Plan) -> Vec<String> {
    let open = |kind| {
        let models = catalog.of_kind(kind);
        models.filter(|model| plan.reaches(model.tier)).count()
    };
    let (pictures, clips) = (open(MediaKind::Image), open(MediaKind::Video));
    let all = catalog.models().len();
    let models = match pictures + clips {
        open if open == all => format!("Every model: {pictures} for pictures, {clips} for clips"),
        _ => format!("{pictures} models for pictures, {clips} for clips"),
    };
    let reset = match plan {
        Plan::Free => "Starter credits do not expire",
        Plan::Growth | Plan::Pro => "Monthly credits reset with each renewal",
    };
    vec![
        models,
        format!("{} runs at the same time", plan.running_max()),
        reset.to_owned(),
        "Packs of credits on top, which stay".to_owned(),
    ]
}

/// For the plan one is on.
fn stay(view: &PricingView<'_>, plan: Plan) -> Markup {
    html! {
        @if plan > Plan::Free && view.sale.subscribed.is_some() {
            a.button.is-quiet href="/profile#plan" { "Look after it" }
        } @else {
            a.button.is-quiet href="/studio" { "Open studio" }
        }
    }
}

/// To a plan one is not on.
fn onward(view: &PricingView<'_>, plan: Plan) -> Markup {
    let way = view.sale.to_plan(plan);
    html! {
        @match (view.shell.member, plan) {
            (None, Plan::Free) => a.button.is-quiet href="/sign-up" { "Start free" },
            (None, _) if way != WayOn::None => {
                a.primary href={ "/sign-up?return_to=%2Fpricing%3Fplan%3D" (plan.slug()) } {
                    "Start with " (plan)
                }
            },
            (Some(_), Plan::Free) if view.sale.subscribed.is_some() => {
                a.button.is-quiet href="/profile/cancel" { "Back to Free" }
            },
            (Some(_), _) => (way_on(way, "primary")),
            _ => {},
        }
    }
}

fn packs(view: &PricingView<'_>) -> Markup {
    let packs = view.sale.offers.map_or(&[][..], |offers| offers.topups());
    html! {
        @if !packs.is_empty() {
            section.part #packs aria-labelledby="packs-title" {
                h2 #packs-title { "A little more, " span.glow { "which stays." } }
                p.lede {
                    "Packs are paid once, on any plan. Their credits do not expire, and are spent after "
                    "the ones that do."
                }
                ul.packs {
                    @for pack in packs { (offer(view, pack)) }
                }
            }
        }
    }
}

fn offer(view: &PricingView<'_>, pack: &TopUp) -> Markup {
    html! {
        li.pack {
            p.pack-credits { b { (pack.credits.amount()) } " credits" }
            p.pack-price { (money::dollars(pack.price_cents.into())) " once" }
            @if view.shell.member.is_some() {
                button.button.is-bright type="submit" form=(sale::FORM) name="topup" value=(pack.slug) {
                    "Get " (pack.credits)
                }
            } @else {
                a.button.is-quiet href="/sign-up?return_to=%2Fpricing%23packs" { "Start free first" }
            }
        }
    }
}

/// For a visitor, for members without and with a plan, and where nothing is sold.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let sample = |name, is_member: bool, sale: Sale<'_>, chosen| {
        let shell = stock.shell("Sample", Here::Pricing);
        let member = shell.member.filter(|_| is_member);
        let view = PricingView {
            shell: Shell { member, ..shell },
            catalog: &stock.catalog,
            sale,
            chosen,
        };
        Sample::new(name, html! { (plans(&view)) (packs(&view)) })
    };
    let free = stock.sale(Plan::Free, None);
    let growth = stock.sale(Plan::Growth, Some(Plan::Growth));
    let stepping_down = stock.sale(Plan::Pro, Some(Plan::Growth));
    vec![
        sample("visitor", false, free, None),
        sample(
            "member without a plan, who came for Pro",
            true,
            free,
            Some(Plan::Pro),
        ),
        sample("member with a plan", true, growth, None),
        sample("member whose smaller plan waits", true, stepping_down, None),
        sample(
            "where nothing is sold",
            true,
            Sale::nothing(Plan::Free),
            None,
        ),
    ]
}
