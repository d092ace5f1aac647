//! From a configuration to a working studio.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use nexora_core::{Clock, Provider, SystemClock};
use nexora_engine::{Engine, Parts, Settings};
use nexora_providers::{Downloader, Fal, OpenAi, Providers, Replicate, Wire};
use nexora_sandbox::{Pace, Sandbox, SandboxConfig};
use nexora_store::{Blobs, Store, StoreConfig};
use url::Url;

use crate::config::{Config, ProviderSetting, Stage};
use crate::data_folder::DataFolder;

/// A studio, put together and not yet running.
pub(crate) struct Studio {
    pub(crate) engine: Engine,
    /// The providers the sandbox plays.
    pub(crate) sandboxed: Vec<Provider>,
    sandbox: Option<Sandbox>,
    _data: DataFolder,
}

impl Studio {
    /// Opens the database, brings it up to date, and puts everything together.
    pub(crate) async fn assemble(config: &Config) -> anyhow::Result<Self> {
        let data = DataFolder::take(&config.data)?;
        let store = open_store(config).await?;
        store
            .migrate()
            .await
            .context("the database could not be brought up to date")?;
        let sandbox = start_sandbox(config).await?;
        let played_at = played_at(config, sandbox.as_ref())?;
        let sandboxed = if played_at.is_some() {
            config.without_key()
        } else {
            Vec::new()
        };
        let providers = switch_on(config, played_at.as_ref())?;
        let faults = providers.check(&config.catalog);
        if !faults.is_empty() {
            bail!(
                "the catalog asks for what the adapters cannot do:\n  {}",
                faults.join("\n  ")
            );
        }
        let allowed: Vec<Url> = played_at.into_iter().collect();
        let engine = Engine::new(Parts {
            store,
            blobs: open_blobs(config)?,
            providers,
            downloader: Downloader::new(&allowed)?,
            catalog: config.catalog.clone(),
            billing: None,
            clock: Arc::new(SystemClock) as Arc<dyn Clock>,
            settings: Settings {
                unknown_for: Duration::from_secs(config.unknown_seconds),
                waiting_max: Some(config.waiting_max).filter(|most| *most > 0),
                sign_ups_per_hour: config.sign_ups_per_hour,
                ..Settings::standard()
            },
            node: data.node.clone(),
        });
        Ok(Self {
            engine,
            sandboxed,
            sandbox,
            _data: data,
        })
    }

    /// Closes what was opened, the database last.
    pub(crate) async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
        self.engine.store().close().await;
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

async fn start_sandbox(config: &Config) -> anyhow::Result<Option<Sandbox>> {
    let wanted = config.stage == Stage::Development
        && config.sandbox_url.is_none()
        && !config.without_key().is_empty();
    if !wanted {
        return Ok(None);
    }
    let pace = if config.sandbox_instant {
        Pace::Instant
    } else {
        Pace::Believable
    };
    let listen = ([127, 0, 0, 1], 0).into();
    let started = Sandbox::start(SandboxConfig { listen, pace }).await;
    Ok(Some(started.context("the sandbox could not be started")?))
}

fn played_at(config: &Config, sandbox: Option<&Sandbox>) -> anyhow::Result<Option<Url>> {
    match sandbox {
        Some(sandbox) => Ok(Some(sandbox.base_url().parse()?)),
        None => Ok(config.sandbox_url.clone()),
    }
}

fn switch_on(config: &Config, played_at: Option<&Url>) -> anyhow::Result<Providers> {
    let wire = Wire::new()?;
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
        });
    }
    Ok(providers)
}
