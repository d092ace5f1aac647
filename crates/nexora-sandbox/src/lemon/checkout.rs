//! Checkouts: made through the API, opened by a buyer, paid once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::{Keyed, document, parse};
use super::catalogue::STORE_ID;
use super::clock::stamp;
use super::problem::{Problem, json_api};
use super::signed::link_until;
use super::view::{View, usd};
use super::wish::{self, Wish};
use crate::stage::Stage;

/// A page on which one purchase can be made.
pub(super) struct Checkout {
    pub(super) id: String,
    pub(super) wish: Wish,
    pub(super) is_used: bool,
    pub(super) created_at: Timestamp,
}

/// `POST /v1/checkouts`.
pub(super) async fn create(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    body: Bytes,
) -> Result<Response, Problem> {
    let now = stage.lemon.clock.now();
    let mut books = stage.lemon.books();
    let wish = wish::read(&parse(&body)?, &books, now)?;
    let checkout = Checkout {
        id: Uuid::new_v4().to_string(),
        wish,
        is_used: false,
        created_at: now,
    };
    let view = View {
        books: &books,
        base_url: &stage.base_url,
        now,
    };
    let mut resource = checkout.view(&view);
    if checkout.wish.wants_preview {
        resource["attributes"]["preview"] = checkout.preview();
    }
    let answer = document(resource);
    books.checkouts.put(checkout.id.clone(), checkout);
    Ok(json_api(StatusCode::CREATED, &answer))
}

/// `GET /v1/checkouts/{id}`. What was given as custom data is not told again.
pub(super) async fn show(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let books = stage.lemon.books();
    let checkout = books.checkouts.get(&id).ok_or(Problem::NotFound)?;
    let view = View {
        books: &books,
        base_url: &stage.base_url,
        now: stage.lemon.clock.now(),
    };
    Ok(json_api(StatusCode::OK, &document(checkout.view(&view))))
}

impl Checkout {
    /// Where the buyer is sent.
    pub(super) fn url(&self, base_url: &str) -> String {
        let path = format!("/lemon/checkout/custom/{}", self.id);
        link_until(base_url, &path, self.wish.expires_at)
    }

    fn view(&self, view: &View<'_>) -> Value {
        let [product_options, checkout_options, checkout_data] = &self.wish.options;
        let attributes = json!({
            "store_id": STORE_ID,
            "variant_id": self.wish.offer.variant_id,
            "custom_price": self.wish.custom_price,
            "product_options": product_options,
            "checkout_options": checkout_options,
            "checkout_data": checkout_data,
            "expires_at": self.wish.expires_at.map(stamp),
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.created_at),
            "test_mode": true,
            "url": self.url(view.base_url),
        });
        view.resource("checkouts", &self.id, attributes, &["store", "variant"])
    }

    fn preview(&self) -> Value {
        let price = self.wish.custom_price;
        let subtotal = price.unwrap_or(self.wish.offer.price_cents);
        let discount = if self.wish.is_free { subtotal } else { 0 };
        let mut preview = json!({ "currency": "USD", "currency_rate": 1 });
        let amounts = [
            ("subtotal", subtotal),
            ("discount_total", discount),
            ("setup_fee", 0),
            ("tax", 0),
            ("total", subtotal - discount),
        ];
        for (name, cents) in amounts {
            preview[name] = cents.into();
            preview[format!("{name}_usd")] = cents.into();
            preview[format!("{name}_formatted")] = usd(cents).into();
        }
        preview
    }
}
