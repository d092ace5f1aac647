//! `POST /sign-up`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nexora_core::member::Unfit;
use nexora_core::{DisplayName, Email, Password};
use nexora_engine::{NewAccount, SignUpError};

use super::{hosted_elsewhere, inside};
use crate::asker::with_retry_after;
use crate::body::Texts;
use crate::flash::Flash;
use crate::pages::{Door, sign_up_page};
use crate::problem::Problem;
use crate::return_to::LocalPath;
use crate::session::Device;
use crate::state::App;

pub(super) async fn sign_up(
    State(app): State<App>,
    device: Device,
    headers: HeaderMap,
    texts: Texts,
) -> Result<Response, Problem> {
    if let Some(door) = hosted_elsewhere(&app, "/sign-up") {
        return Ok(door);
    }
    app.limits().password(device.ip)?;
    let wanted = LocalPath::parse(texts.text("return_to"));
    let (status, sentence, wait_seconds) = match read(&texts) {
        Ok(new) => match app.engine().sign_up(new, device.device).await {
            Ok(signed_in) => {
                let path = wanted.unwrap_or_else(LocalPath::studio);
                let welcome = Some(Flash::Welcome);
                return Ok(inside(&app, &signed_in, path.as_str(), welcome));
            }
            Err(SignUpError::Engine(error)) => return Err(error.into()),
            Err(error @ SignUpError::EmailTaken) => (StatusCode::CONFLICT, error.to_string(), None),
            Err(error @ SignUpError::TooMany { wait_seconds }) => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                (status, error.to_string(), Some(wait_seconds))
            }
        },
        Err(unfit) => (StatusCode::UNPROCESSABLE_ENTITY, unfit.to_string(), None),
    };
    let typed = |field, chars_max| texts.text(field).chars().take(chars_max).collect();
    let door = Door {
        return_to: wanted.map(|path| path.to_string()).unwrap_or_default(),
        email: typed("email", 254),
        display_name: typed("display_name", 60),
        error: Some(sentence),
    };
    let page = sign_up_page(&app, &headers, &door, status);
    Ok(with_retry_after(page, wait_seconds))
}

fn read(texts: &Texts) -> Result<NewAccount, Unfit> {
    let email = Email::parse(texts.text("email"))?;
    let display_name = match texts.text("display_name").trim() {
        "" => DisplayName::from_email(&email),
        name => DisplayName::parse(name)?,
    };
    Ok(NewAccount {
        password: Password::choose(texts.text("password"))?,
        display_name,
        email,
    })
}
