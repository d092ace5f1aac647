//! What can go wrong inside: the database, the media store, or a row that makes no sense.

use std::fmt;

use nexora_core::generation::InvalidTransition;
use nexora_store::StoreError;

/// Something inside failed. The person asking did nothing wrong; nothing was charged.
#[derive(Debug)]
pub enum EngineError {
    /// The database.
    Store(StoreError),
    /// The media store.
    Media(String),
    /// A change that its state does not allow: somebody else was faster, or a bug.
    Transition(InvalidTransition),
}

impl EngineError {
    /// Whether somebody else changed the same thing first; looking again will show what it is
    /// now.
    pub fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Conflict | StoreError::Contended) | Self::Transition(_)
        )
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "the database: {error}"),
            Self::Media(error) => write!(f, "the media store: {error}"),
            Self::Transition(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for EngineError {}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidTransition> for EngineError {
    fn from(error: InvalidTransition) -> Self {
        Self::Transition(error)
    }
}
