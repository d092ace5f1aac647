//! `/design`: every component in every sample state.

mod boards;
mod comparing;
mod directing;
mod pages;
mod purchases;
mod stock;

use maud::{Markup, html};

use crate::components::sample::Sample;
use crate::components::{
    Here, acting, balance, card, composer, fields, gate, icon, ledger, navbar, picker, quote,
    shell, sidebar, slots, standing,
};
use crate::site::pricing;
pub use pages::pages;
pub use stock::{Stock, stock};

/// Every component with its samples.
pub fn components() -> Vec<(&'static str, Vec<Sample>)> {
    vec![
        ("card", card::samples()),
        ("composer", composer::samples()),
        ("slots", slots::samples()),
        ("picker", picker::samples()),
        ("quote", quote::samples()),
        ("fields", fields::samples()),
        ("ledger", ledger::samples()),
        ("balance", balance::samples()),
        ("navbar", navbar::samples()),
        ("sidebar", sidebar::samples()),
        ("acting", acting::samples()),
        ("gate", gate::samples()),
        ("standing", standing::samples()),
        ("plans", pricing::samples()),
    ]
}

/// The page. Samples of one component repeat ids (a page has one composer), so each stands in a
/// template of its own that `app.js` opens in a shadow tree.
pub fn page() -> Markup {
    let stock = stock();
    let shown = stock.shell("Design", Here::Elsewhere);
    let main = html! {
        header.page-head { h1 { "Design" } p.page-count { "every component, every state" } }
        section.specimens aria-labelledby="card" {
            h2 #card { "card" }
            div.feed { @for sample in card::samples() { (sample.markup) } }
        }
        @for (name, samples) in components().iter().filter(|(name, _)| *name != "card") {
            section.specimens aria-labelledby=(name) {
                h2 id=(name) { (name) }
                @for sample in samples { (specimen(sample)) }
            }
        }
        section.specimens aria-labelledby="icons" {
            h2 #icons { "icons" }
            ul.icon-list { @for (name, icon) in icon::all() { li { (icon) span { (name) } } } }
        }
    };
    shell::site(&shown, &main)
}

fn specimen(sample: &Sample) -> Markup {
    html! {
        figure.specimen {
            figcaption { (sample.name) }
            nx-sample { template shadowrootmode="open" {
                link rel="stylesheet" href=(crate::assets::url("app.css"));
                (sample.markup)
            } }
        }
    }
}
