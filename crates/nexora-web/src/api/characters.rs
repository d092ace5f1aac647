//! `/api/characters`: making, listing, trying again and deleting characters.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nexora_core::{Character, CharacterId, CharacterName, CharacterState, FieldError};
use nexora_engine::{Casting, CharacterError};
use serde_json::{Value, json};

use crate::asker::{self, Asker};
use crate::body::At;
use crate::client::Wants;
use crate::components::moment::rfc3339;
use crate::flash::Flash;
use crate::pages::characters_page;
use crate::parts::Parts;
use crate::problem::Problem;
use crate::session::{Member, Themselves};
use crate::state::App;

/// Where people see their characters.
const PAGE: &str = "/director/characters";
/// The field that carries the pictures, as often as there are pictures.
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

/// Makes a character of `name`, `consent` and one to twenty files called `pictures`. Whoever acts
/// in a member's name cannot agree for them.
pub(super) async fn cast(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
    parts: Parts,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    let name = parts.texts.text("name").to_owned();
    let outcome = match casting_of(parts) {
        Ok(casting) => app.engine().cast(&member.account, casting).await,
        Err(errors) => return sent_back(&app, member, &asker, &name, errors).await,
    };
    match outcome {
        Ok(character) if asker.wants == Wants::Json => {
            Ok(asker::json(StatusCode::ACCEPTED, &shape(&character)))
        }
        Ok(_) => Ok(asker::see_other(&app, PAGE, Some(Flash::Cast))),
        Err(why) => {
            let Some(field) = field_of(&why) else {
                return Err(why.into());
            };
            if asker.wants == Wants::Json {
                return Err(why.into());
            }
            let error = FieldError {
                field: field.to_owned(),
                message: why.to_string(),
            };
            sent_back(&app, member, &asker, &name, vec![error]).await
        }
    }
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

fn casting_of(parts: Parts) -> Result<Casting, Vec<FieldError>> {
    let name = CharacterName::parse(parts.texts.text("name"));
    let has_consent = matches!(parts.texts.text("consent"), "yes" | "true" | "on");
    let pictures = parts.files.into_iter();
    let pictures = pictures.filter(|(field, _)| field == PICTURES);
    let pictures = pictures.map(|(_, file)| file).collect();
    match name {
        Ok(name) => Ok(Casting {
            name,
            pictures,
            has_consent,
        }),
        Err(unfit) => Err(vec![FieldError {
            field: "name".to_owned(),
            message: unfit.to_string(),
        }]),
    }
}

/// The field of the form that a refusal is about; `None` if it is about none of them.
const fn field_of(why: &CharacterError) -> Option<&'static str> {
    match why {
        CharacterError::NoConsent => Some("consent"),
        CharacterError::PictureCount
        | CharacterError::PictureGone
        | CharacterError::Picture(_)
        | CharacterError::TooMany => Some(PICTURES),
        CharacterError::Locked(_)
        | CharacterError::Frozen
        | CharacterError::Off
        | CharacterError::NotFound
        | CharacterError::NoRetry
        | CharacterError::Engine(_) => None,
    }
}

/// The page again, with what was wrong. A browser does not keep the files.
async fn sent_back(
    app: &App,
    member: Member,
    asker: &Asker,
    name: &str,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    if asker.wants == Wants::Json {
        return Err(Problem::invalid(errors));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    characters_page(app, member, name, &errors, status).await
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
