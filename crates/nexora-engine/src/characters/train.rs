//! Training a character, one step at a time. No transaction is open while the provider is called.
//!
//! A training costs the studio money, so it is handed over like a submit: written down before,
//! never sent again when nobody knows whether it arrived. The name it is handed over under says
//! which attempt it is; that is how it is found again.

use std::time::Duration;

use nexora_core::character::Setback;
use nexora_core::generation::cut_detail;
use nexora_core::{Character, CharacterId, CharacterState};
use nexora_providers::{
    Caster, ErrorKind, MediaProvider, NewCharacter, Placed, ProviderError, Trainee, TraineeState,
};
use nexora_store::characters::{self, Face};
use nexora_store::{Lane, StoreError};
use tracing::{error, info, warn};

use crate::drive::{Next, NotBrought};
use crate::pace::{SUBMIT_RETRIES, training_wait};
use crate::{Engine, EngineError};

/// Attempts that are made without being asked for; the rest are the member's.
const RETRIES_MAX: u32 = 3;
/// The longest a training may take; five minutes are usual.
const TRAINING_MAX: Duration = Duration::from_secs(3_600);
/// How soon the provider is asked again for a training whose answer was lost.
const SEARCH_WAIT: Duration = Duration::from_secs(30);
/// How soon it is asked again to delete somebody: not while they are in training.
const FORGET_WAIT: Duration = Duration::from_secs(300);
/// How soon a studio that trains nobody looks again.
const OFF_WAIT: Duration = Duration::from_secs(3_600);

impl Engine {
    /// One step of a training.
    pub(crate) async fn train(&self, id: CharacterId) -> Result<Next, EngineError> {
        let found: Option<Character> = self
            .read(move |tx| Box::pin(async move { characters::by_id(tx, id).await }))
            .await?;
        let Some(character) = found else {
            return Ok(Next::Done);
        };
        let provider = self.providers().caster().cloned();
        let Some((provider, caster)) = provider.as_ref().and_then(|it| Some((it, it.caster()?)))
        else {
            return Ok(Next::At(self.now().plus(OFF_WAIT)));
        };
        match character.state {
            CharacterState::Queued => self.hand_over(character, &**provider, caster).await,
            CharacterState::Submitting => self.search_trainee(character, caster).await,
            CharacterState::Training => self.look_at_trainee(character, caster).await,
            CharacterState::Ready | CharacterState::Failed(_) => Ok(Next::Done),
        }
    }

