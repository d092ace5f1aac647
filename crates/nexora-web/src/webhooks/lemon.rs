//! `POST /api/webhooks/lemon`: what the merchant says happened to a purchase.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use nexora_engine::ReceiveError;
use tracing::warn;

use crate::body;
use crate::problem::Problem;
use crate::state::App;

/// Everything about one subscription is 4 kB.
const BYTES_MAX: usize = 256 << 10;
/// The lower-case hexadecimal HMAC-SHA256 of the body.
const SIGNATURE: &str = "x-signature";

/// Answers exactly 200 once the delivery is kept, whatever it says: anything else is sent again
/// three times, and then never.
pub(super) async fn take_in(
    State(app): State<App>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (parts, body) = request.into_parts();
    let raw = body::read(&parts.headers, body, BYTES_MAX).await?;
    let signature = parts.headers.get(SIGNATURE);
    let signature = signature.and_then(|value| value.to_str().ok());
    match app.engine().receive(&raw, signature).await {
        Ok(()) => Ok(StatusCode::OK),
        Err(ReceiveError::Off) => Err(Problem::no_such_page()),
        Err(error @ ReceiveError::NotSigned) => {
            warn!("a delivery that claims to be the merchant's is not believed: {error}");
            Err(Problem::not_signed())
        }
        Err(ReceiveError::Engine(error)) => Err(error.into()),
    }
}
