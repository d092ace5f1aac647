//! `POST /api/webhooks/clerk`: somebody changed, left, or signed out at Clerk's.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use nexora_providers::Clerk;
use nexora_providers::signature::{Delivery, SignatureError};
use tracing::{error, warn};

use crate::body;
use crate::config::Identity;
use crate::problem::Problem;
use crate::state::App;

/// A person with all their metadata is a few kilobytes.
const BYTES_MAX: usize = 256 << 10;

/// Answers 200 once it is taken in; anything else is sent again for days. What we do not act on is
/// taken in, too.
pub(super) async fn take_in(
    State(app): State<App>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let Identity::Clerk(clerk) = &app.config().identity else {
        return Err(Problem::no_such_page());
    };
    let (parts, body) = request.into_parts();
    let raw = body::read(&parts.headers, body, BYTES_MAX).await?;
    let checked = clerk.verify_webhook(&parts.headers, &raw);
    let delivery = checked.and_then(|()| Delivery::from_headers(&parts.headers));
    let delivery = delivery.map_err(not_signed)?;
    let event = Clerk::parse_webhook(&raw).map_err(|error| {
        error!(
            delivery = delivery.id,
            "a delivery cannot be taken in: {error}"
        );
        Problem::unreadable_delivery()
    })?;
    app.engine().hear_clerk(delivery.id, &raw, event).await?;
    Ok(StatusCode::OK)
}

fn not_signed(error: SignatureError) -> Problem {
    match error {
        SignatureError::NoSecret => {
            error!("Clerk delivers, but there is no signing secret to check it with");
            Problem::webhook_off()
        }
        SignatureError::Unsigned | SignatureError::OutOfTime | SignatureError::Forged => {
            warn!("a delivery that claims to be Clerk's is not believed: {error}");
            Problem::not_signed()
        }
    }
}
