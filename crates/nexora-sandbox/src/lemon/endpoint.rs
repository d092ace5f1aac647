//! The store's only webhook, as the API lists it.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::api::Keyed;
use super::catalogue::STORE_ID;
use super::clock::stamp;
use super::list::{Page, listed};
use super::problem::{Problem, json_api};
use super::view::View;
use crate::stage::Stage;

/// Its id, below those of everything that is sold.
const ID: u64 = 7;
/// What it is subscribed to: everything that is played here.
const EVENTS: [&str; 13] = [
    "order_created",
    "order_refunded",
    "subscription_created",
    "subscription_updated",
    "subscription_cancelled",
    "subscription_resumed",
    "subscription_expired",
    "subscription_paused",
    "subscription_unpaused",
    "subscription_payment_success",
    "subscription_payment_failed",
    "subscription_payment_recovered",
    "subscription_payment_refunded",
];

/// `GET /v1/webhooks`. The secret is never told, as in life.
pub(super) async fn list(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let now = stage.lemon.clock.now();
    let books = stage.lemon.books();
    let view = View {
        books: &books,
        base_url: &stage.base_url,
        now,
    };
    let resource = |url: String| {
        let attributes = json!({
            "store_id": STORE_ID, "url": url, "events": EVENTS, "last_sent_at": null,
            "created_at": stamp(now), "updated_at": stamp(now), "test_mode": true,
        });
        view.resource("webhooks", ID, attributes, &["store"])
    };
    let all = stage.lemon.outbox.url().map(resource).into_iter().collect();
    let page = Page::parse(query.as_deref().unwrap_or_default())?;
    let own = format!("{}/lemon/v1/webhooks", stage.base_url);
    Ok(json_api(StatusCode::OK, &listed(&own, all, &page)))
}
