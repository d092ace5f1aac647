//! The configuration, read once: environment first, then an optional file. Whatever is half
//! filled or misspelt is an error that names the variable.

mod provider;
mod source;
mod variables;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use nexora_core::{Catalog, Provider};
use nexora_store::{DatabaseUrl, Durability, MediaUrl};
use url::Url;

pub(crate) use provider::ProviderSetting;
pub(crate) use source::Source;
pub(crate) use variables::VARIABLES;

/// Where this studio runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// On somebody's desk: providers without a key are played by the sandbox.
    Development,
    /// For real: a provider without a key is off.
    Production,
}

/// Everything the studio is told.
pub(crate) struct Config {
    pub(crate) stage: Stage,
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) public_url: Option<Url>,
    pub(crate) data: PathBuf,
    pub(crate) database: DatabaseUrl,
    pub(crate) durability: Durability,
    pub(crate) connections_max: usize,
    pub(crate) media: MediaUrl,
    pub(crate) catalog: Catalog,
    pub(crate) log: Option<String>,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) sign_ups_per_hour: u32,
    pub(crate) unknown_seconds: u64,
    pub(crate) waiting_max: u32,
    pub(crate) requests_per_minute: u32,
    pub(crate) sandbox_url: Option<Url>,
    pub(crate) sandbox_instant: bool,
    pub(crate) design_page: bool,
    providers: Vec<ProviderSetting>,
    source: Source,
}

impl std::fmt::Debug for Config {
    /// What `nexora config` shows: no secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.shown()).finish()
    }
}

impl Config {
    /// Reads everything, or says which variable is wrong and why.
    pub(crate) fn read() -> anyhow::Result<Self> {
        Self::from_source(Source::read()?)
    }

    fn from_source(source: Source) -> anyhow::Result<Self> {
        source.refuse_unknown()?;
        let stage = stage(&source)?;
        let data = PathBuf::from(source.get("NEXORA_DATA").unwrap_or("nexora-data"));
        let database = match source.get("DATABASE_URL") {
            Some(url) => DatabaseUrl::from_str(url)
                .map_err(|wrong| anyhow::anyhow!("DATABASE_URL: {wrong}"))?,
            None => DatabaseUrl::Sqlite(data.join("nexora.db")),
        };
        let config = Self {
            stage,
            host: parsed(&source, "HOST", IpAddr::from([127, 0, 0, 1]))?,
            port: parsed(&source, "PORT", 3_000)?,
            public_url: url(&source, "PUBLIC_URL")?,
            database,
            durability: durability(&source)?,
            connections_max: parsed(&source, "NEXORA_DATABASE_CONNECTIONS", 16)?,
            media: media(&source, &data)?,
            catalog: catalog(&source)?,
            log: source.get("NEXORA_LOG").map(str::to_owned),
            trusted_proxies: trusted_proxies(&source)?,
            sign_ups_per_hour: parsed(&source, "NEXORA_SIGN_UPS_PER_HOUR", 5)?,
            waiting_max: parsed(&source, "NEXORA_WAITING_MAX", 100)?,
            unknown_seconds: parsed(&source, "NEXORA_UNKNOWN_SECONDS", 600)?,
            requests_per_minute: parsed(&source, "NEXORA_REQUESTS_PER_MINUTE", 600)?,
            sandbox_url: url(&source, "NEXORA_SANDBOX_URL")?,
            sandbox_instant: choice(&source, "NEXORA_SANDBOX_PACE", &["believable", "instant"])?
                == 1,
            design_page: stage == Stage::Development,
            providers: provider::settings(&source)?,
            data,
            source,
        };
        config.check()
    }

    fn check(self) -> anyhow::Result<Self> {
        if self.stage == Stage::Production && self.sandbox_url.is_some() {
            bail!("NEXORA_SANDBOX_URL is for development; production has no sandbox");
        }
        if let Some(public) = &self.public_url
            && !matches!(public.scheme(), "http" | "https")
        {
            bail!("PUBLIC_URL must begin with https:// (or http:// on your own machine)");
        }
        Ok(self)
    }

    /// What is known of a provider; `None` if it has no key.
    pub(crate) fn provider(&self, provider: Provider) -> Option<&ProviderSetting> {
        self.providers
            .iter()
            .find(|setting| setting.provider() == provider)
    }

    /// The providers without a key.
    pub(crate) fn without_key(&self) -> Vec<Provider> {
        let has_none = |provider: &Provider| self.provider(*provider).is_none();
        Provider::ALL.into_iter().filter(has_none).collect()
    }

    /// Every variable that is set, its value masked if it is a secret, and where it was set.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String, &'static str)> {
        self.source.shown()
    }
}

