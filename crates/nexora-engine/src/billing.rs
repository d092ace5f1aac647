//! Selling: checkouts, deliveries of the merchant, and what follows from them.
//!
//! Nobody is believed but the merchant: what a member has follows from facts that were signed or
//! asked for, and from our own clock. News of any kind goes the same way: it is kept as it was
//! said, then everything that follows for its member is worked out anew.

mod buy;
mod error;
mod merchant;
mod news;
mod packs;
mod paying;
mod receive;
mod reconcile;
mod review;
mod settle;
mod subscription;
mod unknown;

use std::sync::Arc;

use nexora_core::billing::Offers;
use url::Url;

pub use error::{PurchaseError, ReceiveError};
pub use merchant::Merchant;
pub use paying::{Glance, Paying, PlanState, Subscribed};
pub use subscription::Bill;

use crate::Engine;

/// What is needed to sell.
#[derive(Clone, Debug)]
pub struct Billing {
    /// Who takes the money.
    pub merchant: Arc<dyn Merchant>,
    /// What is for sale.
    pub offers: Arc<Offers>,
    /// Where a buyer goes after paying.
    pub return_url: Url,
}

impl Engine {
    /// What is for sale; `None` in a studio that sells nothing.
    pub fn offers(&self) -> Option<&Offers> {
        self.billing().map(|billing| &*billing.offers)
    }

    pub(crate) fn billing(&self) -> Option<&Billing> {
        self.0.parts.billing.as_ref()
    }
}
