//! What a test may do to the played Lemon Squeezy that the real one offers nobody.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::backstage;
use super::card::Card;
use super::catalogue::Offer;
use super::clock::Ahead;
use super::mail::{Mail, Posted};
use super::time::{act, advance, pump};
use crate::stage::Stage;

/// The played Lemon Squeezy in the hands of a test.
#[derive(Clone, Copy)]
pub struct LemonPlay<'a>(pub(crate) &'a Arc<Stage>);

impl LemonPlay<'_> {
    /// The API's address, without `/v1` and without a trailing slash.
    pub fn url(&self) -> String {
        format!("{}/lemon", self.0.base_url)
    }

    /// Webhooks go to this loopback address from now on. Before that nobody is told anything.
    pub fn deliver_to(&self, url: &str) {
        self.0.lemon.outbox.aim(url);
    }

    /// How webhooks come from now on; a new sandbox shuffles them.
    pub fn set_mail(&self, mail: Mail) {
        self.0.lemon.outbox.set_mail(mail);
    }

    /// The store's time. It runs with the wall.
    pub fn now(&self) -> Timestamp {
        self.0.lemon.clock.now()
    }

    /// How far that is ahead of the wall, for whoever lives in the store's time.
    pub fn ahead(&self) -> Ahead {
        self.0.lemon.clock.ahead()
    }

    /// Whom to tell before somebody moves the store's time: it is told how far, and time moves when
    /// the answer is there. The first to ask is told, nobody else.
    pub fn warn_before_moves(
        &self,
        warning: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) {
        let _is_second = self.0.lemon.warning.set(Box::new(warning)).is_err();
    }

    /// The page on which a person moves time and gives cards their fate.
    pub fn backstage_url(&self) -> String {
        format!("{}{}", self.0.base_url, backstage::PATH)
    }

    /// Lets time pass. Returns when everything until then has happened and every webhook that fell
    /// due has been tried, with its retries. At most ten years.
    pub async fn advance(&self, by: Duration) {
        advance(self.0, by).await;
    }

    /// Another card for a subscription; what it owes is charged at once. False when there is no such
    /// subscription, or it has expired.
    pub fn set_card(&self, subscription_id: u64, card: Card) -> bool {
        act(self.0, |books, now| {
            match books.set_card(subscription_id, card, now) {
                Ok(facts) => (true, facts),
                Err(_) => (false, Vec::new()),
            }
        })
    }

    /// An order turns out to be fraud. Nobody is told, as in life: it shows when the order is read.
    pub fn mark_fraudulent(&self, order_id: u64) -> bool {
        act(self.0, |books, now| {
            let order = books.orders.get_mut(&order_id);
            let is_known = order.is_some();
            if let Some(order) = order {
                order.is_fraudulent = true;
                order.updated_at = now;
            }
            (is_known, Vec::new())
        })
    }

    /// Sells one thing more, or at another price.
    pub fn offer(&self, offer: Offer) {
        let mut books = self.0.lemon.books();
        books
            .offers
            .retain(|known| known.variant_id != offer.variant_id);
        books.offers.push(offer);
    }

    /// Webhooks that were delivered or given up, oldest first, the last 1000.
    pub fn posted(&self) -> Vec<Posted> {
        self.0.lemon.outbox.posted()
    }

    /// Sends such a webhook again, byte for byte. False when it is not remembered.
    pub fn resend(&self, webhook_id: &str) -> bool {
        let is_known = self.0.lemon.outbox.resend(webhook_id, self.now());
        pump(self.0);
        is_known
    }
}

#[derive(Deserialize)]
pub(super) struct Aim {
    url: Option<String>,
    mail: Option<Mail>,
    resend: Option<String>,
}

/// `POST /lemon/_webhook {"url"?, "mail"?, "resend"?}`.
pub(super) async fn aim_over_http(
    State(stage): State<Arc<Stage>>,
    Json(wish): Json<Aim>,
) -> Result<Json<Value>, StatusCode> {
    let play = LemonPlay(&stage);
    if let Some(url) = &wish.url {
        play.deliver_to(url);
    }
    if let Some(mail) = wish.mail {
        play.set_mail(mail);
    }
    if wish.resend.is_some_and(|id| !play.resend(&id)) {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(posted_over_http(State(stage)).await)
}

/// `GET /lemon/_webhook`: what was posted.
pub(super) async fn posted_over_http(State(stage): State<Arc<Stage>>) -> Json<Value> {
    Json(json!({ "posted": stage.lemon.outbox.posted() }))
}

#[derive(Deserialize)]
pub(super) struct CardWish {
    subscription_id: u64,
    card: Card,
}

/// `POST /lemon/_card {"subscription_id", "card"}`.
pub(super) async fn set_card_over_http(
    State(stage): State<Arc<Stage>>,
    Json(wish): Json<CardWish>,
) -> StatusCode {
    known(LemonPlay(&stage).set_card(wish.subscription_id, wish.card))
}

#[derive(Deserialize)]
pub(super) struct Fraud {
    order_id: u64,
}

/// `POST /lemon/_fraud {"order_id"}`.
pub(super) async fn mark_fraudulent_over_http(
    State(stage): State<Arc<Stage>>,
    Json(wish): Json<Fraud>,
) -> StatusCode {
    known(LemonPlay(&stage).mark_fraudulent(wish.order_id))
}

fn known(is_known: bool) -> StatusCode {
    if is_known {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}
