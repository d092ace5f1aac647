//! The sandbox, in this process or in another: what it plays, and what it is told about us.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use nexora_core::{Clock, SystemClock, Timestamp};
use nexora_engine::{Engine, Tasks};
use nexora_sandbox::{Ahead, Pace, Sandbox, SandboxConfig};
use tracing::warn;
use url::Url;

use crate::config::{Config, IdentitySetting, Stage};
use crate::data_folder::Lead;

/// Where Lemon Squeezy's deliveries go.
const LEMON_PATH: &str = "/api/webhooks/lemon";
/// Where Clerk's deliveries go.
const CLERK_PATH: &str = "/api/webhooks/clerk";

/// Who plays what nothing is configured for.
pub(crate) enum Played {
    /// Nobody: everything is real, or off.
    Nobody,
    /// A sandbox in this process. `lead` is where it is kept how far its store's time was moved,
    /// if our own time follows.
    Here {
        sandbox: Sandbox,
        base: Url,
        lead: Option<Lead>,
    },
    /// A sandbox in another process.
    There(Url),
}

/// The wall's clock, as far ahead of it as the played store's.
#[derive(Debug)]
struct FollowingClock(Ahead);

impl Clock for FollowingClock {
    fn now(&self) -> Timestamp {
        let ahead = Duration::from_millis(u64::try_from(self.0.ms()).unwrap_or(0));
        SystemClock.now().plus(ahead)
    }
}

impl Played {
    /// Starts the sandbox if it is needed and none runs elsewhere. A time that was moved before
    /// the last stop is where it was.
    pub(crate) async fn begin(config: &Config, lead: Lead) -> anyhow::Result<Self> {
        let follows = follows(config);
        if !follows && !lead.read().is_zero() {
            warn!(
                "this data folder's time was moved ahead in a demonstration, and now it is back: \
                 some of what it knows lies in the future. A fresh NEXORA_DATA is better."
            );
        }
        let is_needed = follows
            || matches!(config.identity, IdentitySetting::ClerkSandbox)
            || !config.without_key().is_empty();
        if !is_ours(config) || !is_needed {
            let elsewhere = config.sandbox_url.clone();
            return Ok(elsewhere.map_or(Self::Nobody, Self::There));
        }
        let pace = if config.sandbox_instant {
            Pace::Instant
        } else {
            Pace::Believable
        };
        let listen = ([127, 0, 0, 1], 0).into();
        let started = Sandbox::start(SandboxConfig { listen, pace }).await;
        let sandbox = started.context("the sandbox could not be started")?;
        let base = sandbox.base_url().parse()?;
        let lead = follows.then_some(lead);
        if let Some(lead) = &lead {
            sandbox.lemon().advance(lead.read()).await;
        }
        Ok(Self::Here {
            sandbox,
            base,
            lead,
        })
    }

    /// Where the sandbox is.
    pub(crate) const fn base(&self) -> Option<&Url> {
        match self {
            Self::Nobody => None,
            Self::Here { base, .. } | Self::There(base) => Some(base),
        }
    }

    /// The page on which a person moves the store's time, and ours with it.
    pub(crate) fn backstage_url(&self) -> Option<String> {
        match self {
            Self::Here {
                sandbox,
                lead: Some(_),
                ..
            } => Some(sandbox.lemon().backstage_url()),
            Self::Nobody | Self::Here { .. } | Self::There(_) => None,
        }
    }

    /// The studio's clock: it follows the store's if the store is played in this process.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        match self {
            Self::Here {
                sandbox,
                lead: Some(_),
                ..
            } => Arc::new(FollowingClock(sandbox.lemon().ahead())),
            Self::Nobody | Self::Here { .. } | Self::There(_) => Arc::new(SystemClock),
        }
    }

    /// Lets the engine know that the store was begun afresh, and before and after somebody moves
    /// its time.
    pub(crate) async fn follow(&self, engine: &Engine, tasks: &Tasks) {
        let Self::Here {
            sandbox,
            lead: Some(lead),
            ..
        } = self
        else {
            return;
        };
        if let Err(trouble) = engine.look_at_subscriptions().await {
            warn!("subscriptions of an earlier sandbox seem to renew: {trouble}");
        }
        let ahead = sandbox.lemon().ahead();
        let before = Before {
            engine: engine.clone(),
            lead: lead.clone(),
            ahead: ahead.clone(),
        };
        let before = Arc::new(before);
        let warning = move |by| {
            let before = Arc::clone(&before);
            Box::pin(async move { before.moves(by).await }) as _
        };
        sandbox.lemon().warn_before_moves(warning);
        let (engine, stopping) = (engine.clone(), tasks.clone());
        tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = ahead.grown() => engine.wake(),
                    () = stopping.stopping() => return,
                }
            }
        });
    }

    /// Tells the sandbox where our doors are. It calls loopback addresses only.
    pub(crate) async fn deliver_to(&self, studio: SocketAddr) {
        if self.base().is_some() && !studio.ip().is_loopback() {
            warn!(
                "the sandbox calls loopback addresses only: with this HOST its webhooks do not come"
            );
        }
        let lemon = format!("http://{studio}{LEMON_PATH}");
        let clerk = format!("http://{studio}{CLERK_PATH}");
        match self {
            Self::Nobody => {}
            Self::Here { sandbox, .. } => {
                sandbox.lemon().deliver_to(&lemon);
                sandbox.clerk().deliver_to(&clerk);
            }
            Self::There(url) => {
                if !nexora_sandbox::deliver_to(url.as_str(), &lemon, &clerk).await {
                    warn!("the sandbox at {url} does not answer: its webhooks will not come");
                }
            }
        }
    }

    /// Stops the sandbox, if it is ours.
    pub(crate) async fn stop(self) {
        match self {
            Self::Here { sandbox, .. } => sandbox.stop().await,
            Self::Nobody | Self::There(_) => {}
        }
    }
}

/// Whether a sandbox of this configuration runs in the studio's own process.
fn is_ours(config: &Config) -> bool {
    config.stage == Stage::Development && config.sandbox_url.is_none()
}

/// Whether the studio's time is that of a played store.
fn follows(config: &Config) -> bool {
    is_ours(config) && config.selling.is_none()
}

/// The present moment of the studio of this configuration, for commands that run beside it.
pub(crate) fn now_beside(config: &Config) -> Timestamp {
    let lead = if follows(config) {
        Lead::below(&config.data).read()
    } else {
        Duration::ZERO
    };
    SystemClock.now().plus(lead)
}

/// What has to happen before time moves.
struct Before {
    engine: Engine,
    lead: Lead,
    ahead: Ahead,
}

impl Before {
    async fn moves(&self, by: Duration) {
        let ahead = Duration::from_millis(u64::try_from(self.ahead.ms()).unwrap_or(0));
        if let Err(trouble) = self.lead.keep(ahead + by) {
            warn!("the next start will not know that time was moved: {trouble}");
        }
        if let Err(trouble) = self.engine.carry_sessions(by).await {
            warn!("members may have to sign in again: {trouble}");
        }
    }
}
