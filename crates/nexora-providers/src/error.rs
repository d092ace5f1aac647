//! One error for all providers; its kind answers "what now?".

use std::fmt;
use std::time::Duration;

use nexora_core::Provider;

use crate::words;

/// A call to a provider that did not give what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderError {
    /// What the caller does next.
    pub kind: ErrorKind,
    /// Who.
    pub provider: Provider,
    /// What happened, on one line and cut: safe to show and to log.
    pub detail: String,
}

/// What the caller does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The provider does not want to make this content. Tell the creator.
    Refused,
    /// The provider does not take this input: our mistake or the catalog's.
    Invalid,
    /// No room at the moment; certainly not accepted.
    Busy {
        /// When the provider wants to be asked again, if it said so.
        after: Option<Duration>,
    },
    /// Not reachable or not working; certainly not accepted. Another route may work.
    Down,
    /// Our account there has no funds. Tell the operator; another route may work.
    Exhausted,
    /// Our key is not taken, or not good for this. Tell the operator.
    Misconfigured,
    /// The model or the job is not known there.
    Gone,
    /// Nobody knows whether it was accepted. Never send it again blindly.
    Ambiguous,
    /// An answer that makes no sense. After a submit this is as good as [`Self::Ambiguous`].
    Broken,
}

impl ProviderError {
    pub(crate) fn new(provider: Provider, kind: ErrorKind, detail: &str) -> Self {
        Self {
            kind,
            provider,
            detail: words::clean(detail),
        }
    }

    /// After a submit, an answer that says "down" leaves it open whether the work was accepted,
    /// unless the answer itself proves that it was not.
    pub(crate) fn ambiguous_unless(self, proven: bool) -> Self {
        if self.kind != ErrorKind::Down || proven {
            return self;
        }
        Self {
            kind: ErrorKind::Ambiguous,
            ..self
        }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.kind {
            ErrorKind::Refused => "refused the content",
            ErrorKind::Invalid => "did not take the input",
            ErrorKind::Busy { .. } => "has no room",
            ErrorKind::Down => "is down",
            ErrorKind::Exhausted => "says our account has no funds",
            ErrorKind::Misconfigured => "does not accept our key",
            ErrorKind::Gone => "does not know the model or job",
            ErrorKind::Ambiguous => "did not say whether it accepted",
            ErrorKind::Broken => "gave an answer that makes no sense",
        };
        write!(f, "{} {what}: {}", self.provider, self.detail)
    }
}

impl std::error::Error for ProviderError {}
