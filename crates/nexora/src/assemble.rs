//! From a configuration to a working studio.

mod hooks;
mod identity;
mod place;
mod played;
mod selling;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use nexora_core::Provider;
use nexora_engine::{Engine, Parts, Settings, Tasks};
use nexora_providers::{Downloader, Fal, Higgsfield, OpenAi, Providers, Replicate, Runway, Wire};
use nexora_store::{Blobs, Store, StoreConfig};
use nexora_web::{Identity, WebConfig};
use url::Url;

use crate::config::{Config, ProviderSetting};
use crate::data_folder::DataFolder;
pub(crate) use place::Place;
pub(crate) use played::{Played, now_beside};
use selling::Selling;

/// A studio, put together and not yet running.
pub(crate) struct Studio {
    pub(crate) engine: Engine,
    /// The providers the sandbox plays.
    pub(crate) sandboxed: Vec<Provider>,
    pub(crate) identity: Identity,
    pub(crate) played: Played,
    /// Where our forms may lead besides to us.
    leads_to: Vec<String>,
    place: Place,
    _data: DataFolder,
}

impl Studio {
    /// Opens the database, brings it up to date, and puts everything together for people who find
    /// us at `place`.
    pub(crate) async fn assemble(config: &Config, place: Place) -> anyhow::Result<Self> {
        let data = DataFolder::take(&config.data)?;
        let store = open_store(config).await?;
        store
            .migrate()
            .await
            .context("the database could not be brought up to date")?;
        let played = Played::begin(config, data.lead()).await?;
        let wire = Wire::new()?;
        let identity = identity::begin(config, &played, &place, &wire)?;
        let selling = Selling::begin(config, &played, &place, &wire)?;
        let mut leads_to = identity::leads_to(&identity);
        let billing = selling.map(|selling| {
            leads_to.extend(selling.checkouts_at);
            selling.billing
        });
        let allowed: Vec<Url> = played.base().into_iter().cloned().collect();
        let engine = Engine::new(Parts {
            store,
            blobs: open_blobs(config)?,
            providers: switch_on(config, played.base(), &wire)?,
            webhooks_at: hooks::addresses(config, &place)?,
            downloader: Downloader::new(&allowed)?,
            catalog: config.catalog.clone(),
            billing,
            clock: played.clock(),
            settings: settings(config),
            node: data.node.clone(),
        });
        let sandboxed = match played.base() {
            Some(_) => config.without_key(),
            None => Vec::new(),
        };
        Ok(Self {
            engine,
            sandboxed,
            identity,
            played,
            leads_to,
            place,
            _data: data,
        })
    }

    /// What the web half is told.
    pub(crate) fn web_config(&self, config: &Config) -> WebConfig {
        WebConfig {
            public_url: config.public_url.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            identity: self.identity.clone(),
            leads_to: self.leads_to.clone(),
            sandboxed: self.sandboxed.clone(),
            requests_per_minute: config.requests_per_minute,
            design_page: config.design_page,
        }
    }

    /// Joins the studio and what is played for it, once it listens.
    pub(crate) async fn join(&self, tasks: &Tasks) {
        self.played.follow(&self.engine, tasks).await;
        self.played.deliver_to(self.place.near).await;
    }

    /// Closes what was opened, the database last.
    pub(crate) async fn close(self) {
        self.played.stop().await;
        self.engine.store().close().await;
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        unknown_for: Duration::from_secs(config.unknown_seconds),
        waiting_max: Some(config.waiting_max).filter(|most| *most > 0),
        running_max: config.running_max,
        sign_ups_per_hour: config.sign_ups_per_hour,
        ..Settings::standard()
    }
}

/// The database, opened and not migrated.
pub(crate) async fn open_store(config: &Config) -> anyhow::Result<Store> {
    if let nexora_store::DatabaseUrl::Sqlite(path) = &config.database
        && let Some(folder) = path.parent()
    {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be created", folder.display()))?;
    }
    let opened = Store::open(&StoreConfig {
        url: config.database.clone(),
        connections_max: config.connections_max,
        durability: config.durability,
    })
    .await;
    opened.context("the database could not be opened")
}

/// Where media are kept: a folder in the data folder, unless a bucket is named.
pub(crate) fn open_blobs(config: &Config) -> anyhow::Result<Blobs> {
    Blobs::open(&config.media).context("the media store could not be opened")
}

/// Every provider that has a key, and those that are played at `played_at`.
pub(crate) fn adapters(
    config: &Config,
    played_at: Option<&Url>,
    wire: &Wire,
) -> anyhow::Result<Providers> {
    let mut providers = Providers::new();
    for provider in Provider::ALL {
        let setting = match (config.provider(provider), played_at) {
            (Some(setting), _) => setting.clone(),
            (None, Some(base)) => ProviderSetting::played(provider, base)?,
            (None, None) => continue,
        };
        providers.insert(match setting {
            ProviderSetting::Fal(fal) => Arc::new(Fal::new(fal, wire.clone())),
            ProviderSetting::Replicate(replicate) => {
                Arc::new(Replicate::new(replicate, wire.clone()))
            }
            ProviderSetting::OpenAi(openai) => Arc::new(OpenAi::new(openai, wire.clone())),
            ProviderSetting::Runway(runway) => Arc::new(Runway::new(runway, wire.clone())),
            ProviderSetting::Higgsfield(higgsfield) => {
                Arc::new(Higgsfield::new(higgsfield, wire.clone()))
            }
        });
    }
    Ok(providers)
}

fn switch_on(config: &Config, played_at: Option<&Url>, wire: &Wire) -> anyhow::Result<Providers> {
    let providers = adapters(config, played_at, wire)?;
    let faults = providers.check(&config.catalog);
    if !faults.is_empty() {
        bail!(
            "the catalog asks for what the adapters cannot do:\n  {}",
            faults.join("\n  ")
        );
    }
    Ok(providers)
}
