//! Leaving: once it is proved that it is meant, everything goes, the subscription first.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use nexora_core::Password;
use nexora_engine::PasswordChangeError;

use crate::app::leave::WORDS;
use crate::asker::{see_other, with_retry_after};
use crate::body::Texts;
use crate::config::Identity;
use crate::flash::Flash;
use crate::identity;
use crate::pages::leave_page;
use crate::problem::Problem;
use crate::session::{Device, Themselves};
use crate::state::App;

pub(super) async fn leave(
    State(app): State<App>,
    Themselves(member): Themselves,
    device: Device,
    texts: Texts,
) -> Result<Response, Problem> {
    let proved = match app.config().identity {
        Identity::Local => {
            app.limits().password(device.ip)?;
            let typed = Password::typed(texts.text("password"));
            app.engine()
                .confirm(&member.account, typed, &device.device)
                .await
        }
        // People type capitals and full stops.
        Identity::Clerk(_) if is_meant(texts.text("words")) => Ok(()),
        Identity::Clerk(_) => Err(PasswordChangeError::Wrong),
    };
    let (status, sentence, wait_seconds) = match proved {
        Ok(()) => {
            app.limits().errand(member.id())?;
            app.engine().farewell(&member.account).await?;
            let mut response = see_other(&app, "/", Some(Flash::Left));
            for cookie in identity::all_cleared(&app) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            return Ok(response);
        }
        Err(PasswordChangeError::Engine(error)) => return Err(error.into()),
        Err(PasswordChangeError::Wrong) => {
            let sentence = "That is not right, so nothing was deleted.".to_owned();
            (StatusCode::UNPROCESSABLE_ENTITY, sentence, None)
        }
        Err(error @ PasswordChangeError::TooMany { wait_seconds }) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            (status, error.to_string(), Some(wait_seconds))
        }
    };
    let page = leave_page(&app, member, Some(&sentence), status).await?;
    Ok(with_retry_after(page, wait_seconds))
}

fn is_meant(words: &str) -> bool {
    let typed = words.trim().trim_matches(['.', '"', '“', '”']);
    typed.eq_ignore_ascii_case(WORDS)
}
