//! `/g/{id}/receipt`: what one run cost, line by line.

use maud::{Markup, html};
use nexora_core::Member;

use crate::components::begun::begun;
use crate::components::ledger::{Line, ledger};
use crate::components::{Run, Shell, icon, moment, shell};

/// What a receipt shows.
#[derive(Clone, Debug)]
pub struct ReceiptView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// Whose receipt.
    pub member: &'a Member,
    /// The run.
    pub run: Run<'a>,
    /// Its lines in the journal, oldest first.
    pub lines: &'a [Line<'a>],
}

/// The page; it prints on one sheet.
pub fn page(view: &ReceiptView<'_>) -> Markup {
    let run = &view.run;
    let money = run.money();
    let main = html! {
        a.back href={ "/g/" (run.generation.id) } { (icon::arrow()) "Back to the run" }
        article.receipt {
            header.receipt-head {
                div {
                    p.kicker { "Receipt" }
                    h1 { (money.sentence()) }
                }
                (icon::mark())
            }
            p.receipt-story { (story(run)) }
            (begun(run))
            h2 { "Lines in the ledger" }
            (ledger(view.lines))
            (small_print(view))
            p.receipt-print { "Every line is sealed to the one before it, so none can be changed or removed unseen." }
        }
    };
    shell::app(&view.shell, run.is_pending(), &main)
}

fn story(run: &Run<'_>) -> Markup {
    let generation = run.generation;
    html! {
        "On " (moment::full(generation.created_at)) " you ordered "
        (article(run)) " from " b { (run.model_title()) } " for " b { (generation.quote.credits) } ". "
        @if let Some(by) = &generation.run_by {
            "It ran on " b { (by.provider) } " (" code { (by.upstream) } "). "
        }
        @if let Some(sentence) = run.state_sentence() { (sentence) }
        @else if let Some(ended) = generation.ended_at {
            "It was ready "
            (moment::span(ended.as_ms().saturating_sub(generation.created_at.as_ms())))
            " later."
        }
    }
}

fn article(run: &Run<'_>) -> String {
    match run.generation.order.count {
        1 => format!("a {}", run.what()),
        _ => run.what(),
    }
}

fn small_print(view: &ReceiptView<'_>) -> Markup {
    html! {
        dl.facts {
            div { dt { "For" } dd { (view.member.display_name) } }
            div { dt { "Run" } dd { code { (view.run.generation.id) } } }
            div { dt { "Printed" } dd { (moment::full(view.run.now)) } }
        }
    }
}
