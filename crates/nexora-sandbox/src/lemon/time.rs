//! Time passes: what is due happens and is told, by itself or when a test moves the clock.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, Fact};
use super::mail::{deliver_due, write};
use crate::stage::{Stage, later};

/// The clock moves at most this far at once: ten years of renewals for a few subscriptions.
pub(super) const STEP_SECONDS_MAX: u64 = 10 * 366 * 24 * 3_600;

/// Changes the books and tells of it. Delivery happens in the background.
pub(super) fn act<T>(
    stage: &Arc<Stage>,
    change: impl FnOnce(&mut Books, Timestamp) -> (T, Vec<Fact>),
) -> T {
    let now = stage.lemon.clock.now();
    let outcome = {
        let mut books = stage.lemon.books();
        let (outcome, facts) = change(&mut books, now);
        write(stage, &books, &facts, now);
        outcome
    };
    pump(stage);
    outcome
}

/// Moves the clock; returns when everything until then has happened and every webhook that was due
/// has been tried. What happens is told in its order in time.
pub(super) async fn advance(stage: &Arc<Stage>, by: Duration) {
    let by = by.min(Duration::from_secs(STEP_SECONDS_MAX));
    let turn = stage.lemon.turn.lock().await;
    if let Some(warning) = stage.lemon.warning.get() {
        warning(by).await;
    }
    let target = later(stage.lemon.clock.now(), by);
    play_until(stage, target).await;
    drop(turn);
    stage.lemon.moved.notify_one();
    pump(stage);
}

/// Starts the task that delivers and retries, unless it runs.
pub(super) fn pump(stage: &Arc<Stage>) {
    if stage.lemon.outbox.next_due().is_none() || !stage.lemon.outbox.wants_pump() {
        return;
    }
    let carrier = Arc::clone(stage);
    stage.tasks.spawn(async move {
        while !carrier.closing.is_cancelled() {
            let turn = carrier.lemon.turn.lock().await;
            let now = carrier.lemon.clock.now();
            play_until(&carrier, now).await;
            drop(turn);
            let happening = carrier.lemon.books().next_due();
            let Some(next) = carrier.lemon.outbox.next_or_rest(happening) else {
                return;
            };
            let wait = next.duration_since(carrier.lemon.clock.now());
            let wait = Duration::try_from(wait).unwrap_or_default();
            tokio::select! {
                () = carrier.pause(wait) => {}
                () = carrier.lemon.moved.notified() => {}
            }
        }
    });
}

/// Step by step, so that each webhook is written and tried at its own time.
async fn play_until(stage: &Arc<Stage>, target: Timestamp) {
    loop {
        deliver_due(stage).await;
        let happening = stage.lemon.books().next_due();
        let letter = stage.lemon.outbox.next_due();
        let next = [happening, letter].into_iter().flatten().min();
        let Some(at) = next.filter(|at| *at <= target && !stage.closing.is_cancelled()) else {
            break;
        };
        stage.lemon.clock.move_to(at);
        let mut books = stage.lemon.books();
        for facts in books.play_due(at) {
            write(stage, &books, &facts, at);
        }
    }
    stage.lemon.clock.move_to(target);
}

/// `GET /lemon/_time`.
pub(super) async fn show(State(stage): State<Arc<Stage>>) -> Json<Value> {
    Json(json!({ "now": super::clock::stamp(stage.lemon.clock.now()) }))
}

#[derive(Deserialize)]
pub(super) struct Step {
    seconds: u64,
}

/// `POST /lemon/_time/advance {"seconds"}`.
pub(super) async fn advance_over_http(
    State(stage): State<Arc<Stage>>,
    Json(step): Json<Step>,
) -> Json<Value> {
    advance(&stage, Duration::from_secs(step.seconds)).await;
    show(State(stage)).await
}
