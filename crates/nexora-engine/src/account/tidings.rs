//! What Clerk's deliveries tell. They come late, twice and in any order: each is taken in once, in
//! the transaction that notes that it was.

use std::time::Duration;

use nexora_core::{JobId, MemberId, Timestamp};
use nexora_providers::clerk::ClerkEvent;
use nexora_store::billing::inbox::{self, Delivery, Kept};
use nexora_store::{Lane, StoreError, Tx, jobs, sessions, users};
use sha2::{Digest, Sha256};
use tracing::info;

use super::CLERK;
use super::profile::{Profile, take_profile};
use crate::job::Job;
use crate::{Change, Engine, EngineError};

/// How long it is known that a delivery was taken in. Clerk sends one for a day and a half, and
/// people look at old ones for a while longer.
const KEPT_FOR: Duration = Duration::from_secs(90 * 86_400);

/// Whom a delivery changed something for, and what.
type Effect = Option<(MemberId, Change)>;

impl Engine {
    /// Takes in a delivery of Clerk's whose signature was verified. `id` is its sender's name for
    /// it, the same at every attempt.
    pub async fn hear_clerk(
        &self,
        id: &str,
        raw: &[u8],
        event: ClerkEvent,
    ) -> Result<(), EngineError> {
        if event == ClerkEvent::Ignored {
            return Ok(());
        }
        let now = self.now();
        let tidings = Tidings {
            delivery: delivery(id, raw, &event, now),
            event,
            now,
        };
        let effect: Effect = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { tidings.take_in(tx).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        if let Some((member, change)) = effect {
            self.live().publish(member, change);
            self.0.bell.notify_one();
        }
        Ok(())
    }
}

struct Tidings {
    delivery: Delivery,
    event: ClerkEvent,
    now: Timestamp,
}

impl Tidings {
    async fn take_in(self, tx: &mut Tx<'_>) -> Result<Effect, StoreError> {
        let Kept::Waiting(id) = inbox::insert(tx, &self.delivery).await? else {
            return Ok(None);
        };
        inbox::processed(tx, id, self.now).await?;
        inbox::sweep(tx, self.now.minus(KEPT_FOR)).await?;
        match self.event {
            ClerkEvent::UserChanged(user) => {
                let subject = user.subject.clone();
                let member = take_profile(tx, &subject, &Profile::from(user)).await?;
                Ok(member.map(|member| (member, Change::Everything)))
            }
            ClerkEvent::UserDeleted { subject } => see_off(tx, &subject, self.now).await,
            ClerkEvent::SessionEnded { sid, .. } => {
                let found = sessions::of_sid(tx, CLERK, &sid, self.now).await?;
                sessions::revoke_sid(tx, CLERK, &sid).await?;
                Ok(found.map(|(_, owner)| (owner.id, Change::Sessions)))
            }
            ClerkEvent::Ignored => Ok(None),
        }
    }
}

/// A person is gone at Clerk's. They are signed out at once; leaving takes longer, because the
/// merchant has to be asked first.
async fn see_off(tx: &mut Tx<'_>, subject: &str, now: Timestamp) -> Result<Effect, StoreError> {
    let Some(member) = users::member_of(tx, CLERK, subject).await? else {
        return Ok(None);
    };
    info!(%member, "an account was deleted at Clerk's; its member leaves");
    sessions::revoke_others(tx, member, None).await?;
    let job = Job::Leave(member);
    jobs::enqueue(tx, job.kind(), job.subject(), Some(member), now, now).await?;
    Ok(Some((member, Change::Sessions)))
}

/// What is kept of a delivery: enough to know it again. The body names people and is taken in
/// already.
fn delivery(id: &str, raw: &[u8], event: &ClerkEvent, received_at: Timestamp) -> Delivery {
    let (event_name, resource_type) = match event {
        ClerkEvent::UserChanged(_) => ("user.changed", "user"),
        ClerkEvent::UserDeleted { .. } => ("user.deleted", "user"),
        ClerkEvent::SessionEnded { .. } => ("session.ended", "session"),
        ClerkEvent::Ignored => ("ignored", ""),
    };
    Delivery {
        id: JobId::new(received_at).as_uuid(),
        provider: CLERK.to_owned(),
        event_name: event_name.to_owned(),
        resource_type: resource_type.to_owned(),
        resource_id: String::new(),
        updated_at: None,
        webhook_id: Some(id.to_owned()),
        body_sha256: hex::encode(Sha256::digest(raw)),
        raw: String::new(),
        received_at,
    }
}
