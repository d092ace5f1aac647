//! Who says who somebody is: accounts of our own, Clerk, or the sandbox in its place.

use std::sync::Arc;

use anyhow::Context;
use nexora_core::SystemClock;
use nexora_providers::clerk::PortalPage;
use nexora_providers::{Clerk, ClerkConfig, Wire};
use nexora_sandbox::Sandbox;
use nexora_web::Identity;
use secrecy::SecretString;
use url::Url;

use super::{Place, Played};
use crate::config::{Config, IdentitySetting};

/// The identity that is configured.
pub(crate) fn begin(
    config: &Config,
    played: &Played,
    place: &Place,
    wire: &Wire,
) -> anyhow::Result<Identity> {
    let setting = match (&config.identity, played.base()) {
        (IdentitySetting::Local, _) => return Ok(Identity::Local),
        (IdentitySetting::Clerk(clerk), _) => ClerkConfig::clone(clerk),
        (IdentitySetting::ClerkSandbox, base) => {
            played_setting(base.context("there is no sandbox to play Clerk")?)?
        }
    };
    let setting = ClerkConfig {
        public_origins: place.origins.clone(),
        ..setting
    };
    // Tokens live for a minute of the wall's time, wherever a demonstration moved ours.
    let clerk = Clerk::new(setting, wire, Arc::new(SystemClock));
    Ok(Identity::Clerk(Arc::new(clerk.context("Clerk")?)))
}

/// Where a form of ours may end up besides with us: browsers hold every step of a redirect against
/// the policy, and Clerk's handshake may be one.
pub(crate) fn leads_to(identity: &Identity) -> Vec<String> {
    let Identity::Clerk(clerk) = identity else {
        return Vec::new();
    };
    let portal = clerk.account_portal_url(PortalPage::SignIn, "/", None);
    let frontend = clerk.instance().frontend_url();
    [frontend, &portal]
        .map(|url| url.origin().ascii_serialization())
        .into()
}

/// The instance that the sandbox at `base` plays.
fn played_setting(base: &Url) -> anyhow::Result<ClerkConfig> {
    let there = base.join("/clerk")?;
    Ok(ClerkConfig {
        publishable_key: Sandbox::clerk_publishable_key().to_owned(),
        secret_key: SecretString::from(Sandbox::clerk_secret_key()),
        jwt_key: None,
        webhook_secret: Some(SecretString::from(Sandbox::clerk_webhook_secret())),
        frontend_api_url: Some(there.clone()),
        api_url: there,
        public_origins: Vec::new(),
    })
}
