//! The use cases: everything that spends, waits or retries.
//!
//! [`Engine`] is what the web and the command line talk to. Money moves in two places only:
//! `start` holds it (for one run, or with `compare` for several at once), `settle` charges it or
//! gives it back. [`Worker`] drives what was started, one step at a time.

mod account;
mod agenda;
mod avc;
mod billing;
mod boards;
mod boxes;
mod characters;
mod compare;
mod drive;
mod error;
pub mod film;
mod health;
mod hooks;
mod job;
mod library;
mod live;
mod media;
mod moved;
mod operator;
mod pace;
mod pictures;
mod reproduce;
mod settings;
mod settle;
mod start;
pub mod support;
mod tasks;
mod uploads;
mod worker;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use nexora_core::{Catalog, Clock, Provider, Timestamp};
use nexora_providers::{Clerk, Downloader, Providers, info_of};
use nexora_store::{Blobs, Store};
use tokio::sync::{Notify, Semaphore};
use url::Url;

use agenda::Agenda;
use health::Pulse;

pub use account::{
    CLERK, ClientDevice, ExchangeError, FarewellError, Grasp, LOCAL, NewAccount,
    PasswordChangeError, Profile, SessionToken, SignInError, SignUpError, SignedIn, Vouched,
};
pub use billing::{
    Bill, Billing, Glance, Merchant, Paying, PlanState, PurchaseError, ReceiveError, Subscribed,
};
pub use boards::{
    BOARDS_MAX, BoardChange, BoardError, BoardQuote, FilmError, Part, Press, Pressed, Snag, Step,
    Storyboard,
};
pub use characters::{CAST_TIER, CHARACTERS_MAX, Casting, CharacterError};
pub use compare::{Compared, SideBySide};
pub use error::EngineError;
pub use health::HealthBook;
pub use library::{Receipt, Run};
pub use live::{Change, Live, LiveStream};
pub use nexora_store::Listing;
pub use operator::CorrectionError;
pub use pictures::{Picture, Unusable, Why};
pub use reproduce::Irreproducible;
pub use settings::Settings;
pub use start::{CancelError, Offer, StartError, StartKey, Started};
pub use tasks::Tasks;
pub use uploads::{UPLOAD_BYTES_MAX, UploadError, UploadRoom};
pub use worker::Worker;

/// What an engine is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Where media are kept.
    pub blobs: Blobs,
    /// The providers that are switched on.
    pub providers: Providers,
    /// Where each provider can tell us that a run has news. Those that are not in it, and those
    /// whose word we could not check, are asked from time to time all the same.
    pub webhooks_at: BTreeMap<Provider, Url>,
    /// Fetches outputs from providers.
    pub downloader: Downloader,
    /// The models on offer.
    pub catalog: Catalog,
    /// Who takes the money, and for what; `None` in a studio that sells nothing.
    pub billing: Option<Billing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Limits and waits.
    pub settings: Settings,
    /// The name of this process among those that share the database. It stays the same over a
    /// restart, so that a node takes up its own unfinished work at once.
    pub node: String,
}

/// The use cases. Cheap to clone; all clones are the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    parts: Parts,
    live: Live,
    /// Who vouches for people, if Clerk does.
    clerk: OnceLock<Arc<Clerk>>,
    /// Rung when there may be new work.
    bell: Notify,
    /// When each provider is asked how its jobs are doing.
    polls: Agenda,
    /// When it is asked whether a provider has a place for another job.
    places: Agenda,
    /// How the routes are doing.
    pulse: Pulse,
    /// Password hashing takes 19 MiB and a core for 30 ms: two at a time keep the studio alive.
    hashing: Semaphore,
    /// Decoding and scaling pictures takes a core: one at a time leaves the other to the pages.
    imaging: Semaphore,
    /// The clips of a film lie in memory while they are joined: one at a time.
    filming: Semaphore,
}

/// How many passwords are hashed at the same time.
const HASHING_MAX: usize = 2;
/// How many films are joined at the same time.
const FILMING_MAX: usize = 1;
/// How many outputs are decoded at the same time.
const IMAGING_MAX: usize = 1;
/// How many waiting jobs look for a place with the same provider in a second, however many wait:
/// each look is a transaction of a millisecond, and more places never become free.
const PLACES_PER_SECOND: u32 = 20;

fn polls_per_second(provider: Provider) -> u32 {
    info_of(provider).polls_per_second_max
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("node", &self.0.parts.node)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            live: Live::new(),
            clerk: OnceLock::new(),
            bell: Notify::new(),
            polls: Agenda::new(polls_per_second),
            places: Agenda::new(|_| PLACES_PER_SECOND),
            pulse: Pulse::default(),
            hashing: Semaphore::new(HASHING_MAX),
            imaging: Semaphore::new(IMAGING_MAX),
            filming: Semaphore::new(FILMING_MAX),
        }))
    }

    /// The models on offer.
    pub fn catalog(&self) -> &Catalog {
        &self.0.parts.catalog
    }

    /// What happens to members' generations, as it happens.
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// Where media are kept.
    pub fn blobs(&self) -> &Blobs {
        &self.0.parts.blobs
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.parts.store
    }

    /// The providers that are switched on.
    pub fn providers(&self) -> &Providers {
        &self.0.parts.providers
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    /// Names the Clerk instance that vouches for people; the first one named stays. It comes late
    /// because it has to know our address, which is known when the studio listens.
    pub fn use_clerk(&self, clerk: Arc<Clerk>) {
        self.0.clerk.get_or_init(|| clerk);
    }

    fn clerk(&self) -> Option<&Arc<Clerk>> {
        self.0.clerk.get()
    }

    fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }
}
