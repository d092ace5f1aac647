//! What a member pays for, on their profile: the plan, packs, and what was paid.

pub mod cancel;
pub mod change;

use maud::{Markup, html};
use nexora_core::{Credits, Plan};
use nexora_engine::{Bill, Paying, PlanState};

use crate::components::sale::{Sale, WayOn, way_on};
use crate::components::{icon, moment, money, standing};

/// What the sections about money show.
#[derive(Clone, Copy, Debug)]
pub struct BillingView<'a> {
    /// How the member stands.
    pub paying: &'a Paying,
    /// What they could buy.
    pub sale: Sale<'a>,
    /// What they paid, the latest first.
    pub bills: &'a [Bill],
}

/// The plan: what it is, how it stands, and what can be done to it.
pub fn plan(view: &BillingView<'_>) -> Markup {
    let (plan, paid) = (view.paying.plan, paid(view.paying));
    html! {
        section.panel.plan #plan aria-labelledby="plan-title" {
            p.kicker #plan-title { "Plan" }
            p.plan-name {
                (plan)
                @if paid.price_cents() > 0 { span { (money::monthly_price(paid)) } }
            }
            p.plan-standing { (standing::sentence(view.paying)) }
            @if let Some(card) = view.paying.subscription.as_ref().and_then(|it| it.card.as_ref()) {
                p.muted { (standing::card(card)) }
            }
            ul.plan-lines {
                @if !paid.monthly_credits().is_zero() {
                    li { (icon::check()) (paid.monthly_credits()) " every month" }
                } @else if plan == Plan::Free {
                    li { (icon::check()) (Credits::STARTER) " to start with" }
                }
                li { (icon::check()) (models(plan)) }
                li { (icon::check()) (plan.running_max()) " runs at the same time" }
            }
            div.plan-ways { (ways(view)) }
        }
    }
}

/// The plan that money comes in for; what was given by hand brings no credits by itself.
fn paid(paying: &Paying) -> Plan {
    match (paying.state, &paying.subscription) {
        (PlanState::Given, _) => Plan::Free,
        (PlanState::Renews(_), Some(subscription)) => subscription.plan,
        _ => paying.plan,
    }
}

/// Which models a plan opens.
pub(super) const fn models(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "all standard models",
        Plan::Growth => "all standard and premium models",
        Plan::Pro => "every model there is",
    }
}

fn ways(view: &BillingView<'_>) -> Markup {
    html! {
        @match view.paying.state {
            PlanState::Free | PlanState::Unpaid => { (plans_for_sale(view)) },
            PlanState::Renews(_) | PlanState::Becomes { .. } | PlanState::Trial(_) => {
                (changes(view))
                a.button.is-quiet href="/api/lemon/payment-method" { "Change the card" }
                a.button.is-quiet href="/profile/cancel" { "Cancel" }
            },
            PlanState::Ends(_) => {
                form method="post" action="/api/lemon/resume" {
                    button.button.is-bright type="submit" { "Resume " (view.paying.plan) }
                }
            },
            PlanState::PastDue(_) => {
                a.button.is-bright href="/api/lemon/payment-method" { "Update the card" }
                a.button.is-quiet href="/profile/cancel" { "Cancel" }
            },
            PlanState::Paused { .. } => {
                a.button.is-bright href="/api/lemon/portal" { "Take it up again" }
                a.button.is-quiet href="/profile/cancel" { "Cancel" }
            },
            PlanState::Given | PlanState::Confirming => {},
        }
        a.link href="/pricing" { "Compare plans " (icon::arrow()) }
    }
}

fn plans_for_sale(view: &BillingView<'_>) -> Markup {
    html! {
        @for (plan, class) in [(Plan::Growth, "button is-bright"), (Plan::Pro, "button is-quiet")] {
            @if plan > view.paying.plan { (way_on(view.sale.to_plan(plan), class)) }
        }
    }
}

fn changes(view: &BillingView<'_>) -> Markup {
    let chosen = view.paying.subscription.as_ref().map(|it| it.plan);
    html! {
        @for plan in [Plan::Growth, Plan::Pro] {
            // A step down that was not reached yet can be taken back.
            @if Some(plan) != chosen && plan == view.paying.plan {
                a.button.is-bright href={ "/profile/plan?to=" (plan.slug()) } { "Keep " (plan) }
            } @else if Some(plan) > chosen {
                (way_on(view.sale.to_plan(plan), "button is-bright"))
            } @else if Some(plan) < chosen {
                (way_on(view.sale.to_plan(plan), "button is-quiet"))
            }
        }
    }
}

/// Packs, where some are for sale.
pub fn packs(sale: &Sale<'_>) -> Markup {
    let packs = sale.offers.map_or(&[][..], |offers| offers.topups());
    html! {
        @if !packs.is_empty() {
            div.topups {
                p.muted { "More credits, which do not expire:" }
                div.panel-row {
                    @for pack in packs { (way_on(WayOn::Pack(pack), "button is-quiet")) }
                }
            }
        }
    }
}

/// What was paid, with its papers.
pub fn payments(view: &BillingView<'_>) -> Markup {
    html! {
        section.panel #payments aria-labelledby="payments-title" {
            div.row {
                h2 #payments-title { "Payments" }
                @if view.bills.iter().any(|bill| bill.is_invoice) {
                    a.link href="/api/lemon/portal" { "All papers " (icon::arrow()) }
                }
            }
            @if view.bills.is_empty() {
                p.muted { "Nothing was paid yet." }
            } @else {
                ul.bills { @for bill in view.bills { (bill_row(bill)) } }
            }
        }
    }
}

fn bill_row(bill: &Bill) -> Markup {
    html! {
        li.bill {
            div {
                p.bill-what { (bill.what) }
                p.muted {
                    (moment::day(bill.at))
                    @if let Some(granted) = bill.granted { " · " (granted) }
                }
            }
            p.bill-amount {
                b { (money::dollars(bill.total_cents)) }
                @if bill.refunded_cents > 0 {
                    span.muted { (money::dollars(bill.refunded_cents)) " paid back" }
                } @else if !bill.is_paid {
                    span.muted { "not paid" }
                }
            }
            @if bill.is_invoice {
                a.act.act-words href={ "/api/lemon/invoices/" (bill.id) } {
                    "Invoice" span.sr { " over " (money::dollars(bill.total_cents)) }
                }
            }
        }
    }
}

/// A page that says what will happen and asks once more. Without scripts it is one step like any
/// other.
pub(super) fn ask(title: &str, facts: &[Markup], deed: &Markup, stay: &str) -> Markup {
    html! {
        a.back href="/profile#plan" { (icon::arrow()) "Back to your profile" }
        article.ask {
            h1 { (title) }
            ul.ask-facts { @for fact in facts { li { (icon::check()) div { (fact) } } } }
            div.ask-ways {
                (deed)
                a.button.is-quiet href="/profile#plan" { (stay) }
            }
        }
    }
}
