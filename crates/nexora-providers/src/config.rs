//! What each adapter must be told: where its provider is and with which key.

use secrecy::SecretString;
use url::Url;

/// fal.ai
#[derive(Clone, Debug)]
pub struct FalConfig {
    /// `key_id:key_secret`.
    pub key: SecretString,
    /// The queue's base, for example `https://queue.fal.run`.
    pub queue_url: Url,
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
