//! Name and password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use nexora_core::{DisplayName, FieldError, Password};
use nexora_engine::PasswordChangeError;

use super::inside;
use crate::asker::{see_other, with_retry_after};
use crate::body::Texts;
use crate::config::Identity;
use crate::flash::Flash;
use crate::pages::profile_page;
use crate::problem::Problem;
use crate::session::{Device, Member};
use crate::state::App;

pub(super) async fn rename(
    State(app): State<App>,
    member: Member,
    texts: Texts,
) -> Result<Response, Problem> {
    ours_to_keep(&app)?;
    match DisplayName::parse(texts.text("display_name")) {
        Ok(name) => {
            app.engine().rename(&member.account, name).await?;
            Ok(see_other(&app, "/profile", Some(Flash::NameSaved)))
        }
        Err(unfit) => {
            let errors = fault("display_name", unfit.to_string());
            profile_page(&app, member, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// Changes the password; this browser goes on under a new token, all others are signed out.
pub(super) async fn change_password(
    State(app): State<App>,
    member: Member,
    device: Device,
    texts: Texts,
) -> Result<Response, Problem> {
    ours_to_keep(&app)?;
    app.limits().password(device.ip)?;
    let chosen = match Password::choose(texts.text("new")) {
        Ok(chosen) => chosen,
        Err(unfit) => {
            let errors = fault("new", unfit.to_string());
            return profile_page(&app, member, &errors, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let present = Password::typed(texts.text("current"));
    let changing = app
        .engine()
        .change_password(&member.account, present, chosen, device.device);
    let (status, sentence, wait_seconds) = match changing.await {
        Ok(signed_in) => {
            let flash = Some(Flash::PasswordChanged);
            return Ok(inside(&app, &signed_in, "/profile", flash));
        }
        Err(PasswordChangeError::Engine(error)) => return Err(error.into()),
        Err(error @ PasswordChangeError::Wrong) => {
            (StatusCode::UNPROCESSABLE_ENTITY, error.to_string(), None)
        }
        Err(error @ PasswordChangeError::TooMany { wait_seconds }) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            (status, error.to_string(), Some(wait_seconds))
        }
    };
    let page = profile_page(&app, member, &fault("current", sentence), status).await?;
    Ok(with_retry_after(page, wait_seconds))
}

/// Names and passwords of Clerk's people are Clerk's to keep: there is no such form here.
fn ours_to_keep(app: &App) -> Result<(), Problem> {
    match app.config().identity {
        Identity::Local => Ok(()),
        Identity::Clerk(_) => Err(Problem::no_such_page()),
    }
}

fn fault(field: &str, message: String) -> Vec<FieldError> {
    vec![FieldError {
        field: field.to_owned(),
        message,
    }]
}
