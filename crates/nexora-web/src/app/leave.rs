//! `/profile/delete`: what leaving means, and the proof that it is meant.

use maud::{Markup, html};
use nexora_core::member::PASSWORD_CHARS_MAX;
use nexora_core::{Credits, Plan};

use crate::components::{Shell, icon, shell};

/// What has to be typed where there is no password.
pub const WORDS: &str = "delete my account";

/// What the page shows.
#[derive(Clone, Debug)]
pub struct LeaveView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The plan of a subscription that has to be ended.
    pub subscribed: Option<Plan>,
    /// Credits that are lost.
    pub credits: Credits,
    /// How it is proved.
    pub proof: Proof,
    /// Why the last try did not count.
    pub error: Option<&'a str>,
}

/// How somebody proves that it is them and that they mean it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// With their password.
    Password,
    /// With words: somebody else keeps the passwords.
    Words,
}

/// The page.
pub fn page(view: &LeaveView<'_>) -> Markup {
    let main = html! {
        a.back href="/profile" { (icon::arrow()) "Back to your profile" }
        article.ask {
            h1 { "Delete your account?" }
            ul.ask-facts.is-grave { @for fact in facts(view) { li { (icon::alert()) div { (fact) } } } }
            p { a.button.is-quiet href="/api/export" download { (icon::download()) "Take your data along first" } }
            form.stack.ask-proof method="post" action="/profile/delete" {
                (proof(view))
                div.ask-ways {
                    button.button.is-danger type="submit" { "Delete everything" }
                    a.button.is-quiet href="/profile" { "Keep it" }
                }
            }
        }
    };
    shell::app(&view.shell, false, &main)
}

fn facts(view: &LeaveView<'_>) -> Vec<Markup> {
    let mut facts = Vec::new();
    if let Some(plan) = view.subscribed {
        facts.push(html! {
            p { b { "Your " (plan) " plan is ended first." } " Nothing more is charged, and nothing is paid back." }
        });
    }
    facts.push(html! {
        p { b { "Your pictures and clips are deleted" } ", with everything you wrote, and nobody can bring them back." }
    });
    if !view.credits.is_zero() {
        facts.push(html! { p { b { (view.credits) } " are lost." } });
    }
    facts.push(html! {
        p {
            "The lines of your ledger stay, under nobody's name: books are not rewritten. Lemon Squeezy "
            "keeps the invoices of what you paid."
        }
    });
    facts
}

fn proof(view: &LeaveView<'_>) -> Markup {
    let (name, label) = match view.proof {
        Proof::Password => ("password", "Your password".to_owned()),
        Proof::Words => ("words", format!("Type “{WORDS}”")),
    };
    let kind = match view.proof {
        Proof::Password => "password",
        Proof::Words => "text",
    };
    html! {
        div.field {
            label for="proof" { (label) }
            input #proof type=(kind) name=(name) required maxlength=(PASSWORD_CHARS_MAX)
                autocomplete=(if view.proof == Proof::Password { "current-password" } else { "off" })
                aria-invalid=[view.error.map(|_| "true")]
                aria-describedby=[view.error.map(|_| "proof-error")];
            @if let Some(error) = view.error { p.field-error #proof-error role="alert" { (error) } }
        }
    }
}
