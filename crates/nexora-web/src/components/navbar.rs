//! The bar above the public pages, and the colophon below them.

use maud::{Markup, html};

use crate::components::balance::balance;
use crate::components::icon;
use crate::components::sample::Sample;
use crate::components::shell::{Here, Shell};
use crate::design::stock;

/// The bar. A visitor is invited, a member is led to the studio.
pub fn navbar(shell: &Shell<'_>) -> Markup {
    html! {
        header.navbar {
            nav.navbar-glass.glass aria-label="Main" {
                (brand())
                ul.navbar-links {
                    @for (href, word) in [("/#work", "Work"), ("/#models", "Models"), ("/#credits", "Credits")] {
                        li { a href=(href) { (word) } }
                    }
                    li {
                        a href="/pricing" aria-current=[(shell.here == Here::Pricing).then_some("page")] {
                            "Pricing"
                        }
                    }
                }
                div.navbar-end {
                    @if shell.member.is_some() {
                        @if let Some(view) = &shell.balance { (balance(view)) }
                        a.button.is-bright href="/studio" { "Open studio" }
                    } @else {
                        a.button.is-quiet href="/sign-in"
                            aria-current=[(shell.here == Here::SignIn).then_some("page")] { "Sign in" }
                        a.button.is-bright href="/sign-up"
                            aria-current=[(shell.here == Here::SignUp).then_some("page")] { "Start free" }
                    }
                }
            }
        }
    }
}

/// Name, mark and the way home.
pub fn brand() -> Markup {
    html! {
        a.brand href="/" aria-label="Nexora, home" { (icon::mark()) span { "NEXORA" } }
    }
}

/// What every site says at its end.
pub fn colophon(shell: &Shell<'_>) -> Markup {
    html! {
        footer.colophon {
            p { "Nexora" }
            ul {
                li { a href="/pricing" { "Pricing" } }
                li { a href="/terms" { "Terms" } }
                li { a href="/privacy" { "Privacy" } }
            }
            @if shell.sandbox { (sandbox_mark()) }
        }
    }
}

/// Says that at least one provider is played by the built-in sandbox.
pub fn sandbox_mark() -> Markup {
    html! {
        p.sandbox-mark title="At least one provider has no key and is played by the built-in sandbox" {
            span.sandbox-dot aria-hidden="true" {} "Sandbox"
        }
    }
}

/// For a visitor and for a member.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let visitor = Shell {
        member: None,
        balance: None,
        ..stock.shell("Sample", Here::Home)
    };
    let member = stock.shell("Sample", Here::Home);
    vec![
        Sample::new("visitor", navbar(&visitor)),
        Sample::new("member", navbar(&member)),
        Sample::new("colophon", colophon(&member)),
    ]
}
