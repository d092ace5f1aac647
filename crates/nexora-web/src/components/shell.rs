//! The frame around every page: head, bars, notices, and the live line to the server.

use maud::{DOCTYPE, Markup, html};
use nexora_core::Member;
use nexora_engine::Paying;

use crate::assets;
use crate::components::acting::acting;
use crate::components::balance::BalanceView;
use crate::components::notice::{self, Notice};
use crate::components::{navbar, sale, sidebar, standing};

/// What every page knows about itself and its reader.
#[derive(Clone, Debug)]
pub struct Shell<'a> {
    /// The page's own title, for example "History".
    pub title: &'a str,
    /// Who is signed in.
    pub member: Option<&'a Member>,
    /// Their credits.
    pub balance: Option<BalanceView>,
    /// What they pay for.
    pub paying: Option<&'a Paying>,
    /// Whether buttons on the page may lead to a checkout.
    pub can_buy: bool,
    /// Which entry of the bars is this page.
    pub here: Here,
    /// Whether some provider is played by the built-in sandbox.
    pub sandbox: bool,
    /// A notice left by the page before.
    pub flash: Option<Notice>,
    /// The stamp of what bars and banners are drawn from, for a page that opens the live line
    /// (`GET /live`).
    pub live: Option<&'a str>,
    /// Whether somebody else acts in the member's name.
    pub is_acted_for: bool,
}

/// A place in the bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// `/`
    Home,
    /// `/pricing`
    Pricing,
    /// `/sign-in`
    SignIn,
    /// `/sign-up`
    SignUp,
    /// `/studio`
    Studio,
    /// `/generate`
    Generate,
    /// `/director` and everything below it
    Director,
    /// `/history` and everything below it
    History,
    /// `/profile`
    Profile,
    /// A page the bars do not name.
    Elsewhere,
}

/// How often a page with something pending reloads itself without JavaScript, in seconds.
const REFRESH_SECONDS: u32 = 3;
/// The same where people write: a reload takes their words away.
const REFRESH_SECONDS_WRITING: u32 = 20;

/// A page of the public site: navigation above, colophon below.
pub fn site(shell: &Shell<'_>, main: &Markup) -> Markup {
    let body = html! {
        (navbar::navbar(shell))
        main.site #main tabindex="-1" {
            @if let Some(member) = shell.member.filter(|_| shell.is_acted_for) { (acting(member)) }
            (banners(shell))
            @if let Some(flash) = &shell.flash { (notice::flash(flash)) }
            (main)
        }
        (navbar::colophon(shell))
    };
    document(shell, "site-page", false, &body)
}

/// A page of the studio: navigation beside the work. `pending` says that something on it will
/// change by itself.
pub fn app(shell: &Shell<'_>, pending: bool, main: &Markup) -> Markup {
    let body = html! {
        (sidebar::sidebar(shell))
        main.app #main tabindex="-1" {
            @if let Some(member) = shell.member.filter(|_| shell.is_acted_for) { (acting(member)) }
            (banners(shell))
            @if let Some(flash) = &shell.flash { (notice::flash(flash)) }
            (main)
        }
    };
    document(shell, "app-page", pending, &body)
}

/// What the member has to know, on every page. The live line fills it anew.
fn banners(shell: &Shell<'_>) -> Markup {
    html! {
        @if let Some(paying) = shell.paying {
            div #banners.banners { (standing::banners(paying)) }
        }
    }
}

fn document(shell: &Shell<'_>, class: &str, pending: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(shell, pending))
            body class=(class) {
                a.skip href="#main" { "Skip to content" }
                div.backdrop aria-hidden="true" {}
                (body)
                @if shell.can_buy { (sale::form()) }
                nx-toasts #toasts role="status" aria-live="polite" {}
                @if let Some(stamp) = shell.live {
                    div #live hidden hx-sse:connect={ "/live?drawn=" (stamp) } hx-swap="none" {}
                }
            }
        }
    }
}

const fn refresh_seconds(here: Here) -> u32 {
    if matches!(here, Here::Studio | Here::Generate | Here::Director) {
        REFRESH_SECONDS_WRITING
    } else {
        REFRESH_SECONDS
    }
}

fn head(shell: &Shell<'_>, pending: bool) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
            meta name="color-scheme" content="dark";
            meta name="theme-color" content="#000000";
            title { (shell.title) " · Nexora" }
            meta name="description"
                content="Pictures and clips from the best models, in one studio, with every credit accounted for.";
            // Only the SSE extension may register, and no style sheet is injected.
            meta name="htmx-config" content="extensions:sse, includeIndicatorCSS:false";
            link rel="preload" href=(assets::url("inter.woff2")) as="font" type="font/woff2"
                crossorigin="anonymous";
            link rel="stylesheet" href=(assets::url("app.css"));
            link rel="icon" href=(assets::url("mark.svg")) type="image/svg+xml";
            link rel="manifest" href=(assets::url("nexora.webmanifest"));
            // In this order: what listens to htmx is there before htmx does anything.
            script type="module" src=(assets::url("app.js")) {}
            @if shell.member.is_some() {
                script defer src=(assets::url("htmx.js")) {}
            }
            @if pending {
                noscript { meta http-equiv="refresh" content=(refresh_seconds(shell.here)); }
            }
        }
    }
}
