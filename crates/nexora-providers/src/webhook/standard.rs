//! Replicate's and Higgsfield's webhooks: Standard Webhooks, with a secret of the account's own.

use nexora_core::{Provider, Timestamp};
use reqwest::header::HeaderMap;

use super::{HookError, Notice, job_in};
use crate::signature::{Delivery, StandardSecret};

/// Reads the webhooks of one of them.
#[derive(Clone, Debug)]
pub struct StandardHooks {
    provider: Provider,
    secret: StandardSecret,
    /// Where a body names its job.
    field: &'static str,
}

impl StandardHooks {
    /// Replicate's: the body is the prediction.
    pub fn replicate(secret: StandardSecret) -> Self {
        Self {
            provider: Provider::Replicate,
            secret,
            field: "id",
        }
    }

    /// Higgsfield's: the body is the request's status.
    pub fn higgsfield(secret: StandardSecret) -> Self {
        Self {
            provider: Provider::Higgsfield,
            secret,
            field: "request_id",
        }
    }

    /// Which job a delivery is about, if it is genuine and not older than five minutes.
    pub fn read(
        &self,
        headers: &HeaderMap,
        raw: &[u8],
        now: Timestamp,
    ) -> Result<Notice, HookError> {
        let delivery = Delivery::from_headers(headers)?;
        self.secret.verify(delivery, raw, now)?;
        Ok(Notice {
            provider: self.provider,
            job: job_in(raw, self.field)?,
        })
    }
}
