//! Opening a checkout: for whom is written down here, and only an opaque reference leaves.

use std::time::Duration;

use nexora_core::billing::Purchase;
use nexora_core::{Email, Member};
use nexora_providers::lemon::CheckoutWish;
use nexora_store::billing::checkouts::{self, Checkout};
use nexora_store::{Lane, StoreError, users};
use rand::RngExt;
use url::Url;

use super::{Billing, PurchaseError};
use crate::{Engine, EngineError};

/// How long a checkout can be paid.
const CHECKOUT_LIFE: Duration = Duration::from_secs(3_600);

impl Engine {
    /// Opens a page to pay on. Refused if the member would end up with two subscriptions.
    pub async fn checkout(&self, member: &Member, wanted: &Purchase) -> Result<Url, PurchaseError> {
        let billing = self.billing().ok_or(PurchaseError::Off)?;
        let variant_id = billing.offers.variant_of(wanted);
        let variant_id = variant_id.ok_or(PurchaseError::NotForSale)?.to_owned();
        self.check_not_frozen(member).await?;
        if let Purchase::Plan(_) = wanted
            && let Some(open) = self.still_open(billing, member.id).await?
        {
            return Err(PurchaseError::AlreadySubscribed {
                plan: open.plan,
                is_cancelled: open.is_cancelled,
            });
        }
        let now = self.now();
        let checkout = Checkout {
            checkout_ref: fresh_ref(),
            member: member.id,
            variant_id,
            created_at: now,
            expires_at: now.plus(CHECKOUT_LIFE),
        };
        // Written down first: a payment must never arrive for a reference nobody knows.
        let row = checkout.clone();
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { checkouts::insert(tx, &row).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.open_at_merchant(billing, member, &checkout).await
    }

    async fn open_at_merchant(
        &self,
        billing: &Billing,
        member: &Member,
        checkout: &Checkout,
    ) -> Result<Url, PurchaseError> {
        // Support reads it at the merchant's, beside the name it knows from Clerk.
        let clerks = self.clerk_subjects(member.id).await?.into_iter().next();
        let id = clerks.unwrap_or_else(|| member.id.to_string());
        let wish = CheckoutWish {
            variant_id: &checkout.variant_id,
            email: reachable(&member.email),
            name: Some(member.display_name.as_str()),
            checkout_ref: &checkout.checkout_ref,
            member: &id,
            redirect_url: &billing.return_url,
            expires_at: checkout.expires_at,
        };
        let opened = billing.merchant.create_checkout(wish).await;
        opened.map_err(PurchaseError::Merchant)
    }

    pub(super) async fn check_not_frozen(&self, member: &Member) -> Result<(), PurchaseError> {
        let (id, now) = (member.id, self.now());
        let rights: users::Rights = self
            .read(move |tx| Box::pin(async move { users::rights_of(tx, id, now).await }))
            .await?;
        if rights.is_frozen {
            return Err(PurchaseError::Frozen);
        }
        Ok(())
    }
}

/// A place-holder address (`.invalid`, RFC 2606) is nobody's: the merchant asks for one then.
fn reachable(email: &Email) -> Option<&str> {
    let address = email.as_str();
    (!address.ends_with(".invalid")).then_some(address)
}

/// 256 random bits: who does not have it cannot guess it.
fn fresh_ref() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    hex::encode(bytes)
}
