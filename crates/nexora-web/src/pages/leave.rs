//! `/profile/delete`: leaving.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Frame;
use crate::app::leave::{self, LeaveView, Proof};
use crate::components::Here;
use crate::config::Identity;
use crate::problem::Problem;
use crate::session::{Member, Themselves};
use crate::state::App;

pub(super) async fn leave(
    State(app): State<App>,
    Themselves(member): Themselves,
) -> Result<Response, Problem> {
    leave_page(&app, member, None, StatusCode::OK).await
}

/// The page with why the last try did not count.
pub(crate) async fn leave_page(
    app: &App,
    member: Member,
    error: Option<&str>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let frame = Frame::of_member(app, member).await?;
    let subscription = frame.paying().and_then(|it| it.subscription.as_ref());
    let markup = leave::page(&LeaveView {
        shell: frame.live_shell("Delete your account", Here::Profile),
        subscribed: subscription.map(|it| it.plan),
        credits: frame.balance().available,
        proof: match app.config().identity {
            Identity::Local => Proof::Password,
            Identity::Clerk(_) => Proof::Words,
        },
        error,
    });
    Ok(frame.answer(status, markup))
}
