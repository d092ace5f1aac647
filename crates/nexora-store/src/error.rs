//! What can go wrong in the store, sorted by what the caller does next.

use std::fmt::Display;
use std::panic::Location;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or cannot write. Trying later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Somebody else changed the same rows at the same moment. Trying again helps.
    #[error("the database was busy with the same rows; try again")]
    Contended,
    /// It exists already, or it changed since it was read.
    #[error("it exists already or has changed since it was read")]
    Conflict,
    /// The configuration or the database itself is not one to work with. A person has to act.
    #[error("{0}")]
    Refused(String),
    /// A row or a statement that makes no sense. A programmer has to act.
    #[error("the database holds or was given something that makes no sense: {0}")]
    Corrupt(String),
    /// More writes are waiting than the writer takes.
    #[error("too many writes are waiting; try again shortly")]
    TooManyWaiting,
}

impl StoreError {
    /// A stored text that does not say what it should.
    pub(crate) fn corrupt(what: impl Display) -> Self {
        Self::Corrupt(what.to_string())
    }

    /// Names the statement in an error that a programmer has to look into.
    pub(crate) fn placed(self, at: &Location<'_>) -> Self {
        match self {
            Self::Corrupt(what) => Self::Corrupt(format!("{what} ({}:{})", at.file(), at.line())),
            Self::Unavailable(_)
            | Self::Contended
            | Self::Conflict
            | Self::Refused(_)
            | Self::TooManyWaiting => self,
        }
    }

    /// The writer is gone: the store was closed or its thread died.
    pub(crate) fn closed() -> Self {
        Self::Unavailable("the store is closed".to_owned())
    }
}
