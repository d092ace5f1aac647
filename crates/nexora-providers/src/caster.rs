//! Somebody who trains characters: people who look the same in every still.

use crate::error::ProviderError;
use crate::media::BoxFuture;
use crate::shot::Placed;

/// Trains characters from pictures.
pub trait Caster: Send + Sync {
    /// Begins a training. It costs money there, so it is handed over like a submit: once, and what
    /// the error's kind says about acceptance decides whether the caller may try again.
    fn train<'a>(&'a self, new: NewCharacter<'a>) -> BoxFuture<'a, Result<Trainee, ProviderError>>;

    /// How somebody is doing; `None` if they are not known there (any more). Safe to repeat.
    fn trainee<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Trainee>, ProviderError>>;

    /// Everybody of the account, the newest first: for a training whose answer was lost.
    fn trainees(&self) -> BoxFuture<'_, Result<Vec<Trainee>, ProviderError>>;

    /// Deletes somebody and what was learnt. One that is not known there is deleted already; one
    /// in training is refused as [`ErrorKind::Invalid`](crate::ErrorKind::Invalid).
    fn forget<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), ProviderError>>;
}

/// Somebody who is to be trained.
#[derive(Clone, Copy, Debug)]
pub struct NewCharacter<'a> {
    /// What they are called there, up to 100 characters.
    pub name: &'a str,
    /// 1 to 100 pictures of them, where the provider can read them.
    pub pictures: &'a [Placed],
    /// Names the attempt; sent as `X-Client-Request-Id`.
    pub request_id: &'a str,
}

/// Somebody who was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trainee {
    /// What a shot names them by.
    pub id: String,
    /// What they are called there.
    pub name: String,
    /// How their training goes.
    pub state: TraineeState,
    /// A picture of them, at the provider's.
    pub thumbnail_url: Option<String>,
}

/// How a training goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraineeState {
    /// It has not begun.
    Waiting,
    /// It goes on, for about five minutes.
    Training,
    /// They can be in shots.
    Ready,
    /// It ended without one; the provider's words, safe to show.
    Failed(String),
}
