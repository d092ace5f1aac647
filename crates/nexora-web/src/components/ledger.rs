//! The journal as sentences: where every credit came from and where it went.

use maud::{Markup, html};
use nexora_core::Credits;
use nexora_core::ledger::{Account, Entry, EntryKind};

use crate::components::moment;
use crate::components::sample::Sample;
use crate::design::stock;

/// One line of the journal with the balance after it.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The line.
    pub entry: &'a Entry,
    /// What was free to spend after it, where that is known.
    pub available_after: Option<Credits>,
}

/// The journal, in the order given.
pub fn ledger(lines: &[Line<'_>]) -> Markup {
    html! {
        ol.ledger {
            @for line in lines { (row(line)) }
        }
    }
}

fn row(line: &Line<'_>) -> Markup {
    let entry = line.entry;
    html! {
        li.ledger-line data-kind=(entry.kind.slug()) {
            span.ledger-sign aria-hidden="true" { (sign(entry)) }
            div.ledger-words {
                p.ledger-sentence {
                    b { (headline(entry)) }
                    @if !entry.note.is_empty() { ": " (entry.note) }
                }
                p.ledger-small {
                    span { "Line " (entry.number) } " " (moment::full(entry.at))
                    @if let Some(generation) = entry.generation {
                        " " a href={ "/g/" (generation) "/receipt" } { "receipt" }
                    }
                }
            }
            @if let Some(after) = line.available_after {
                span.ledger-after { (after.amount()) span.sr { " credits free to spend after this" } }
            }
        }
    }
}

/// "8 credits held", "15 credits granted", …
pub fn headline(entry: &Entry) -> String {
    let amount = entry.amount;
    match (entry.kind, entry.to) {
        (EntryKind::Grant, _) => format!("{amount} granted"),
        (EntryKind::Hold, _) => format!("{amount} held"),
        (EntryKind::Charge, _) => format!("{amount} charged"),
        (EntryKind::Release, _) => format!("{amount} returned"),
        (EntryKind::Expire, _) => format!("{amount} expired"),
        (EntryKind::Correct, Account::Available) => format!("{amount} added by a correction"),
        (EntryKind::Correct, _) => format!("{amount} taken by a correction"),
    }
}

/// What the line did to the credits that are free to spend: a hold takes, a return gives, a
/// charge takes from what was already held.
fn sign(entry: &Entry) -> String {
    let amount = entry.amount.amount();
    match (entry.from, entry.to) {
        (_, Account::Available) => format!("+{amount}"),
        (Account::Available, _) => format!("−{amount}"),
        _ => format!("{amount}"),
    }
}

/// Every kind of line.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    vec![Sample::new("every kind of line", ledger(&stock.lines()))]
}
