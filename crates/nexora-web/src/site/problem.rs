//! A page for what went wrong, with a way out.

use maud::{Markup, html};

use crate::components::{Shell, shell};

/// What an error page shows.
#[derive(Clone, Debug)]
pub struct ProblemView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words: "There is nothing here".
    pub title: &'a str,
    /// What it means and what to do, in a sentence or two.
    pub sentence: &'a str,
    /// The ways out, the best first: words and address.
    pub ways: &'a [(&'a str, &'a str)],
    /// One click to what is missing, if it is for sale.
    pub onward: Markup,
    /// What to name when asking the operator about it.
    pub request_id: Option<&'a str>,
}

/// The page.
pub fn page(view: &ProblemView<'_>) -> Markup {
    let main = html! {
        section.problem {
            p.problem-status aria-hidden="true" { (view.status) }
            h1 { (view.title) }
            p.lede { (view.sentence) }
            div.problem-ways {
                (view.onward)
                @for (n, (words, href)) in view.ways.iter().enumerate() {
                    a class=(class(view, n)) href=(href) { (words) }
                }
            }
            @if let Some(id) = view.request_id { p.muted { "Request " code { (id) } } }
        }
    };
    shell::site(&view.shell, &main)
}

/// The best way stands out.
fn class(view: &ProblemView<'_>, n: usize) -> &'static str {
    if n == 0 && view.onward.0.is_empty() {
        "button is-bright"
    } else {
        "button is-quiet"
    }
}
