//! The providers' sections: a key, and where the provider is if not in its usual place.

use anyhow::{Context, bail};
use nexora_core::Provider;
use nexora_providers::{FalConfig, OpenAiConfig, ReplicateConfig};
use secrecy::SecretString;
use url::Url;

use super::Source;

/// A provider we have a key for.
#[derive(Clone, Debug)]
pub(crate) enum ProviderSetting {
    Fal(FalConfig),
    Replicate(ReplicateConfig),
    OpenAi(OpenAiConfig),
}

impl ProviderSetting {
    pub(crate) const fn provider(&self) -> Provider {
        match self {
            Self::Fal(_) => Provider::Fal,
            Self::Replicate(_) => Provider::Replicate,
            Self::OpenAi(_) => Provider::OpenAi,
        }
    }

    /// The section the sandbox at `base` plays.
    pub(crate) fn played(provider: Provider, base: &Url) -> anyhow::Result<Self> {
        let at = |path: &str| base.join(path).context("the sandbox has no usable address");
        Ok(match provider {
            Provider::Fal => Self::Fal(FalConfig {
                key: SecretString::from("sandbox:sandbox"),
                queue_url: at("/fal/queue")?,
            }),
            Provider::Replicate => Self::Replicate(ReplicateConfig {
                key: SecretString::from("r8_sandbox"),
                base_url: at("/replicate")?,
            }),
            Provider::OpenAi => Self::OpenAi(OpenAiConfig {
                key: SecretString::from("sk-sandbox"),
                base_url: at("/openai/v1")?,
            }),
        })
    }
}

/// Every provider with a key. A section without its key is half filled, which is an error.
pub(super) fn settings(source: &Source) -> anyhow::Result<Vec<ProviderSetting>> {
    let sections = [fal(source)?, replicate(source)?, openai(source)?];
    Ok(sections.into_iter().flatten().collect())
}

fn fal(source: &Source) -> anyhow::Result<Option<ProviderSetting>> {
    let section = section(
        source,
        "FAL_KEY",
        ("FAL_QUEUE_URL", "https://queue.fal.run"),
    )?;
    let Some((key, queue_url)) = section else {
        return Ok(None);
    };
    if !key.contains(':') {
        bail!("FAL_KEY must be the whole key, of the form key_id:key_secret");
    }
    let key = SecretString::from(key);
    Ok(Some(ProviderSetting::Fal(FalConfig { key, queue_url })))
}

fn replicate(source: &Source) -> anyhow::Result<Option<ProviderSetting>> {
    let base = ("REPLICATE_BASE_URL", "https://api.replicate.com");
    let section = section(source, "REPLICATE_API_TOKEN", base)?;
    Ok(section.map(|(key, base_url)| {
        let key = SecretString::from(key);
        ProviderSetting::Replicate(ReplicateConfig { key, base_url })
    }))
}

fn openai(source: &Source) -> anyhow::Result<Option<ProviderSetting>> {
    let base = ("OPENAI_BASE_URL", "https://api.openai.com/v1");
    let section = section(source, "OPENAI_API_KEY", base)?;
    Ok(section.map(|(key, base_url)| {
        let key = SecretString::from(key);
        ProviderSetting::OpenAi(OpenAiConfig { key, base_url })
    }))
}

fn section(
    source: &Source,
    key_name: &str,
    (base_name, base_standard): (&str, &str),
) -> anyhow::Result<Option<(String, Url)>> {
    let base = source.get(base_name);
    let Some(key) = source.get(key_name) else {
        if base.is_some() {
            bail!("{base_name} is set, but {key_name} is missing");
        }
        return Ok(None);
    };
    let base = Url::parse(base.unwrap_or(base_standard))
        .with_context(|| format!("{base_name} is not a URL"))?;
    Ok(Some((key.to_owned(), base)))
}
