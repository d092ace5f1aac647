//! What we must be told to use a Clerk instance, and what is wrong with it.

use std::fmt;

use secrecy::SecretString;
use url::Url;

use super::instance::Instance;
use super::key::Key;
use crate::signature::StandardSecret;

/// The keys and addresses of one Clerk instance.
#[derive(Clone, Debug)]
pub struct ClerkConfig {
    /// `pk_test_…` or `pk_live_…`; it contains the address of the Frontend API.
    pub publishable_key: String,
    /// `sk_test_…` or `sk_live_…`, of the same instance.
    pub secret_key: SecretString,
    /// The public key that signs tokens, as PEM; without it the keys are fetched. Line breaks may
    /// be missing, or written `\n`, as environments like to do.
    pub jwt_key: Option<String>,
    /// The signing secret of the webhook endpoint (`whsec_…`).
    pub webhook_secret: Option<SecretString>,
    /// Where the Frontend API is, if not where the publishable key says; also the issuer of
    /// tokens then. For the sandbox.
    pub frontend_api_url: Option<Url>,
    /// The Backend API without `/v1`, for example `https://api.clerk.com`.
    pub api_url: Url,
    /// The origins our pages are served from, the main one first.
    pub public_origins: Vec<String>,
}

/// Why a configuration is refused at start-up. Nothing in it is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClerkConfigError {
    /// The publishable key is none.
    PublishableKey,
    /// The secret key is none.
    SecretKey,
    /// One key is for testing, the other is not.
    MixedKeys,
    /// The PEM is no RSA public key.
    JwtKey,
    /// The webhook secret is none, or too short.
    WebhookSecret,
    /// There is no origin of ours, or one is not just scheme, host and port.
    PublicOrigins,
    /// The address of the Frontend or Backend API cannot carry a path.
    Address,
}

impl ClerkConfig {
    /// Whether everything in it can be used; asks nobody.
    pub fn check(&self) -> Result<(), ClerkConfigError> {
        Instance::new(self)?;
        self.fixed_key()?;
        self.webhook_secret()?;
        Ok(())
    }

    pub(super) fn fixed_key(&self) -> Result<Option<Key>, ClerkConfigError> {
        let pem = self.jwt_key.as_deref();
        let key = pem.map(|pem| Key::of_pem(pem).ok_or(ClerkConfigError::JwtKey));
        key.transpose()
    }

    pub(super) fn webhook_secret(&self) -> Result<Option<StandardSecret>, ClerkConfigError> {
        let secret = self.webhook_secret.as_ref().map(StandardSecret::parse);
        secret
            .transpose()
            .map_err(|_| ClerkConfigError::WebhookSecret)
    }
}

impl fmt::Display for ClerkConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublishableKey => {
                "the publishable key is not of the form pk_test_… or pk_live_…; copy it from \
                 Clerk's dashboard"
            }
            Self::SecretKey => {
                "the secret key is not of the form sk_test_… or sk_live_…; copy it from Clerk's \
                 dashboard"
            }
            Self::MixedKeys => {
                "one Clerk key is a test key and the other a live key; both have to be of the \
                 same instance"
            }
            Self::JwtKey => "the JWT key is not an RSA public key in PEM form",
            Self::WebhookSecret => {
                "the webhook signing secret is not of the form whsec_…, or too short"
            }
            Self::PublicOrigins => {
                "the public address has to be scheme and host, for example \
                 https://studio.example"
            }
            Self::Address => "an address of Clerk's is not an http address",
        })
    }
}

impl std::error::Error for ClerkConfigError {}
