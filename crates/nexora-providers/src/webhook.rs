//! Webhooks of those who run models for us: believed only when they are signed, and good for one
//! thing, which is to look at a job now instead of later. What they say about it is not read.

mod asked;
mod fal;

use std::fmt;

use nexora_core::{Provider, Timestamp};
use reqwest::header::HeaderMap;
use serde_json::Value;

pub(crate) use asked::Asked;
pub use fal::FalHooks;

use crate::media::BoxFuture;
use crate::place;
use crate::signature::SignatureError;

/// Reads the webhooks of one provider.
pub trait HookReader: Send + Sync {
    /// Which job a delivery is about, if it is genuine and not older than five minutes. `raw` is
    /// the body as it came, `now` the wall's time, by which senders sign.
    fn read<'a>(
        &'a self,
        headers: &'a HeaderMap,
        raw: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Notice, HookError>>;
}

/// Somebody has news of a job. Asking the provider is how to learn them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Who.
    pub provider: Provider,
    /// The provider's own name of the job ([`Ticket::is_for`](crate::Ticket::is_for)).
    pub job: String,
}

/// Why a delivery is not a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookError {
    /// It is not believed.
    Signature(SignatureError),
    /// It is signed, but names no job.
    Unreadable,
    /// The sender's keys cannot be had at the moment. It may be genuine: it should come again.
    Unchecked,
}

impl From<SignatureError> for HookError {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(error) => error.fmt(f),
            Self::Unreadable => f.write_str("the delivery names no job"),
            Self::Unchecked => f.write_str("the sender's keys cannot be had at the moment"),
        }
    }
}

impl std::error::Error for HookError {}

/// The job a body names in this field.
pub(crate) fn job_in(raw: &[u8], field: &str) -> Result<String, HookError> {
    let body: Value = serde_json::from_slice(raw).map_err(|_| HookError::Unreadable)?;
    let job = body.get(field).and_then(Value::as_str);
    match job {
        Some(job) if place::is_plain_id(job) => Ok(job.to_owned()),
        Some(_) | None => Err(HookError::Unreadable),
    }
}
