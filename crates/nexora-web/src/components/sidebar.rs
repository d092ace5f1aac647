//! The bar beside the studio's pages; on a narrow screen it becomes a top and a bottom bar.

use maud::{Markup, html};
use nexora_core::Member;

use crate::components::balance::balance;
use crate::components::icon;
use crate::components::navbar::{brand, sandbox_mark};
use crate::components::sample::Sample;
use crate::components::shell::{Here, Shell};
use crate::design::stock;

/// The bar.
pub fn sidebar(shell: &Shell<'_>) -> Markup {
    html! {
        header.sidebar {
            div.sidebar-head { (brand()) }
            nav.sidebar-nav aria-label="Studio" {
                ul {
                    (entry(shell.here == Here::Studio, "/studio", "Studio", &icon::spark()))
                    (entry(shell.here == Here::Generate, "/generate", "Create", &icon::sliders()))
                    (entry(shell.here == Here::Director, "/director", "Director", &icon::clapper()))
                    (entry(shell.here == Here::History, "/history", "History", &icon::history()))
                    (entry(shell.here == Here::Profile, "/profile", "Profile", &icon::person()))
                }
            }
            div.sidebar-foot {
                @if shell.sandbox { (sandbox_mark()) }
                @if let Some(view) = &shell.balance { (balance(view)) }
                @if let Some(member) = shell.member { (owner(member)) }
            }
        }
    }
}

fn entry(here: bool, href: &str, word: &str, icon: &Markup) -> Markup {
    html! {
        li { a href=(href) aria-current=[here.then_some("page")] { (icon) span { (word) } } }
    }
}

fn owner(member: &Member) -> Markup {
    html! {
        div.owner {
            span.avatar aria-hidden="true" { (initial(member)) }
            div.owner-words {
                p.owner-name { (member.display_name) }
                p.owner-plan #owner-plan { (member.plan) " plan" }
            }
            form method="post" action="/sign-out" {
                button.act type="submit" aria-label="Sign out" { (icon::out()) }
            }
        }
    }
}

/// The first letter of the member's name, for their avatar.
pub fn initial(member: &Member) -> String {
    let name = member.display_name.to_string();
    let first = name.chars().find(|c| c.is_alphanumeric());
    first.map_or_else(|| "N".to_owned(), |letter| letter.to_uppercase().collect())
}

/// On the studio page.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let shell = stock.shell("Sample", Here::Studio);
    vec![Sample::new("on the studio page", sidebar(&shell))]
}
