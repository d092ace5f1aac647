//! A delivery is kept before it is answered, and worked off by a worker afterwards.

use std::time::Duration;

use nexora_core::billing::{BillingEvent, InvoiceFacts, InvoiceReason};
use nexora_core::{JobId, Timestamp};
use nexora_providers::BillingError;
use nexora_providers::lemon::Received;
use nexora_store::billing::inbox::{self, Delivery, Kept, Waiting};
use nexora_store::billing::subscriptions::{self, SubscriptionRow};
use nexora_store::{Lane, StoreError, jobs};
use sha2::{Digest, Sha256};
use tracing::{error, info, warn};
use uuid::Uuid;

use super::news::News;
use super::{Billing, ReceiveError};
use crate::drive::Next;
use crate::job::Job;
use crate::{Engine, EngineError};

/// Waits between attempts to work a delivery off; after the last one it is parked. They span a
/// day and a half: longer than any outage of the merchant's we know of.
const RETRIES: [Duration; 10] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
    Duration::from_secs(1_800),
    Duration::from_secs(3_600),
    Duration::from_secs(3 * 3_600),
    Duration::from_secs(6 * 3_600),
    Duration::from_secs(12 * 3_600),
    Duration::from_secs(12 * 3_600),
];
/// The name of a signed delivery that could not be read.
const UNREADABLE: &str = "unreadable";

/// Why a delivery was not worked off.
enum Hitch {
    /// The merchant has to be asked, and did not answer.
    Merchant(BillingError),
    Engine(EngineError),
}

impl Engine {
    /// Takes a delivery in, if the merchant signed it: once it is kept, it may be answered with
    /// 200. The same body is kept once. What cannot be read is kept for a person.
    pub async fn receive(&self, raw: &[u8], signature: Option<&str>) -> Result<(), ReceiveError> {
        let billing = self.billing().ok_or(ReceiveError::Off)?;
        if !billing.merchant.has_signed(raw, signature) {
            return Err(ReceiveError::NotSigned);
        }
        let now = self.now();
        let read = billing.merchant.read(raw);
        let unreadable = read.as_ref().err().map(ToString::to_string);
        let delivery = delivery(billing.merchant.slug(), raw, read.ok(), now);
        let kept: Kept = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    let kept = inbox::insert(tx, &delivery).await?;
                    match (kept, unreadable) {
                        (Kept::Known, _) => {}
                        (Kept::Waiting(id), Some(why)) => {
                            inbox::failed(tx, id, &why, Some(now)).await?;
                        }
                        (Kept::Waiting(id), None) => {
                            let job = Job::ApplyWebhook(id);
                            jobs::enqueue(tx, job.kind(), job.subject(), None, now, now).await?;
                        }
                    }
                    Ok::<_, StoreError>(kept)
                })
            })
            .await?;
        if let Kept::Waiting(_) = kept {
            self.0.bell.notify_one();
        }
        Ok(())
    }

    /// Works a delivery off.
    pub(crate) async fn apply_webhook(
        &self,
        billing: &Billing,
        id: Uuid,
    ) -> Result<Next, EngineError> {
        let waiting: Option<Waiting> = self
            .read(move |tx| Box::pin(async move { inbox::by_id(tx, id).await }))
            .await?;
        let Some(waiting) = waiting.filter(|waiting| !waiting.is_processed) else {
            return Ok(Next::Done);
        };
        match self.apply(billing, &waiting).await {
            Ok(()) => {
                let now = self.now();
                self.store()
                    .write(Lane::Any, move |tx| {
                        Box::pin(async move { inbox::processed(tx, id, now).await })
                    })
                    .await
                    .map_err(|error: StoreError| EngineError::from(error))?;
                Ok(Next::Done)
            }
            Err(Hitch::Engine(error)) if error.is_conflict() => Err(error),
            Err(hitch) => self.put_off(id, &waiting, &hitch.to_string()).await,
        }
    }

    async fn apply(&self, billing: &Billing, waiting: &Waiting) -> Result<(), Hitch> {
        let received = billing.merchant.read(waiting.raw.as_bytes());
        let Some(event) = received.ok().and_then(|received| received.event) else {
            info!(
                event = waiting.event_name,
                "a delivery tells nothing we act on"
            );
            return Ok(());
        };
        if !billing.offers.concerns(event.origin()) {
            warn!(
                event = waiting.event_name,
                "a delivery is for another store or mode"
            );
            return Ok(());
        }
        let mut news = News::of(event.clone());
        if let BillingEvent::Invoice(invoice) = &event
            && self.has_to_ask(billing, invoice).await?
        {
            let asked = billing.merchant.subscription(&invoice.subscription_id);
            news.subscription = Some(asked.await.map_err(Hitch::Merchant)?);
            news.was_asked = true;
        }
        self.take_in(billing, news).await.map_err(Hitch::Engine)
    }

    /// An invoice names no plan, so its subscription has to be known, and for a new period or a
    /// changed plan as it was after the invoice was written.
    async fn has_to_ask(&self, billing: &Billing, invoice: &InvoiceFacts) -> Result<bool, Hitch> {
        let (provider, id) = (billing.merchant.slug(), invoice.subscription_id.clone());
        let known: Option<SubscriptionRow> = self
            .read(move |tx| Box::pin(async move { subscriptions::find(tx, provider, &id).await }))
            .await
            .map_err(Hitch::Engine)?;
        let Some(known) = known else {
            return Ok(true);
        };
        let heard = known.looked_at.max(Some(known.facts.updated_at));
        Ok(match invoice.reason {
            InvoiceReason::Initial => false,
            InvoiceReason::Renewal | InvoiceReason::Updated => heard < Some(invoice.created_at),
        })
    }

    /// Tries again later, or gives up and leaves it to a person.
    async fn put_off(&self, id: Uuid, waiting: &Waiting, why: &str) -> Result<Next, EngineError> {
        let now = self.now();
        let attempt = usize::try_from(waiting.attempts).unwrap_or(usize::MAX);
        let wait = RETRIES.get(attempt).copied();
        let parked_at = wait.is_none().then_some(now);
        if parked_at.is_some() {
            error!(delivery = %id, event = waiting.event_name, "a delivery is parked: {why}");
        } else {
            warn!(delivery = %id, event = waiting.event_name, "a delivery has to wait: {why}");
        }
        let why = why.to_owned();
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { inbox::failed(tx, id, &why, parked_at).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        Ok(wait.map_or(Next::Done, |wait| Next::At(now.plus(wait))))
    }
}

fn delivery(
    provider: &str,
    raw: &[u8],
    read: Option<Received>,
    received_at: Timestamp,
) -> Delivery {
    let unreadable = Received {
        event_name: UNREADABLE.to_owned(),
        webhook_id: None,
        resource_type: String::new(),
        resource_id: String::new(),
        updated_at: None,
        event: None,
    };
    let read = read.unwrap_or(unreadable);
    Delivery {
        id: JobId::new(received_at).as_uuid(),
        provider: provider.to_owned(),
        event_name: read.event_name,
        resource_type: read.resource_type,
        resource_id: read.resource_id,
        updated_at: read.updated_at,
        webhook_id: read.webhook_id,
        body_sha256: hex::encode(Sha256::digest(raw)),
        raw: String::from_utf8_lossy(raw).into_owned(),
        received_at,
    }
}

impl std::fmt::Display for Hitch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Merchant(error) => write!(f, "asking the merchant: {error}"),
            Self::Engine(error) => error.fmt(f),
        }
    }
}
