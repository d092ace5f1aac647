//! `/api/characters`: making, listing, trying again and deleting characters.

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nexora_core::character::PICTURES_MAX;
use nexora_core::{Character, CharacterId, CharacterName, CharacterState};
use nexora_engine::{Casting, CharacterError, UploadError};
use serde_json::{Value, json};

use crate::app::director::characters::CastingForm;
use crate::arrival;
use crate::asker::{self, Asker};
use crate::body::{At, Texts};
use crate::client::Wants;
use crate::components::moment::rfc3339;
use crate::flash::Flash;
use crate::pages::characters_page;
use crate::problem::Problem;
use crate::session::{Member, Themselves};
use crate::state::App;

/// Where people see their characters.
const PAGE: &str = "/director/characters";
/// The field that carries the pictures, as files or as ids of uploads.
const PICTURES: &str = "pictures";

pub(super) async fn list(State(app): State<App>, member: Member) -> Result<Response, Problem> {
    let characters = app.engine().characters(member.id()).await?;
    let items: Vec<Value> = characters.iter().map(shape).collect();
    Ok(asker::json(StatusCode::OK, &json!({ "items": items })))
}

pub(super) async fn one(
    State(app): State<App>,
    member: Member,
    At(id): At<CharacterId>,
) -> Result<Response, Problem> {
    let found = app.engine().character(member.id(), id).await?;
    let character = found.ok_or_else(Problem::no_such_character)?;
    Ok(asker::json(StatusCode::OK, &shape(&character)))
}

/// Makes a character of `name`, `consent` and one to twenty `pictures`. Whoever acts in a member's
/// name cannot agree for them.
pub(super) async fn cast(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
    sent: Request,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    let mut form = read(&app, &member, sent).await?;
    if let Some(casting) = casting_of(&mut form) {
        match app.engine().cast(&member.account, casting).await {
            Ok(character) if asker.wants == Wants::Json => {
                return Ok(asker::json(StatusCode::ACCEPTED, &shape(&character)));
            }
            Ok(_) => return Ok(asker::see_other(&app, PAGE, Some(Flash::Cast))),
            Err(why) => {
                let (field, words) = about_field(why)?;
                form.fault(field, &words);
            }
        }
    }
    if asker.wants == Wants::Json {
        return Err(Problem::invalid(form.errors));
    }
    characters_page(&app, member, &form, StatusCode::UNPROCESSABLE_ENTITY).await
}

pub(super) async fn retry(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<CharacterId>,
) -> Result<Response, Problem> {
    let character = app.engine().train_again(&member.account, id).await?;
    if asker.wants == Wants::Json {
        return Ok(asker::json(StatusCode::ACCEPTED, &shape(&character)));
    }
    Ok(asker::see_other(&app, PAGE, Some(Flash::CastAgain)))
}

pub(super) async fn delete(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
    At(id): At<CharacterId>,
) -> Result<Response, Problem> {
    if !app.engine().delete_character(member.id(), id).await? {
        return Err(Problem::no_such_character());
    }
    if asker.wants == Wants::Json {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(asker::see_other(&app, PAGE, Some(Flash::CharacterDeleted)))
}

/// Reads the form, or the JSON that stands for it. Its files become uploads on the way: whatever
/// else is wrong, they need not be chosen again.
async fn read(app: &App, member: &Member, sent: Request) -> Result<CastingForm, Problem> {
    let sent = match arrival::boundary(sent.headers()) {
        Some(boundary) => {
            let body = (sent.into_body(), boundary);
            arrival::form(app, member.id(), body, PICTURES_MAX).await?
        }
        None => arrival::Form {
            texts: Texts::from_request(sent, app).await?,
            pictures: Vec::new(),
        },
    };
    let mut form = CastingForm {
        name: sent.texts.text("name").to_owned(),
        has_consent: matches!(sent.texts.text("consent"), "yes" | "true" | "on"),
        ..CastingForm::default()
    };
    let named = sent.texts.pairs().filter(|(field, _)| *field == PICTURES);
    let ids = named.flat_map(|(_, ids)| ids.split_whitespace());
    // One more than there may be, so that it is said.
    for id in ids.take(PICTURES_MAX + 1) {
        match id.parse() {
            Ok(upload) => form.pictures.push(upload),
            Err(_) => form.fault(PICTURES, "This is the id of no picture you brought."),
        }
    }
    for (_, taken) in sent.pictures {
        match taken {
            Ok(upload) => form.pictures.push(upload.id),
            Err(UploadError::Engine(trouble)) => return Err(trouble.into()),
            Err(why) => form.fault(PICTURES, &why.to_string()),
        }
    }
    Ok(form)
}

/// What the form asks for; `None` if something is wrong with it, which it says then.
fn casting_of(form: &mut CastingForm) -> Option<Casting> {
    let name = CharacterName::parse(&form.name);
    let name = name.map_err(|unfit| form.fault("name", &unfit.to_string()));
    let name = name.ok().filter(|_| form.errors.is_empty())?;
    Some(Casting {
        name,
        pictures: form.pictures.clone(),
        has_consent: form.has_consent,
    })
}

/// The field of the form that a refusal is about, and its words; the refusal itself if it is about
/// none of them.
fn about_field(why: CharacterError) -> Result<(&'static str, String), CharacterError> {
    match why {
        CharacterError::NoConsent => Ok(("consent", why.to_string())),
        CharacterError::PictureCount | CharacterError::PictureGone => {
            Ok((PICTURES, why.to_string()))
        }
        CharacterError::TooMany
        | CharacterError::Locked(_)
        | CharacterError::Frozen
        | CharacterError::Off
        | CharacterError::NotFound
        | CharacterError::NoRetry
        | CharacterError::Engine(_) => Err(why),
    }
}

/// A character, as programs see one.
fn shape(character: &Character) -> Value {
    let id = character.id;
    let sentence = match &character.state {
        CharacterState::Failed(setback) => Some(setback.sentence()),
        CharacterState::Queued
        | CharacterState::Submitting
        | CharacterState::Training
        | CharacterState::Ready => None,
    };
    json!({
        "id": id,
        "name": character.name.as_str(),
        "state": character.state.slug(),
        "reason": sentence,
        "can_retry": character.can_retry(),
        "created_at": rfc3339(character.created_at),
        "updated_at": rfc3339(character.updated_at),
        "links": {
            "self": format!("/api/characters/{id}"),
            "thumbnail": format!("/media/{id}/face"),
            "retry": format!("/api/characters/{id}/retry"),
            "page": PAGE,
        },
    })
}
