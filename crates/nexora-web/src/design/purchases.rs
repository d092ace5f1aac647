//! The pages about money with sample data: prices, the profile in every standing of a plan, and
//! the pages that ask once more.

use maud::Markup;
use nexora_core::{Credits, Plan};
use nexora_engine::{Bill, Paying};

use super::pages::visitor;
use crate::app::billing::BillingView;
use crate::app::billing::cancel::{self, CancelView};
use crate::app::billing::change::{self, ChangeView};
use crate::app::leave::{self, LeaveView, Proof};
use crate::app::profile::{self, BucketView, ProfileView, SessionView};
use crate::components::{BalanceView, Here, Sale, Shell};
use crate::design::stock::{NOW, Stock, ago, id};
use crate::site::pricing::{self, PricingView};

const DAY_MINUTES: i64 = 24 * 60;

pub(super) fn pages(stock: &Stock) -> Vec<(String, Markup)> {
    let mut pages = prices(stock);
    pages.extend(profiles(stock));
    pages.extend(questions(stock));
    pages
}

fn prices(stock: &Stock) -> Vec<(String, Markup)> {
    let page = |shell, sale, chosen| {
        pricing::page(&PricingView {
            shell,
            catalog: &stock.catalog,
            sale,
            chosen,
        })
    };
    let stranger = visitor(stock, "Plans and prices", Here::Pricing);
    let member = stock.shell("Plans and prices", Here::Pricing);
    let free = stock.sale(Plan::Free, None);
    let growth = stock.sale(Plan::Growth, Some(Plan::Growth));
    let pages = [
        ("/pricing", page(stranger.clone(), free, None)),
        ("/pricing-free", page(member.clone(), free, Some(Plan::Pro))),
        ("/pricing-growth", page(member, growth, None)),
        (
            "/pricing-nothing",
            page(stranger, Sale::nothing(Plan::Free), None),
        ),
    ];
    pages.map(|(path, page)| (path.to_owned(), page)).into()
}

fn profiles(stock: &Stock) -> Vec<(String, Markup)> {
    let mut pages = Vec::new();
    for (name, paying) in stock.standings() {
        let path = match name {
            "renews" => "/profile".to_owned(),
            name => format!("/profile-{}", name.replace(' ', "-")),
        };
        pages.push((path, profile_page(stock, &paying)));
    }
    pages
}

fn profile_page(stock: &Stock, paying: &Paying) -> Markup {
    let lines = stock.lines();
    let sessions = [
        session(71, "Firefox on Linux", 0, true),
        session(72, "Safari on iPhone", 190, false),
    ];
    let sale = Sale {
        offers: Some(&stock.offers).filter(|_| !paying.is_frozen),
        plan: paying.plan,
        subscribed: paying.subscription.as_ref().map(|it| it.plan),
    };
    let has_paid = paying.plan > Plan::Free;
    let bills = if has_paid { bills() } else { Vec::new() };
    profile::page(&ProfileView {
        shell: Shell {
            paying: Some(paying),
            ..stock.shell("Profile", Here::Profile)
        },
        member: &stock.member,
        balance: BalanceView {
            available: Credits::new(149),
            held: Credits::new(8),
        },
        buckets: &buckets(),
        billing: BillingView {
            paying,
            sale,
            bills: &bills,
        },
        lines: &lines,
        older: Some("/profile?before=3#ledger"),
        sessions: &sessions,
        is_kept_at_clerk: false,
        errors: &[],
        now: NOW,
    })
}

fn buckets() -> [BucketView<'static>; 2] {
    [
        BucketView {
            title: "Monthly credits",
            remaining: Credits::new(142),
            amount: Credits::new(200),
            expires_at: Some(ago(-9 * DAY_MINUTES)),
            resets_at: None,
        },
        BucketView {
            title: "Starter credits",
            remaining: Credits::new(7),
            amount: Credits::STARTER,
            expires_at: None,
            resets_at: None,
        },
    ]
}

fn session(number: u64, browser: &str, seen: i64, is_this: bool) -> SessionView<'_> {
    SessionView {
        id: id(number),
        browser,
        created_at: ago(seen + 600),
        seen_at: ago(seen),
        is_this,
    }
}

fn bills() -> Vec<Bill> {
    let bill = |number: u32, what, total_cents, granted, days: i64| Bill {
        id: number.to_string(),
        what,
        total_cents,
        refunded_cents: 0,
        is_paid: true,
        granted: Some(Credits::new(granted)),
        at: ago(days * DAY_MINUTES),
        is_invoice: what != "Credits",
    };
    vec![
        Bill {
            is_paid: false,
            granted: None,
            ..bill(4, "Another month", 2_900, 0, 1)
        },
        Bill {
            refunded_cents: 500,
            ..bill(3, "Another month", 2_900, 200, 31)
        },
        bill(2, "Credits", 1_500, 100, 40),
        bill(1, "First month", 2_900, 200, 61),
    ]
}

fn questions(stock: &Stock) -> Vec<(String, Markup)> {
    let renews_at = Some(ago(-30 * DAY_MINUTES));
    let change = |now, to| {
        change::page(&ChangeView {
            shell: stock.shell("Change the plan", Here::Profile),
            now,
            to,
            renews_at,
            card: None,
        })
    };
    let cancel = cancel::page(&CancelView {
        shell: stock.shell("End your plan", Here::Profile),
        plan: Plan::Pro,
        ends_at: renews_at,
        expiring: Credits::new(742),
        staying: Credits::new(107),
    });
    let leave = |subscribed, proof, error| {
        leave::page(&LeaveView {
            shell: stock.shell("Delete your account", Here::Profile),
            subscribed,
            credits: Credits::new(149),
            proof,
            error,
        })
    };
    let wrong = Some("That is not right, so nothing was deleted.");
    let pages = [
        ("/profile/plan", change(Plan::Growth, Plan::Pro)),
        ("/profile/plan-down", change(Plan::Pro, Plan::Growth)),
        ("/profile/plan-back", change(Plan::Pro, Plan::Pro)),
        ("/profile/cancel", cancel),
        (
            "/profile/delete",
            leave(Some(Plan::Pro), Proof::Password, None),
        ),
        ("/profile/delete-words", leave(None, Proof::Words, wrong)),
    ];
    pages.map(|(path, page)| (path.to_owned(), page)).into()
}
