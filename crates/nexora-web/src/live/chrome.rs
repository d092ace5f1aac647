//! What surrounds a page's own matter and depends on credits and plan: banners, the plan's name,
//! locks on models, and the ways past them. The live line keeps it as it would be drawn now.

use std::collections::BTreeMap;

use axum::response::sse::Event;
use maud::{Markup, html};
use nexora_engine::Glance;
use sha2::{Digest, Sha256};

use crate::components::composer::gate_of;
use crate::components::{picker, standing};
use crate::state::App;

/// Letters of a stamp: enough that two states of one member do not share one by chance.
const STAMP_CHARS: usize = 16;

/// The pieces as a page shows them: by the selector of their place, how one is put there and what
/// it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chrome(BTreeMap<String, (&'static str, String)>);

/// Tells what somebody had and paid for at one moment from any other.
pub(crate) fn stamp(glance: &Glance) -> String {
    let seen = format!("{:?}", (glance.balance.available(), &glance.paying));
    let mut digits = hex::encode(Sha256::digest(seen));
    digits.truncate(STAMP_CHARS);
    digits
}

impl Chrome {
    /// The pieces for a member who has this and pays for that, or for who acts in their name.
    pub(super) async fn of(app: &App, glance: &Glance, is_acted_for: bool) -> Self {
        let paying = &glance.paying;
        let lately = app.lately().await;
        let shop = app.shop(app.sale(paying, is_acted_for)).telling(&lately);
        let mut pieces = BTreeMap::new();
        let mut piece = |place: String, how, markup: Markup| {
            pieces.insert(place, (how, markup.into_string()));
        };
        let plan = html! { (paying.plan) " plan" };
        piece("#owner-plan".to_owned(), "innerHTML", plan);
        let banners = standing::banners(paying);
        piece("#banners".to_owned(), "innerHTML", banners);
        for (n, model) in app.catalog().models().iter().enumerate() {
            let line = picker::standing_line(shop, model, n);
            piece(format!("#standing-{n}"), "outerHTML", line);
            let gate = gate_of(shop, model, glance.balance.available());
            piece(format!("#gate-{n}"), "innerHTML", gate);
        }
        Self(pieces)
    }

    /// Messages that make a page look like this which looks like `shown`; each is dropped by a
    /// page that has no place for it.
    pub(super) fn since(&self, shown: &Self) -> Vec<Event> {
        let is_new = |(place, piece): &(&String, &(&'static str, String))| {
            shown.0.get(*place) != Some(*piece)
        };
        let news = self.0.iter().filter(is_new);
        let messages = news.map(|(place, (how, markup))| {
            let markup = maud::PreEscaped(markup);
            let partial = html! { hx-partial hx-target=(place) hx-swap=(how) { (markup) } };
            Event::default().data(partial.into_string())
        });
        messages.collect()
    }
}
