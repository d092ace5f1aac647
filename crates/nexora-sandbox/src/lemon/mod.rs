//! Lemon Squeezy: a store with plans and packs of credits, whose time can be moved.
//!
//! `/lemon/v1` is the API, `/lemon/checkout` and `/lemon/portal` are the pages buyers see. What the
//! real one offers nobody begins with `/lemon/_`: its clock, its webhooks, its cards.

mod api;
mod backstage;
mod books;
mod calendar;
mod card;
pub mod catalogue;
mod change;
mod checkout;
mod checkout_page;
mod clock;
mod endpoint;
mod list;
mod mail;
mod play;
mod portal;
mod problem;
mod sell;
mod signed;
mod time;
mod view;
mod wish;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use tokio::sync::{Mutex as Turn, Notify};

pub use self::card::Card;
pub use self::catalogue::{Billing, Offer};
pub use self::clock::Ahead;
pub use self::mail::{Mail, Posted};
pub use self::play::LemonPlay;

use self::books::Books;
use self::clock::Clock;
use self::mail::Outbox;
use self::problem::Problem;
use crate::line::Cord;
use crate::script::{Gate, Moment, Provider};
use crate::stage::Stage;

/// Any key is let in; this one is the sandbox's own.
pub(crate) const API_KEY: &str = "sandbox-lemon-key";
/// Signs the webhooks. Lemon Squeezy's secrets have 6 to 40 characters.
pub(crate) const SIGNING_SECRET: &str = "sandbox-lemon-signing-secret";
/// Whose pages are played.
const HOUSE: &str = "Lemon Squeezy";

/// What Lemon Squeezy remembers.
pub(crate) struct Lemon {
    clock: Clock,
    books: Mutex<Books>,
    outbox: Outbox,
    /// Whoever moves time or delivers webhooks: one at a time.
    turn: Turn<()>,
    /// Wakes the pump when the clock was moved.
    moved: Notify,
    /// Told before somebody moves the clock.
    warning: OnceLock<Warning>,
}

/// Called with how far the clock will be moved; it is moved when this is done.
pub(crate) type Warning = Box<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

impl Lemon {
    pub(crate) fn new() -> Self {
        let clock = Clock::default();
        let books = Mutex::new(Books::new(clock.now()));
        Self {
            clock,
            books,
            outbox: Outbox::new(),
            turn: Turn::new(()),
            moved: Notify::new(),
            warning: OnceLock::new(),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn routes(stage: &Arc<Stage>) -> Router<Arc<Stage>> {
    let v1 = Router::new()
        .route("/users/me", get(api::show_me))
        .route("/stores/{id}", get(api::show_store))
        .route("/checkouts", post(checkout::create))
        .route("/checkouts/{id}", get(checkout::show))
        .route(
            "/subscriptions/{id}",
            get(api::show_subscription)
                .patch(api::update)
                .delete(api::cancel),
        )
        .route(
            "/subscription-invoices/{id}/refund",
            post(api::refund_invoice),
        )
        .route(
            "/subscription-invoices/{id}/generate-invoice",
            post(api::generate_invoice),
        )
        .route("/orders/{id}/refund", post(api::refund_order))
        .route("/webhooks", get(endpoint::list))
        .route("/{kind}", get(api::list))
        .route("/{kind}/{id}", get(api::show))
        .layer(from_fn_with_state(Arc::clone(stage), gate));
    Router::new()
        .nest("/lemon/v1", v1)
        .route(
            "/lemon/checkout/custom/{id}",
            get(checkout_page::show).post(checkout_page::pay),
        )
        .route(
            "/lemon/portal/{customer}",
            get(portal::show).post(portal::change),
        )
        .route(
            "/lemon/subscription/{id}/{page}",
            get(portal::show_one).post(portal::change_one),
        )
        .route("/lemon/document/{id}", get(portal::document))
        .route(backstage::PATH, get(backstage::show).post(backstage::play))
        .route("/lemon/_time", get(time::show))
        .route("/lemon/_time/advance", post(time::advance_over_http))
        .route(
            "/lemon/_webhook",
            get(play::posted_over_http).post(play::aim_over_http),
        )
        .route("/lemon/_card", post(play::set_card_over_http))
        .route("/lemon/_fraud", post(play::mark_fraudulent_over_http))
}

/// Lets the script turn a call away, cut it or garble its answer.
async fn gate(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    request: Request,
    next: Next,
) -> Response {
    let call = format!("{} {}", request.method(), request.uri().path());
    match stage.script.gate(Provider::Lemon, Moment::Submit, &call) {
        Gate::Lost => cord.cut(),
        Gate::Shut(shut) => Problem::from(shut).into_response(),
        Gate::Open(way) => cord.give(next.run(request).await, way),
    }
}
