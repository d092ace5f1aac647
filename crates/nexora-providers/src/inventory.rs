//! Whether a provider still has a model, for whoever checks a catalog.

use crate::error::ProviderError;
use crate::media::BoxFuture;

/// Says which models a provider has.
pub trait Inventory: Send + Sync {
    /// How the provider speaks of a model under this name of its own. Safe to repeat.
    fn look_up<'a>(&'a self, upstream: &'a str) -> BoxFuture<'a, Result<Stock, ProviderError>>;
}

/// How a provider speaks of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// It has it.
    Current,
    /// It has it and means to take it away.
    Deprecated,
    /// It knows no such model (any more).
    Unknown,
}
