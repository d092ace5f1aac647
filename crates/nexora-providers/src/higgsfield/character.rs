//! Soul ID: characters trained from pictures, for stills that show the same person every time.
//!
//! Training costs money there. Creating a character is therefore handed over like a submit: once,
//! and an answer that was lost is [`ErrorKind::Ambiguous`].

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Higgsfield, error};
use crate::caster::{Caster, NewCharacter, Trainee, TraineeState};
use crate::error::{ErrorKind, ProviderError};
use crate::media::BoxFuture;
use crate::place;
use crate::shot::Placed;
use crate::wire::{Answer, CallLimits, lenient};
use crate::words;

/// The version of Soul that paints the characters: the same family as the stills' model.
const MODEL_VERSION: &str = "v2";
/// Longest name of a character.
const NAME_CHARS_MAX: usize = 100;
/// Pictures a character is trained from, at most.
const PICTURES_MAX: usize = 100;
/// Characters on one page of the list.
const PAGE_ROWS: u32 = 100;
/// A thousand characters are more than an account can pay for.
const PAGES_MAX: u32 = 10;

#[derive(Deserialize)]
struct Reference {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    thumbnail_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    fail_reason: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    total_pages: Option<u32>,
}

impl Higgsfield {
    /// Begins to train a character.
    pub async fn create_character(&self, new: NewCharacter<'_>) -> Result<Trainee, ProviderError> {
        let body = body(new).map_err(|wrong| self.error(ErrorKind::Invalid, wrong))?;
        let url = self.place("v1/custom-references");
        let answer = self
            .line
            .submit(url, &body, new.request_id, CallLimits::JSON)
            .await?;
        if !answer.status.is_success() {
            return Err(error::of_submit(&answer));
        }
        self.character_in(&answer)
    }

    /// How a character is doing; `None` if they are not known there (any more).
    pub async fn character(&self, id: &str) -> Result<Option<Trainee>, ProviderError> {
        let answer = self.ask_about(Method::GET, id).await?;
        match answer {
            Some(answer) => self.character_in(&answer).map(Some),
            None => Ok(None),
        }
    }

    /// Every character of the account, the newest first.
    pub async fn characters(&self) -> Result<Vec<Trainee>, ProviderError> {
        let mut found = Vec::new();
        for number in 1..=PAGES_MAX {
            let mut url = self.place("v1/custom-references/list");
            url.query_pairs_mut()
                .append_pair("page", &number.to_string())
                .append_pair("page_size", &PAGE_ROWS.to_string());
            let answer = self.line.ask("characters", Method::GET, url).await?;
            if !answer.status.is_success() {
                return Err(error::of_question(&answer));
            }
            let page: Page = answer.read()?;
            let is_last = page.items.is_empty() || page.total_pages.is_none_or(|all| number >= all);
            for reference in page.items {
                found.push(self.character_of(reference)?);
            }
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    /// Deletes a character and what was trained. One that is not known there is deleted already;
    /// one in training is refused as [`ErrorKind::Invalid`].
    pub async fn delete_character(&self, id: &str) -> Result<(), ProviderError> {
        self.ask_about(Method::DELETE, id).await.map(|_| ())
    }

    async fn ask_about(&self, method: Method, id: &str) -> Result<Option<Answer>, ProviderError> {
        if !place::is_plain_id(id) {
            return Ok(None);
        }
        let url = self.place(&format!("v1/custom-references/{id}"));
        let answer = self.line.ask("character", method, url).await?;
        if answer.status.is_success() {
            return Ok(Some(answer));
        }
        let error = error::of_question(&answer);
        if error.kind == ErrorKind::Gone {
            return Ok(None);
        }
        Err(error)
    }

    fn character_in(&self, answer: &Answer) -> Result<Trainee, ProviderError> {
        self.character_of(answer.read()?)
    }

    fn character_of(&self, reference: Reference) -> Result<Trainee, ProviderError> {
        let reason = reference.fail_reason.as_deref().unwrap_or_default();
        let state = match reference.status.as_str() {
            "not_ready" | "queued" => TraineeState::Waiting,
            "in_progress" => TraineeState::Training,
            "completed" => TraineeState::Ready,
            "failed" => TraineeState::Failed(words::clean(reason)),
            _ => {
                let odd = "its character's status is none that we know";
                return Err(self.error(ErrorKind::Broken, odd));
            }
        };
        Ok(Trainee {
            id: self.plain(reference.id)?,
            name: reference.name.unwrap_or_default(),
            state,
            thumbnail_url: reference.thumbnail_url,
        })
    }
}

impl Caster for Higgsfield {
    fn train<'a>(&'a self, new: NewCharacter<'a>) -> BoxFuture<'a, Result<Trainee, ProviderError>> {
        Box::pin(self.create_character(new))
    }

    fn trainee<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Trainee>, ProviderError>> {
        Box::pin(self.character(id))
    }

    fn trainees(&self) -> BoxFuture<'_, Result<Vec<Trainee>, ProviderError>> {
        Box::pin(self.characters())
    }

    fn forget<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(self.delete_character(id))
    }
}

fn body(new: NewCharacter<'_>) -> Result<Value, &'static str> {
    if !(1..=NAME_CHARS_MAX).contains(&new.name.chars().count()) {
        return Err("a character's name has 1 to 100 characters");
    }
    if !(1..=PICTURES_MAX).contains(&new.pictures.len()) {
        return Err("a character is trained from 1 to 100 pictures");
    }
    let picture = |placed: &Placed| json!({ "type": "image_url", "image_url": placed.as_text() });
    let pictures: Vec<Value> = new.pictures.iter().map(picture).collect();
    Ok(json!({
        "name": new.name,
        "input_images": pictures,
        "model_version": MODEL_VERSION,
    }))
}