    /// Asks the provider to delete somebody who was deleted here, until it has.
    pub(crate) async fn forget_character(&self, id: CharacterId) -> Result<Next, EngineError> {
        let found: Option<Character> = self
            .read(move |tx| Box::pin(async move { characters::deleted(tx, id).await }))
            .await?;
        let Some(character) = found else {
            return Ok(Next::Done);
        };
        let provider = self.providers().caster().cloned();
        let Some(caster) = provider.as_ref().and_then(|provider| provider.caster()) else {
            return Ok(Next::At(self.now().plus(OFF_WAIT)));
        };
        if let Err(trouble) = forget(caster, &character).await {
            warn!(
                character = %id, kind = ?trouble.kind,
                "a deleted character is still known at the provider's"
            );
            return Ok(Next::At(self.now().plus(FORGET_WAIT)));
        }
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { characters::forgotten(tx, id).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        Ok(Next::Done)
    }

    /// Writes the attempt down, and only then hands it over.
    async fn hand_over(
        &self,
        character: Character,
        provider: &dyn MediaProvider,
        caster: &dyn Caster,
    ) -> Result<Next, EngineError> {
        let begun = Character {
            attempt: character.attempt.saturating_add(1),
            ..character.turned(CharacterState::Submitting, self.now())
        };
        let begun = self.save_character(begun).await?;
        let pictures = match self.bring_faces(begun.id, provider).await {
            Ok(pictures) => pictures,
            Err(NotBrought::Lost) => return self.set_back(begun, Setback::PictureLost).await,
            Err(NotBrought::Refused(said)) => return self.decide_training(begun, said).await,
            Err(NotBrought::Away(why)) => {
                warn!(character = %begun.id, "a picture could not be read: {why}");
                return self.train_later(begun, Setback::PictureLost).await;
            }
        };
        let said = caster
            .train(NewCharacter {
                name: &begun.label(),
                pictures: &pictures,
                request_id: &format!("{}.{}", begun.id, begun.attempt),
            })
            .await;
        match said {
            Ok(trainee) => self.accepted(begun, trainee).await,
            Err(said) => self.decide_training(begun, said).await,
        }
    }

    async fn bring_faces(
        &self,
        id: CharacterId,
        provider: &dyn MediaProvider,
    ) -> Result<Vec<Placed>, NotBrought> {
        let faces: Result<Vec<Face>, EngineError> = self
            .read(move |tx| Box::pin(async move { characters::faces(tx, id).await }))
            .await;
        let faces = faces.map_err(|trouble| NotBrought::Away(trouble.to_string()))?;
        let name = format!("{id}.face");
        let mut pictures = Vec::with_capacity(faces.len());
        for face in faces {
            pictures.push(self.bring_face(&name, &face, provider).await?);
        }
        Ok(pictures)
    }

    async fn accepted(&self, begun: Character, trainee: Trainee) -> Result<Next, EngineError> {
        let now = self.now();
        let training = Character {
            upstream: Some(trainee.id),
            ..begun.turned(CharacterState::Training, now)
        };
        let saved = self.save_character(training).await?;
        let wait = training_wait(Duration::ZERO, saved.id.as_uuid());
        Ok(Next::At(now.plus(wait)))
    }

    /// Nobody knows whether it was handed over: the provider's list does.
    async fn search_trainee(
        &self,
        character: Character,
        caster: &dyn Caster,
    ) -> Result<Next, EngineError> {
        let now = self.now();
        let label = character.label();
        let listed = caster.trainees().await;
        if let Err(trouble) = &listed {
            warn!(
                character = %character.id, kind = ?trouble.kind,
                "the list of characters was not told"
            );
        }
        let mut listed = listed.unwrap_or_default().into_iter();
        if let Some(trainee) = listed.find(|trainee| trainee.name == label) {
            return self.accepted(character, trainee).await;
        }
        if now.since(character.updated_at) >= self.settings().unknown_for {
            return self.set_back(character, Setback::Unresolved).await;
        }
        Ok(Next::At(now.plus(SEARCH_WAIT)))
    }

    async fn look_at_trainee(
        &self,
        character: Character,
        caster: &dyn Caster,
    ) -> Result<Next, EngineError> {
        let now = self.now();
        let (id, age) = (character.id, now.since(character.updated_at));
        let known = character.upstream.clone().unwrap_or_default();
        let state = match caster.trainee(&known).await {
            Ok(Some(trainee)) => trainee.state,
            Ok(None) => TraineeState::Failed(String::new()),
            Err(trouble) => {
                warn!(character = %id, kind = ?trouble.kind, "a training did not say how it goes");
                TraineeState::Waiting
            }
        };
        match state {
            TraineeState::Ready => {
                let ready = character.turned(CharacterState::Ready, now);
                self.save_character(ready).await?;
                info!(character = %id, "{id} can be in stills and shots");
                Ok(Next::Done)
            }
            TraineeState::Failed(words) => {
                let detail = cut_detail(&words);
                self.set_back(character, Setback::Declined { detail }).await
            }
            TraineeState::Waiting | TraineeState::Training if age >= TRAINING_MAX => {
                self.set_back(character, Setback::TimedOut).await
            }
            TraineeState::Waiting | TraineeState::Training => {
                Ok(Next::At(now.plus(training_wait(age, id.as_uuid()))))
            }
        }
    }

    /// What an error says to do next.
    async fn decide_training(
        &self,
        begun: Character,
        said: ProviderError,
    ) -> Result<Next, EngineError> {
        warn!(character = %begun.id, kind = ?said.kind, "a training was not taken");
        match said.kind {
            ErrorKind::Refused | ErrorKind::Invalid => {
                let detail = cut_detail(&said.detail);
                self.set_back(begun, Setback::Declined { detail }).await
            }
            // It stays as it was written down; the next step looks for it.
            ErrorKind::Ambiguous | ErrorKind::Broken => Ok(Next::At(self.now())),
            ErrorKind::Busy { .. } | ErrorKind::Down => {
                self.train_later(begun, Setback::Down).await
            }
            ErrorKind::Exhausted | ErrorKind::Misconfigured | ErrorKind::Gone => {
                error!(kind = ?said.kind, "the account that trains characters needs attention");
                self.set_back(begun, Setback::Account).await
            }
        }
    }

    /// Tries again by itself, if that was not done often enough.
    async fn train_later(&self, begun: Character, otherwise: Setback) -> Result<Next, EngineError> {
        let now = self.now();
        let tried = usize::try_from(begun.attempt).unwrap_or(usize::MAX);
        let wait = SUBMIT_RETRIES
            .get(tried)
            .filter(|_| begun.attempt < RETRIES_MAX);
        let Some(wait) = wait else {
            return self.set_back(begun, otherwise).await;
        };
        let queued = begun.turned(CharacterState::Queued, now);
        self.save_character(queued).await?;
        Ok(Next::At(now.plus(*wait)))
    }

    async fn set_back(&self, character: Character, why: Setback) -> Result<Next, EngineError> {
        let failed = character.turned(CharacterState::Failed(why), self.now());
        self.save_character(failed).await?;
        Ok(Next::Done)
    }

    async fn save_character(&self, changed: Character) -> Result<Character, EngineError> {
        let owner = changed.member;
        let node = self.0.parts.node.clone();
        let saved: Character = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    let saved = characters::save(tx, &changed).await?;
                    nexora_store::live::notify(tx, &node, owner, None).await?;
                    Ok::<_, EngineError>(saved)
                })
            })
            .await?;
        self.tell_of_cast(owner);
        Ok(saved)
    }
}

/// Deletes somebody at the provider's, if they are known there. Somebody who was being handed over
/// may be known without our having been told.
async fn forget(caster: &dyn Caster, character: &Character) -> Result<(), ProviderError> {
    if let Some(known) = &character.upstream {
        return caster.forget(known).await;
    }
    if character.attempt == 0 {
        return Ok(());
    }
    let ours = character.id.to_string();
    for trainee in caster.trainees().await? {
        if trainee.name.contains(&ours) {
            caster.forget(&trainee.id).await?;
        }
    }
    Ok(())
}
