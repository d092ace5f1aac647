//! `/sign-in` and `/sign-up`.

use maud::{Markup, html};
use nexora_core::Credits;
use nexora_core::member::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};

use crate::assets;
use crate::components::{Shell, shell};

/// What the sign-in and sign-up pages show.
#[derive(Clone, Debug)]
pub struct SignInView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// Where to go afterwards: a path of this site; empty for the studio.
    pub return_to: &'a str,
    /// Why the last try did not work.
    pub error: Option<&'a str>,
    /// The address that was typed.
    pub email: &'a str,
    /// The name that was typed (sign-up only).
    pub display_name: &'a str,
}

/// `/sign-in`
pub fn sign_in(view: &SignInView<'_>) -> Markup {
    let card = html! {
        h1 { "Welcome back" }
        (error(view))
        form.stack method="post" action="/sign-in" {
            input type="hidden" name="return_to" value=(view.return_to);
            (email_field(view))
            div.field {
                label for="password" { "Password" }
                input #password type="password" name="password" required
                    maxlength=(PASSWORD_CHARS_MAX) autocomplete="current-password";
            }
            button.primary.is-wide type="submit" { "Sign in" }
        }
        p.door-other { "New here? " a href=(address("/sign-up", view.return_to)) { "Start with " (Credits::STARTER) } }
    };
    shell::site(&view.shell, &door(&card))
}

/// `/sign-up`
pub fn sign_up(view: &SignInView<'_>) -> Markup {
    let card = html! {
        h1 { "Start creating" }
        p.door-lede { (Credits::STARTER) " are yours to begin with. No card needed." }
        (error(view))
        form.stack method="post" action="/sign-up" {
            input type="hidden" name="return_to" value=(view.return_to);
            div.field {
                label for="display_name" { "Name " span.optional { "optional" } }
                input #display_name name="display_name" maxlength="60" autocomplete="name"
                    value=(view.display_name);
            }
            (email_field(view))
            div.field {
                label for="password" { "Password" }
                input #password type="password" name="password" required
                    minlength=(PASSWORD_CHARS_MIN) maxlength=(PASSWORD_CHARS_MAX)
                    autocomplete="new-password" aria-describedby="password-note";
                p.field-note #password-note { "At least " (PASSWORD_CHARS_MIN) " characters. A sentence is a good one." }
            }
            button.primary.is-wide type="submit" { "Create account" }
        }
        p.door-other { "Already a member? " a href=(address("/sign-in", view.return_to)) { "Sign in" } }
        p.door-small {
            "By creating an account you accept the " a href="/terms" { "terms" } " and the "
            a href="/privacy" { "privacy notes" } "."
        }
    };
    shell::site(&view.shell, &door(&card))
}

/// The form on one side, one work of the showcase on the other.
pub(super) fn door(card: &Markup) -> Markup {
    html! {
        div.door {
            section.door-card.glass { (card) }
            @if let Some(art) = assets::arts().first() {
                figure.door-art {
                    img src=(art.still) alt=(art.prompt) width=(art.width) height=(art.height);
                    figcaption { "“" (art.prompt) "”" }
                }
            } @else {
                div.door-art.is-plain aria-hidden="true" { div.aura {} }
            }
        }
    }
}

fn error(view: &SignInView<'_>) -> Markup {
    html! {
        @if let Some(error) = view.error { p.flash data-kind="err" role="alert" { (error) } }
    }
}

fn email_field(view: &SignInView<'_>) -> Markup {
    html! {
        div.field {
            label for="email" { "E-mail" }
            input #email type="email" name="email" required maxlength="254" autocomplete="email"
                autofocus[view.error.is_none()] value=(view.email);
        }
    }
}

/// A door that leads to `return_to`; an empty one leads to the studio.
pub(super) fn address(path: &str, return_to: &str) -> String {
    if return_to.is_empty() {
        return path.to_owned();
    }
    let query: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    format!("{path}?return_to={query}")
}
