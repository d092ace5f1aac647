//! What each adapter must be told: where its provider is and with which key.

use secrecy::SecretString;
use url::Url;

use crate::signature::StandardSecret;

/// fal.ai
#[derive(Clone, Debug)]
pub struct FalConfig {
    /// `key_id:key_secret`.
    pub key: SecretString,
    /// The queue's base, for example `https://queue.fal.run`.
    pub queue_url: Url,
    /// The base of storage, for example `https://rest.fal.ai`. The keys of its webhooks are there,
    /// too.
    pub rest_url: Url,
    /// The base of its list of models, for example `https://api.fal.ai`.
    pub catalogue_url: Url,
}

/// replicate.com
#[derive(Clone, Debug)]
pub struct ReplicateConfig {
    /// The API token.
    pub key: SecretString,
    /// The base without `/v1`, for example `https://api.replicate.com`.
    pub base_url: Url,
}

/// `OpenAI`
#[derive(Clone, Debug)]
pub struct OpenAiConfig {
    /// The API key.
    pub key: SecretString,
    /// The base with `/v1`, for example `https://api.openai.com/v1`.
    pub base_url: Url,
}

/// Runway
#[derive(Clone, Debug)]
pub struct RunwayConfig {
    /// The API secret.
    pub key: SecretString,
    /// The base without `/v1`, for example `https://api.dev.runwayml.com`.
    pub base_url: Url,
}

/// Higgsfield
#[derive(Clone, Debug)]
pub struct HiggsfieldConfig {
    /// `key_id:key_secret`.
    pub key: SecretString,
    /// The base, for example `https://api.higgsfield.ai`.
    pub base_url: Url,
    /// How camera motions are asked for.
    pub motions: MotionForm,
    /// What signs its webhooks; without it none are asked for.
    pub webhook_secret: Option<StandardSecret>,
}

/// How Higgsfield's `DoP` is told its camera motions. Only the older protocol's form is certain;
/// the field of the newer one is described differently by different people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MotionForm {
    /// By the older protocol: `motions: [{id, strength}]`. Certain, and deprecated.
    V1,
    /// By the newer protocol: `motions: [{id, strength}]`.
    V2List,
    /// By the newer protocol: `motions_id` and `motions_strength`, so one motion only.
    V2Single,
}

impl MotionForm {
    /// The form with this name in a configuration.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "v1" => Some(Self::V1),
            "v2-list" => Some(Self::V2List),
            "v2-single" => Some(Self::V2Single),
            _ => None,
        }
    }
}
