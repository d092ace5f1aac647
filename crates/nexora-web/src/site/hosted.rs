//! `/sign-in` and `/sign-up` when Clerk signs people in: a link to its page, in whose place its own
//! form is mounted once its scripts are there.

use maud::{Markup, html};
use nexora_core::Credits;

use super::sign_in::{address, door};
use crate::assets;
use crate::components::{Shell, shell};

/// Which of the two doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// For members.
    SignIn,
    /// For new members.
    SignUp,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct HostedView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// Which of the two doors.
    pub which: Which,
    /// Where to go afterwards, as it was asked for; empty for the studio.
    pub return_to: &'a str,
    /// Where to go afterwards: a path of this site.
    pub home: &'a str,
    /// Address of Clerk's own page for it.
    pub portal: &'a str,
    /// Names the instance to Clerk's scripts.
    pub publishable_key: &'a str,
    /// Addresses of Clerk's scripts: the components, then what mounts them.
    pub scripts: &'a [String; 2],
    /// Whether whoever comes had an account here and deleted it.
    pub is_gone: bool,
}

/// The page.
pub fn page(view: &HostedView<'_>) -> Markup {
    let card = if view.is_gone {
        gone()
    } else {
        html! {
            (words(view))
            (mount(view))
            (other(view))
        }
    };
    shell::site(&view.shell, &door(&card))
}

fn words(view: &HostedView<'_>) -> Markup {
    html! {
        @match view.which {
            Which::SignIn => {
                h1 { "Welcome back" }
                p.door-lede { "You sign in with Clerk. Your password stays there." }
            },
            Which::SignUp => {
                h1 { "Start creating" }
                p.door-lede {
                    (Credits::STARTER) " are yours to begin with. No card needed."
                }
            },
        }
    }
}

/// The link is there at once. The scripts may take their time, or never come.
fn mount(view: &HostedView<'_>) -> Markup {
    let (word, mounted) = match view.which {
        Which::SignIn => ("Continue to sign in", "sign-in"),
        Which::SignUp => ("Continue to sign up", "sign-up"),
    };
    let [components, clerk] = view.scripts;
    html! {
        div #clerk hidden data-mount=(mounted) data-home=(view.home)
            data-sign-in=(address("/sign-in", view.return_to))
            data-sign-up=(address("/sign-up", view.return_to)) {}
        a.button.primary.is-wide #portal href=(view.portal) { (word) }
        script defer crossorigin="anonymous" src=(components) {}
        script defer crossorigin="anonymous" src=(clerk)
            data-clerk-publishable-key=(view.publishable_key) {}
        script type="module" src=(assets::url("clerk.js")) {}
    }
}

fn other(view: &HostedView<'_>) -> Markup {
    html! {
        @match view.which {
            Which::SignIn => p.door-other {
                "New here? "
                a href=(address("/sign-up", view.return_to)) { "Start with " (Credits::STARTER) }
            },
            Which::SignUp => {
                p.door-other {
                    "Already a member? "
                    a href=(address("/sign-in", view.return_to)) { "Sign in" }
                }
                p.door-small {
                    "By creating an account you accept the " a href="/terms" { "terms" }
                    " and the " a href="/privacy" { "privacy notes" } "."
                }
            },
        }
    }
}

/// Their account at Clerk may live a little longer than the one here.
fn gone() -> Markup {
    html! {
        h1 { "This account is gone" }
        p.door-lede {
            "You deleted it, and nothing was kept but the lines of the ledger. You can come back "
            "with a new account."
        }
        form.stack method="post" action="/sign-out" {
            button.primary.is-wide type="submit" { "Use another account" }
        }
    }
}
