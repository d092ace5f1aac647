//! The providers' sections: a key, and where the provider is if not in its usual place.

use anyhow::{Context, bail};
use nexora_core::Provider;
use nexora_providers::signature::{StandardSecret, WeakSecret};
use nexora_providers::{
    FalConfig, HiggsfieldConfig, MotionForm, OpenAiConfig, ReplicateConfig, RunwayConfig,
};
use nexora_sandbox::Sandbox;
use secrecy::SecretString;
use url::Url;

use super::Source;

/// A provider we have a key for.
#[derive(Clone, Debug)]
pub(crate) enum ProviderSetting {
    Fal(FalConfig),
    Replicate(ReplicateConfig),
    OpenAi(OpenAiConfig),
    Runway(RunwayConfig),
    Higgsfield(HiggsfieldConfig),
}

impl ProviderSetting {
    pub(crate) const fn provider(&self) -> Provider {
        match self {
            Self::Fal(_) => Provider::Fal,
            Self::Replicate(_) => Provider::Replicate,
            Self::OpenAi(_) => Provider::OpenAi,
            Self::Runway(_) => Provider::Runway,
            Self::Higgsfield(_) => Provider::Higgsfield,
        }
    }

    /// The section the sandbox at `base` plays.
    pub(crate) fn played(provider: Provider, base: &Url) -> anyhow::Result<Self> {
        let at = |path: &str| base.join(path).context("the sandbox has no usable address");
        Ok(match provider {
            Provider::Fal => Self::Fal(FalConfig {
                key: SecretString::from("sandbox:sandbox"),
                queue_url: at("/fal/queue")?,
                rest_url: at("/fal/rest")?,
                catalogue_url: at("/fal/api")?,
            }),
            Provider::Replicate => Self::Replicate(ReplicateConfig {
                key: SecretString::from("r8_sandbox"),
                base_url: at("/replicate")?,
            }),
            Provider::OpenAi => Self::OpenAi(OpenAiConfig {
                key: SecretString::from("sk-sandbox"),
                base_url: at("/openai/v1")?,
            }),
            Provider::Runway => Self::Runway(RunwayConfig {
                key: SecretString::from("key_sandbox"),
                base_url: at("/runway")?,
            }),
            Provider::Higgsfield => Self::Higgsfield(HiggsfieldConfig {
                key: SecretString::from("sandbox:sandbox"),
                base_url: at("/hf")?,
                motions: MotionForm::V1,
                webhook_secret: webhook_secret(Sandbox::higgsfield_webhook_secret()).ok(),
            }),
        })
    }
}

/// Every provider with a key. A section without its key is half filled, which is an error.
pub(super) fn settings(source: &Source) -> anyhow::Result<Vec<ProviderSetting>> {
    let sections = [
        fal(source)?,
        replicate(source)?,
        openai(source)?,
        runway(source)?,
        higgsfield(source)?,
    ];
    Ok(sections.into_iter().flatten().collect())
}

fn fal(source: &Source) -> anyhow::Result<Option<ProviderSetting>> {
    let section = section(
        source,
        "FAL_KEY",
        ("FAL_QUEUE_URL", "https://queue.fal.run"),
    )?;
    let others = ["FAL_REST_URL", "FAL_CATALOGUE_URL"];
    let Some((key, queue_url)) = section else {
        if let Some(name) = others.iter().find(|name| source.get(name).is_some()) {
            bail!("{name} is set, but FAL_KEY is missing");
        }
        return Ok(None);
    };
    let url = |name: &str, standard: &str| {
        let text = source.get(name).unwrap_or(standard);
        Url::parse(text).with_context(|| format!("{name} is not a URL"))
    };
    if !key.contains(':') {
        bail!("FAL_KEY must be the whole key, of the form key_id:key_secret");
    }
    Ok(Some(ProviderSetting::Fal(FalConfig {
        key: SecretString::from(key),
        queue_url,
        rest_url: url(others[0], "https://rest.fal.ai")?,
        catalogue_url: url(others[1], "https://api.fal.ai")?,
    })))
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

fn runway(source: &Source) -> anyhow::Result<Option<ProviderSetting>> {
    let base = ("RUNWAYML_BASE_URL", "https://api.dev.runwayml.com");
    let section = section(source, "RUNWAYML_API_SECRET", base)?;
    Ok(section.map(|(key, base_url)| {
        let key = SecretString::from(key);
        ProviderSetting::Runway(RunwayConfig { key, base_url })
    }))
}

fn higgsfield(source: &Source) -> anyhow::Result<Option<ProviderSetting>> {
    let base = ("HIGGSFIELD_BASE_URL", "https://api.higgsfield.ai");
    let section = section(source, "HIGGSFIELD_API_KEY", base)?;
    let Some((key, base_url)) = section else {
        let depend_on_it = ["HIGGSFIELD_MOTIONS", "HIGGSFIELD_WEBHOOK_SECRET"];
        if let Some(name) = depend_on_it.iter().find(|name| source.get(name).is_some()) {
            bail!("{name} is set, but HIGGSFIELD_API_KEY is missing");
        }
        return Ok(None);
    };
    let form = source.get("HIGGSFIELD_MOTIONS");
    let secret = source.get("HIGGSFIELD_WEBHOOK_SECRET");
    let secret = secret.map(webhook_secret).transpose();
    if !key.contains(':') {
        bail!("HIGGSFIELD_API_KEY must be the whole key, of the form key_id:key_secret");
    }
    let motions = MotionForm::from_name(form.unwrap_or("v1"))
        .context("HIGGSFIELD_MOTIONS is v1, v2-list or v2-single")?;
    let key = SecretString::from(key);
    Ok(Some(ProviderSetting::Higgsfield(HiggsfieldConfig {
        key,
        base_url,
        motions,
        webhook_secret: secret.context("HIGGSFIELD_WEBHOOK_SECRET")?,
    })))
}

fn webhook_secret(text: &str) -> Result<StandardSecret, WeakSecret> {
    StandardSecret::parse(&SecretString::from(text))
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
