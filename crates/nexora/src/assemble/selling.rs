//! Who takes the money: Lemon Squeezy, or the sandbox in its place.

use std::sync::Arc;

use anyhow::Context;
use nexora_core::billing::{Offers, PlanOffer, TopUp};
use nexora_core::{Credits, Plan};
use nexora_engine::Billing;
use nexora_providers::{Lemon, LemonConfig, Wire};
use nexora_sandbox::{Offer, Sandbox, catalogue};
use secrecy::SecretString;
use url::Url;

use super::{Place, Played};
use crate::config::{Config, SellingSetting};

/// Where a buyer comes back to; it thanks and leads to the studio.
const RETURN_PATH: &str = "/paid";

/// What is sold, and where its checkouts are.
pub(crate) struct Selling {
    pub(crate) billing: Billing,
    pub(crate) checkouts_at: Vec<String>,
}

impl Selling {
    /// The store that is configured, else the one that the sandbox plays, else none.
    pub(crate) fn begin(
        config: &Config,
        played: &Played,
        place: &Place,
        wire: &Wire,
    ) -> anyhow::Result<Option<Self>> {
        let setting = match (&config.selling, played.base()) {
            (Some(setting), _) => setting.clone(),
            (None, Some(base)) => played_setting(base)?,
            (None, None) => return Ok(None),
        };
        let merchant = Lemon::new(setting.lemon, wire)
            .map_err(|weak| anyhow::anyhow!("LEMON_SQUEEZY_WEBHOOK_SECRET: {weak}"))?;
        Ok(Some(Self {
            billing: Billing {
                merchant: Arc::new(merchant),
                offers: Arc::new(setting.offers),
                return_url: place.page(RETURN_PATH)?,
            },
            checkouts_at: setting.checkouts_at,
        }))
    }
}

/// The store that the sandbox at `base` plays.
fn played_setting(base: &Url) -> anyhow::Result<SellingSetting> {
    let store_id = catalogue::STORE_ID.to_string();
    let plan = |plan, offer: &Offer| PlanOffer {
        plan,
        variant_id: offer.variant_id.to_string(),
    };
    let plans = vec![
        plan(Plan::Growth, &catalogue::GROWTH),
        plan(Plan::Pro, &catalogue::PRO),
    ];
    let topups = vec![
        pack(100, &catalogue::TOPUP_100)?,
        pack(500, &catalogue::TOPUP_500)?,
    ];
    Ok(SellingSetting {
        lemon: LemonConfig {
            key: SecretString::from(Sandbox::lemon_api_key()),
            base_url: base.join("/lemon/v1")?,
            store_id: store_id.clone(),
            signing_secret: SecretString::from(Sandbox::lemon_signing_secret()),
            test_mode: true,
        },
        offers: Offers::new(store_id, true, plans, topups)?,
        checkouts_at: vec![base.origin().ascii_serialization()],
    })
}

fn pack(credits: i64, offer: &Offer) -> anyhow::Result<TopUp> {
    let cents = u32::try_from(offer.price_cents);
    Ok(TopUp {
        slug: format!("pack-{credits}"),
        credits: Credits::new(credits),
        price_cents: cents.context("the sandbox sells at a price below nothing")?,
        variant_id: offer.variant_id.to_string(),
    })
}
