//! Replicate's webhooks: Standard Webhooks, by a secret of the account's own that its API tells.

use nexora_core::{Provider, Timestamp};
use reqwest::Method;
use reqwest::header::HeaderMap;

use super::wire::Secret;
use super::{Replicate, error};
use crate::error::{ErrorKind, ProviderError};
use crate::media::BoxFuture;
use crate::signature::{Delivery, StandardSecret};
use crate::webhook::{HookError, HookReader, Notice, job_in};

impl Replicate {
    /// The secret its webhooks are signed with. It does not change by itself.
    async fn webhook_secret(&self) -> Result<StandardSecret, ProviderError> {
        let url = self.place("v1/webhooks/default/secret");
        let answer = self.line.ask("webhook secret", Method::GET, url).await?;
        if !answer.status.is_success() {
            return Err(error::of_question(&answer));
        }
        let secret: Secret = answer.read()?;
        let secret = StandardSecret::parse(&secret.key.into());
        secret.map_err(|weak| self.error(ErrorKind::Broken, &weak.to_string()))
    }

    async fn check(
        &self,
        headers: &HeaderMap,
        raw: &[u8],
        now: Timestamp,
    ) -> Result<Notice, HookError> {
        let delivery = Delivery::from_headers(headers)?;
        delivery.check(now)?;
        let fits = |secret: &StandardSecret| secret.fits(delivery, raw);
        let ask = async || {
            self.webhook_secret().await.map_err(|said| {
                tracing::warn!(kind = ?said.kind, "Replicate's secret for webhooks cannot be had");
                HookError::Unchecked
            })
        };
        self.secret.check(now, fits, ask).await?;
        Ok(Notice {
            provider: Provider::Replicate,
            job: job_in(raw, "id")?,
        })
    }
}

impl HookReader for Replicate {
    /// The body is the prediction.
    fn read<'a>(
        &'a self,
        headers: &'a HeaderMap,
        raw: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Notice, HookError>> {
        Box::pin(self.check(headers, raw, now))
    }
}
