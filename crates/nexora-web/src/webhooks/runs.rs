//! `POST /api/webhooks/{fal,replicate,higgsfield}?run=…`: a provider has news of a run. They are
//! not read here; the run is looked at now instead of later.

use axum::extract::Request;
use axum::http::StatusCode;
use nexora_core::{Clock, Provider, SystemClock};
use nexora_providers::signature::SignatureError;
use nexora_providers::webhook::HookError;
use tracing::{error, warn};

use crate::body::{self, Texts};
use crate::problem::Problem;
use crate::state::App;

/// Results are addresses, and a log is cut long before this. What is larger (a prediction repeats
/// the pictures it was given) is not worth the memory of a stranger's request: the run is asked
/// about in its turn.
const BYTES_MAX: usize = 1 << 20;

/// Answers 200 to whatever is genuine, also when it brings nothing new: there is nobody who could
/// do better at a second try.
pub(super) async fn take_in(
    app: App,
    provider: Provider,
    request: Request,
) -> Result<StatusCode, Problem> {
    let adapter = app.engine().providers().get(provider);
    let Some(hooks) = adapter.and_then(|adapter| adapter.hooks()) else {
        return Err(Problem::no_such_page());
    };
    let (parts, body) = request.into_parts();
    let raw = body::read(&parts.headers, body, BYTES_MAX).await?;
    // Senders sign by the wall's clock, also while a demonstration moves ours.
    let read = hooks.read(&parts.headers, &raw, SystemClock.now()).await;
    let notice = read.map_err(|error| unread(provider, error))?;
    let query = Texts::of_form(parts.uri.query().unwrap_or_default().as_bytes());
    app.engine()
        .hear_provider(query.text("run"), &notice)
        .await?;
    Ok(StatusCode::OK)
}

fn unread(provider: Provider, error: HookError) -> Problem {
    match error {
        HookError::Signature(SignatureError::NoSecret) | HookError::Unchecked => {
            Problem::webhook_unchecked()
        }
        HookError::Signature(
            SignatureError::Unsigned | SignatureError::OutOfTime | SignatureError::Forged,
        ) => {
            warn!("a delivery that claims to be {provider}'s is not believed: {error}");
            Problem::not_signed()
        }
        HookError::Unreadable => {
            error!("a delivery of {provider}'s cannot be taken in: {error}");
            Problem::unreadable_delivery()
        }
    }
}
