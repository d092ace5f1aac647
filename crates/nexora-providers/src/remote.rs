//! What identity and billing answer when they do not answer: one error for both.

use std::fmt;
use std::time::Duration;

use crate::words;

/// A question to an identity or billing provider that was not answered. Each kind is something
/// else to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteError {
    /// Not reachable, or not working. Whether a change was made is only known after asking again.
    Down,
    /// Too many questions; nothing was done. The time is when it wants to be asked again, if it
    /// said so.
    Busy(Option<Duration>),
    /// It does not do this. Its words are on one line and cut: safe to show and to log.
    Refused(String),
    /// Our key is not taken, or an address or id in the configuration is none. Tell the operator.
    Misconfigured,
    /// It knows nothing of this name.
    NotFound,
    /// An answer that makes no sense.
    Broken,
}

/// A question about money that was not answered.
pub type BillingError = RemoteError;

impl RemoteError {
    pub(crate) fn refused(detail: &str) -> Self {
        Self::Refused(words::clean(detail))
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down => f.write_str("it is down"),
            Self::Busy(_) => f.write_str("it is asked too often"),
            Self::Refused(detail) => write!(f, "it refused: {detail}"),
            Self::Misconfigured => f.write_str("it does not accept our key or configuration"),
            Self::NotFound => f.write_str("it knows nothing of this"),
            Self::Broken => f.write_str("its answer makes no sense"),
        }
    }
}

impl std::error::Error for RemoteError {}