fn stage(source: &Source) -> anyhow::Result<Stage> {
    Ok(
        match choice(source, "NEXORA_ENV", &["development", "production"])? {
            0 => Stage::Development,
            _ => Stage::Production,
        },
    )
}

fn durability(source: &Source) -> anyhow::Result<Durability> {
    Ok(
        match choice(source, "NEXORA_DURABILITY", &["full", "normal"])? {
            0 => Durability::Full,
            _ => Durability::Normal,
        },
    )
}

/// The index of the word a variable is set to; the first is the default.
fn choice(source: &Source, name: &str, words: &[&str]) -> anyhow::Result<usize> {
    let Some(word) = source.get(name) else {
        return Ok(0);
    };
    words
        .iter()
        .position(|known| *known == word)
        .with_context(|| format!("{name} must be one of: {}", words.join(", ")))
}

fn parsed<T: FromStr>(source: &Source, name: &str, standard: T) -> anyhow::Result<T> {
    let Some(text) = source.get(name) else {
        return Ok(standard);
    };
    text.parse()
        .ok()
        .with_context(|| format!("{name} is set to {text:?}, which cannot be read"))
}

fn url(source: &Source, name: &str) -> anyhow::Result<Option<Url>> {
    let read = |text: &str| Url::parse(text).with_context(|| format!("{name} is not a URL"));
    source.get(name).map(read).transpose()
}

fn media(source: &Source, data: &Path) -> anyhow::Result<MediaUrl> {
    match source.get("MEDIA_URL") {
        // The text may hold a secret: it is not repeated.
        Some(url) => url
            .parse()
            .map_err(|wrong| anyhow::anyhow!("MEDIA_URL: {wrong}")),
        None => Ok(MediaUrl::Folder(data.join("media"))),
    }
}

fn catalog(source: &Source) -> anyhow::Result<Catalog> {
    let Some(path) = source.get("NEXORA_CATALOG") else {
        return Ok(Catalog::built_in()?);
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("NEXORA_CATALOG: {path} cannot be read"))?;
    Catalog::from_toml(&text).with_context(|| format!("NEXORA_CATALOG: {path}"))
}

fn trusted_proxies(source: &Source) -> anyhow::Result<Vec<IpAddr>> {
    let text = source.get("NEXORA_TRUSTED_PROXIES").unwrap_or_default();
    let addresses = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    addresses
        .map(|part| {
            let read = part.parse().ok();
            read.with_context(|| format!("NEXORA_TRUSTED_PROXIES: {part:?} is not an IP address"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
        Config::from_source(Source::of(pairs))
    }

    fn complaint(pairs: &[(&str, &str)]) -> String {
        format!("{:#}", read(pairs).unwrap_err())
    }

    #[test]
    fn nothing_set_is_a_working_studio() {
        let config = read(&[]).unwrap();
        assert_eq!(config.port, 3_000);
        assert_eq!(config.stage, Stage::Development);
        assert_eq!(config.without_key(), Provider::ALL);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(complaint(&[("NEXORA_PROT", "1")]).contains("NEXORA_PROT"));
        assert!(complaint(&[("PORT", "eighty")]).contains("PORT"));
        assert!(complaint(&[("NEXORA_ENV", "prod")]).contains("development, production"));
        assert!(complaint(&[("FAL_KEY", "no-colon")]).contains("FAL_KEY"));
        assert!(complaint(&[("FAL_QUEUE_URL", "http://x")]).contains("FAL_KEY"));
        assert!(complaint(&[("MEDIA_URL", "s3://bucket")]).contains("KEY_ID:SECRET@bucket"));
        assert!(complaint(&[("NEXORA_TRUSTED_PROXIES", "10.0.0.0/8")]).contains("10.0.0.0/8"));
        assert!(complaint(&[("NEXORA_CATALOG", "/nowhere.toml")]).contains("/nowhere.toml"));
    }

    #[test]
    fn a_secret_is_never_shown() {
        let config = read(&[("FAL_KEY", "id:very-secret"), ("PORT", "4000")]).unwrap();
        let shown = format!("{:?}", config.shown());
        assert!(shown.contains("4000"));
        assert!(!shown.contains("very-secret"), "{shown}");
        assert!(!format!("{config:?}").contains("very-secret"));
    }

    /// What `.env.example` tells an operator is exactly what is read.
    #[test]
    fn the_example_file_lists_every_variable() {
        let example = include_str!("../../../.env.example");
        for variable in VARIABLES {
            let line = format!("{}=", variable.name);
            assert!(
                example.contains(&line),
                ".env.example lacks {}",
                variable.name
            );
        }
    }
}
