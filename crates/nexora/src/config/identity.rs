//! Who says who somebody is: accounts of our own, Clerk, or Clerk as the sandbox plays it.

use anyhow::{Context, bail};
use nexora_providers::ClerkConfig;
use nexora_providers::clerk::ClerkConfigError;
use secrecy::SecretString;
use url::Url;

use super::{Source, choice, url};

/// Where Clerk's Backend API is.
const API_URL: &str = "https://api.clerk.com";
/// An origin to check the keys with; which one it is in the end is known when the studio listens.
const SOME_ORIGIN: &str = "http://localhost";
/// The two keys that switch Clerk on.
const KEYS: [&str; 2] = ["CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY"];
/// What means nothing without the keys.
const EXTRAS: [&str; 4] = [
    "CLERK_JWT_KEY",
    "CLERK_WEBHOOK_SIGNING_SECRET",
    "CLERK_API_URL",
    "CLERK_FRONTEND_API_URL",
];

/// Who says who somebody is.
#[derive(Clone, Debug)]
pub(crate) enum IdentitySetting {
    /// Accounts of our own.
    Local,
    /// A Clerk instance; our public origins are still missing.
    Clerk(Box<ClerkConfig>),
    /// The Clerk that the sandbox plays.
    ClerkSandbox,
}

/// The identity that is asked for, or why it cannot be had.
pub(super) fn setting(source: &Source) -> anyhow::Result<IdentitySetting> {
    let clerk = clerk(source)?;
    if source.get("NEXORA_IDENTITY").is_none() {
        return Ok(clerk.map_or(IdentitySetting::Local, IdentitySetting::Clerk));
    }
    let words = ["local", "clerk", "clerk-sandbox"];
    let wanted = words[choice(source, "NEXORA_IDENTITY", &words)?];
    Ok(match (wanted, clerk) {
        ("local", _) => IdentitySetting::Local,
        ("clerk", Some(clerk)) => IdentitySetting::Clerk(clerk),
        ("clerk", None) => bail!("NEXORA_IDENTITY=clerk needs {} and {}", KEYS[0], KEYS[1]),
        (_, None) => IdentitySetting::ClerkSandbox,
        (_, Some(_)) => bail!(
            "NEXORA_IDENTITY=clerk-sandbox and {} are both set; take one of them away",
            KEYS[1]
        ),
    })
}

fn clerk(source: &Source) -> anyhow::Result<Option<Box<ClerkConfig>>> {
    let (publishable, secret) = (source.get(KEYS[0]), source.get(KEYS[1]));
    let (publishable, secret) = match (publishable, secret) {
        (Some(publishable), Some(secret)) => (publishable, secret),
        (Some(_), None) => bail!("{} is set, but {} is missing", KEYS[0], KEYS[1]),
        (None, Some(_)) => bail!("{} is set, but {} is missing", KEYS[1], KEYS[0]),
        (None, None) => {
            if let Some(name) = EXTRAS.into_iter().find(|name| source.get(name).is_some()) {
                bail!("{name} is set, but {} and {} are missing", KEYS[0], KEYS[1]);
            }
            return Ok(None);
        }
    };
    let api_url = match url(source, "CLERK_API_URL")? {
        Some(url) => url,
        None => Url::parse(API_URL).context("CLERK_API_URL")?,
    };
    let webhook_secret = source.get("CLERK_WEBHOOK_SIGNING_SECRET");
    let config = ClerkConfig {
        publishable_key: publishable.to_owned(),
        secret_key: SecretString::from(secret),
        jwt_key: source.get("CLERK_JWT_KEY").map(str::to_owned),
        webhook_secret: webhook_secret.map(SecretString::from),
        frontend_api_url: url(source, "CLERK_FRONTEND_API_URL")?,
        api_url,
        public_origins: vec![SOME_ORIGIN.to_owned()],
    };
    match config.check() {
        Ok(()) => Ok(Some(Box::new(config))),
        Err(wrong) => bail!("{}: {wrong}", variable_of(wrong)),
    }
}

const fn variable_of(wrong: ClerkConfigError) -> &'static str {
    match wrong {
        ClerkConfigError::PublishableKey => "CLERK_PUBLISHABLE_KEY",
        ClerkConfigError::SecretKey => "CLERK_SECRET_KEY",
        ClerkConfigError::MixedKeys => "CLERK_PUBLISHABLE_KEY and CLERK_SECRET_KEY",
        ClerkConfigError::JwtKey => "CLERK_JWT_KEY",
        ClerkConfigError::WebhookSecret => "CLERK_WEBHOOK_SIGNING_SECRET",
        ClerkConfigError::PublicOrigins => "PUBLIC_URL",
        ClerkConfigError::Address => "CLERK_API_URL or CLERK_FRONTEND_API_URL",
    }
}
