//! The server half of every provider's wire, offline, with faults on demand and a renderer.
//!
//! [`Sandbox::start`] listens on loopback and speaks the real wire formats, one prefix per provider:
//! `/fal/queue`, `/fal/run`, `/fal/rest`, `/fal/cdn`, `/replicate` (then `/v1/…`), `/openai/v1`,
//! `/runway` (then `/v1/…`), `/hf` (Higgsfield, whose model ids begin with its name),
//! `/clerk` and `/lemon`.
//! The judge of these formats is each provider's official SDK (`tests/sdk`), never our own adapters:
//! no wire type is shared with them.
//!
//! Work costs nothing while it waits: a job's state is computed from the time that has passed when
//! somebody asks, and a picture is painted when it is first downloaded.

mod check;
mod clerk;
mod fal;
mod files;
mod film;
mod given;
mod higgsfield;
mod keep;
mod lemon;
mod lexicon;
mod line;
mod openai;
mod page;
mod paint;
mod post;
mod queue;
mod remote;
mod replicate;
mod runway;
mod script;
mod shelf;
mod size;
mod stage;
mod standard;
mod studio;
mod submits;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

pub use crate::clerk::{ClerkPlay, Forgery};
pub use crate::lemon::{Ahead, Billing, Card, LemonPlay, Mail, Offer, Posted, catalogue};
pub use crate::remote::deliver_to;
pub use crate::script::{Cue, Fault, Moment, Provider, Script};
pub use crate::studio::{paint_clip, paint_still};
pub use crate::submits::Submit;

use crate::line::{Cord, Lines};
use crate::stage::Stage;

/// How long [`Sandbox::stop`] waits for answers under way before it leaves them.
const STOP_WAIT_MS: u64 = 500;
/// Largest JSON body: room for a picture as a data URI, and small enough to be remembered.
const BODY_BYTES_MAX: usize = 8 << 20;
/// Largest upload; `OpenAI` takes pictures below 50 MB.
const UPLOAD_BYTES_MAX: usize = 64 << 20;

/// How the sandbox listens and how fast it works.
#[derive(Clone, Copy, Debug)]
pub struct SandboxConfig {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How long the played providers pretend to work.
    pub pace: Pace,
}

/// How long the played providers pretend to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As in life, only kinder: a still takes 1 to 3 seconds, a clip 6 to 9.
    Believable,
    /// Every job is complete at the first poll.
    Instant,
}

/// The running sandbox. Dropping it stops it without waiting.
pub struct Sandbox {
    stage: Arc<Stage>,
    server: JoinHandle<()>,
    _closing: DropGuard,
}

impl Sandbox {
    /// Listens and serves.
    ///
    /// # Errors
    /// When the address is not loopback (the sandbox checks no real key, so it must not be
    /// reachable from elsewhere) or cannot be bound.
    pub async fn start(config: SandboxConfig) -> io::Result<Self> {
        if !config.listen.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the sandbox listens on loopback only",
            ));
        }
        let listener = TcpListener::bind(config.listen).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let stage = Arc::new(Stage::new(base_url, config.pace));
        let app = routes(Arc::clone(&stage)).into_make_service_with_connect_info::<Cord>();
        let closed = stage.closing.clone().cancelled_owned();
        let serving = axum::serve(Lines(listener), app).with_graceful_shutdown(closed);
        let server = stage.tasks.spawn(async move {
            if let Err(error) = serving.await {
                tracing::warn!(%error, "the sandbox stopped serving");
            }
        });
        let closing = stage.closing.clone().drop_guard();
        Ok(Self {
            stage,
            server,
            _closing: closing,
        })
    }

    /// Where it listens, without a trailing slash: `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        self.stage.base_url.clone()
    }

    /// Faults for the next calls.
    pub fn script(&self) -> &Script {
        &self.stage.script
    }

    /// The played Clerk, for what no real one offers: forged tokens, held webhooks, another key.
    pub fn clerk(&self) -> ClerkPlay<'_> {
        ClerkPlay(&self.stage)
    }

    /// The publishable key of the played Clerk. Its host resolves nowhere: whoever uses it has to be
    /// told the Frontend API's address, [`ClerkPlay::url`].
    pub fn clerk_publishable_key() -> &'static str {
        clerk::PUBLISHABLE_KEY
    }

    /// A secret key the played Clerk accepts.
    pub fn clerk_secret_key() -> &'static str {
        clerk::SECRET_KEY
    }

    /// What signs the played Clerk's webhooks.
    pub fn clerk_webhook_secret() -> &'static str {
        clerk::WEBHOOK_SECRET
    }

    /// What signs the played Higgsfield's webhooks.
    pub fn higgsfield_webhook_secret() -> &'static str {
        higgsfield::WEBHOOK_SECRET
    }

    /// The played Lemon Squeezy: its clock, its webhooks, its cards.
    pub fn lemon(&self) -> LemonPlay<'_> {
        LemonPlay(&self.stage)
    }

    /// An API key the played Lemon Squeezy accepts.
    pub fn lemon_api_key() -> &'static str {
        lemon::API_KEY
    }

    /// What signs the played Lemon Squeezy's webhooks.
    pub fn lemon_signing_secret() -> &'static str {
        lemon::SIGNING_SECRET
    }

    /// Every accepted submit, oldest first, the last 10 000 of them.
    pub fn submits(&self) -> Vec<Submit> {
        self.stage.submits.all()
    }

    /// Stops listening, ends waits and streams, and leaves whatever is not done in half a second.
    pub async fn stop(self) {
        self.stage.closing.cancel();
        self.stage.tasks.close();
        let wait = Duration::from_millis(STOP_WAIT_MS);
        if tokio::time::timeout(wait, self.stage.tasks.wait())
            .await
            .is_err()
        {
            self.server.abort();
        }
    }
}

fn routes(stage: Arc<Stage>) -> Router {
    Router::new()
        .merge(fal::routes())
        .merge(replicate::routes())
        .merge(openai::routes())
        .merge(runway::routes())
        .merge(higgsfield::routes())
        .merge(clerk::routes(&stage))
        .merge(lemon::routes(&stage))
        .merge(page::routes())
        .merge(submits::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(stage)
}
