//! Higgsfield's webhooks: Standard Webhooks, by a secret that its console shows.

use nexora_core::{Provider, Timestamp};
use reqwest::header::HeaderMap;

use crate::media::BoxFuture;
use crate::signature::{Delivery, StandardSecret};
use crate::webhook::{HookError, HookReader, Notice, job_in};

/// Reads Higgsfield's webhooks.
#[derive(Debug)]
pub(super) struct HiggsfieldHooks(pub(super) StandardSecret);

impl HiggsfieldHooks {
    fn check(&self, headers: &HeaderMap, raw: &[u8], now: Timestamp) -> Result<Notice, HookError> {
        self.0.verify(Delivery::from_headers(headers)?, raw, now)?;
        Ok(Notice {
            provider: Provider::Higgsfield,
            job: job_in(raw, "request_id")?,
        })
    }
}

impl HookReader for HiggsfieldHooks {
    /// The body is the request's status.
    fn read<'a>(
        &'a self,
        headers: &'a HeaderMap,
        raw: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Notice, HookError>> {
        Box::pin(async move { self.check(headers, raw, now) })
    }
}
