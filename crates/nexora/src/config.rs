//! The configuration, read once: environment first, then an optional file. Whatever is half
//! filled or misspelt is an error that names the variable.

mod identity;
mod provider;
mod selling;
mod source;
mod variables;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use nexora_core::{Catalog, Provider};
use nexora_store::{DatabaseUrl, Durability, MediaUrl};
use url::Url;

pub(crate) use identity::IdentitySetting;
pub(crate) use provider::ProviderSetting;
pub(crate) use selling::SellingSetting;
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
    /// Jobs each provider has at the same time; `None`: as many as it documents for new accounts.
    pub(crate) running_max: Option<u32>,
    pub(crate) requests_per_minute: u32,
    pub(crate) sandbox_url: Option<Url>,
    pub(crate) sandbox_instant: bool,
    pub(crate) design_page: bool,
    pub(crate) identity: IdentitySetting,
    /// What is sold and where; `None` if no store is named.
    pub(crate) selling: Option<SellingSetting>,
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
            running_max: Some(parsed(&source, "NEXORA_RUNNING_MAX", 0)?).filter(|most| *most > 0),
            unknown_seconds: parsed(&source, "NEXORA_UNKNOWN_SECONDS", 600)?,
            requests_per_minute: parsed(&source, "NEXORA_REQUESTS_PER_MINUTE", 600)?,
            sandbox_url: url(&source, "NEXORA_SANDBOX_URL")?,
            sandbox_instant: choice(&source, "NEXORA_SANDBOX_PACE", &["believable", "instant"])?
                == 1,
            design_page: stage == Stage::Development,
            identity: identity::setting(&source)?,
            selling: selling::setting(&source)?,
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
        self.check_production()?;
        if let Some(public) = &self.public_url
            && !matches!(public.scheme(), "http" | "https")
        {
            bail!("PUBLIC_URL must begin with https:// (or http:// on your own machine)");
        }
        Ok(self)
    }

    /// Clerk and Lemon Squeezy send people back to us and call us: they must know where we are.
    fn check_production(&self) -> anyhow::Result<()> {
        if self.stage == Stage::Development {
            return Ok(());
        }
        let reason = match (&self.identity, &self.selling) {
            (IdentitySetting::ClerkSandbox, _) => {
                bail!("NEXORA_IDENTITY=clerk-sandbox is for development; production has no sandbox")
            }
            (IdentitySetting::Clerk(_), _) => "with CLERK_SECRET_KEY",
            (IdentitySetting::Local, Some(_)) => "with LEMON_SQUEEZY_API_KEY",
            (IdentitySetting::Local, None) => return Ok(()),
        };
        if self.public_url.is_none() {
            bail!("PUBLIC_URL is missing; {reason} people must be sent back to it");
        }
        Ok(())
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
        let pack = "LEMON_SQUEEZY_TOPUP";
        assert!(complaint(&[(pack, "1")]).contains("no such setting"));
        assert!(complaint(&[("PORT", "eighty")]).contains("PORT"));
        assert!(complaint(&[("NEXORA_ENV", "prod")]).contains("development, production"));
        assert!(complaint(&[("FAL_KEY", "no-colon")]).contains("FAL_KEY"));
        assert!(complaint(&[("FAL_QUEUE_URL", "http://x")]).contains("FAL_KEY"));
        assert!(complaint(&[("RUNWAYML_BASE_URL", "http://x")]).contains("RUNWAYML_API_SECRET"));
        assert!(complaint(&[("HIGGSFIELD_API_KEY", "id")]).contains("key_id:key_secret"));
        assert!(complaint(&[("HIGGSFIELD_MOTIONS", "v1")]).contains("HIGGSFIELD_API_KEY"));
        assert!(complaint(&[("FAL_REST_URL", "http://x")]).contains("FAL_KEY"));
        let key = ("HIGGSFIELD_API_KEY", "id:secret");
        let weak = complaint(&[key, ("HIGGSFIELD_WEBHOOK_SECRET", "whsec_AAAA")]);
        assert!(weak.contains("HIGGSFIELD_WEBHOOK_SECRET"), "{weak}");
        assert!(complaint(&[key, ("HIGGSFIELD_MOTIONS", "v3")]).contains("v2-list"));
        assert!(complaint(&[("MEDIA_URL", "s3://bucket")]).contains("KEY_ID:SECRET@bucket"));
        assert!(complaint(&[("NEXORA_TRUSTED_PROXIES", "10.0.0.0/8")]).contains("10.0.0.0/8"));
        assert!(complaint(&[("NEXORA_CATALOG", "/nowhere.toml")]).contains("/nowhere.toml"));
    }

    const CLERK: [(&str, &str); 2] = [
        ("CLERK_PUBLISHABLE_KEY", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"),
        ("CLERK_SECRET_KEY", "sk_test_sesame"),
    ];

    fn clerk_complaint(more: &[(&str, &str)]) -> String {
        let pairs: Vec<(&str, &str)> = CLERK.iter().chain(more).copied().collect();
        complaint(&pairs)
    }

    #[test]
    fn two_keys_switch_clerk_on() {
        let identity = |pairs: &[(&str, &str)]| read(pairs).unwrap().identity;
        assert!(matches!(identity(&[]), IdentitySetting::Local));
        assert!(matches!(identity(&CLERK), IdentitySetting::Clerk(_)));
        let played = [("NEXORA_IDENTITY", "clerk-sandbox")];
        assert!(matches!(identity(&played), IdentitySetting::ClerkSandbox));
        let local = [CLERK[0], CLERK[1], ("NEXORA_IDENTITY", "local")];
        assert!(matches!(identity(&local), IdentitySetting::Local));
    }

    #[test]
    fn what_is_wrong_with_clerk_is_named() {
        assert!(complaint(&CLERK[..1]).contains("CLERK_SECRET_KEY is missing"));
        assert!(complaint(&CLERK[1..]).contains("CLERK_PUBLISHABLE_KEY is missing"));
        let alone = [("CLERK_JWT_KEY", "x")];
        assert!(complaint(&alone).contains("CLERK_PUBLISHABLE_KEY and CLERK_SECRET_KEY"));
        let mixed = [CLERK[0], ("CLERK_SECRET_KEY", "sk_live_sesame")];
        let said = complaint(&mixed);
        assert!(
            said.contains("CLERK_SECRET_KEY") && said.contains("live key"),
            "{said}"
        );
        assert!(!said.contains("sesame"), "{said}");
        let secret = clerk_complaint(&[("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_")]);
        assert!(secret.contains("CLERK_WEBHOOK_SIGNING_SECRET"), "{secret}");
        assert!(clerk_complaint(&[("CLERK_JWT_KEY", "x")]).contains("CLERK_JWT_KEY"));
        let both = clerk_complaint(&[("NEXORA_IDENTITY", "clerk-sandbox")]);
        assert!(both.contains("take one of them away"), "{both}");
        let none = complaint(&[("NEXORA_IDENTITY", "clerk")]);
        assert!(none.contains("CLERK_SECRET_KEY"), "{none}");
    }

    #[test]
    fn production_has_to_know_where_it_is() {
        let live = ("NEXORA_ENV", "production");
        assert!(clerk_complaint(&[live]).contains("PUBLIC_URL"));
        let played = complaint(&[live, ("NEXORA_IDENTITY", "clerk-sandbox")]);
        assert!(played.contains("development"), "{played}");
        let known = [
            CLERK[0],
            CLERK[1],
            live,
            ("PUBLIC_URL", "https://studio.example"),
        ];
        assert!(read(&known).is_ok());
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
