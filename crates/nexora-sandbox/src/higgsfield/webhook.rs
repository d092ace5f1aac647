//! Higgsfield's webhooks: the request's own status at its end, signed as Standard Webhooks.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::view;
use crate::post::{Letter, deliver};
use crate::queue::{Delivery, Job, Phase};
use crate::stage::Stage;
use crate::standard;

/// What signs the webhooks, as the console would show it.
pub(crate) const SECRET: &str = "whsec_bmV4b3JhLXNhbmRib3gtaGlnZ3NmaWVsZC1ob29rcw==";

/// Delivers the webhook of this job when it is over. Of canceled jobs none is told.
pub(super) fn promise(stage: &Arc<Stage>, job: Arc<Job>, url: String) {
    let times = match job.fate.delivery {
        Delivery::Never => return,
        Delivery::Twice => 2,
        // There is one webhook a job, so there is nothing to shuffle it with.
        Delivery::Once | Delivery::Shuffled => 1,
    };
    let waiting = Arc::clone(stage);
    stage.tasks.spawn(async move {
        let stage = waiting;
        job.over(&stage).await;
        if job.phase() != Phase::Ended {
            return;
        }
        let body = Bytes::from(view::request(&stage, &job).to_string());
        // A repeated delivery carries the same id, so that the receiver can tell.
        let id = format!("msg_{}", job.id);
        let key = key();
        let sign = |now| standard::sign(&key, &id, &body, now);
        for _ in 0..times {
            let letter = Letter {
                url: &url,
                body: body.clone(),
                sign: &sign,
            };
            deliver(&stage, letter).await;
        }
    });
}

fn key() -> Vec<u8> {
    let text = SECRET.trim_start_matches("whsec_");
    // It is our own constant; a test reads it.
    STANDARD.decode(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_long_enough_to_sign_with() {
        assert!(key().len() >= 24);
    }
}
