//! The client half of every wire: whoever runs media models for us, says who somebody is,
//! or takes their money.
//!
//! [`MediaProvider`] is what the engine sees. One adapter per provider stands behind it; all of
//! them speak through one [`Wire`] (limits, redaction, tracing), and every output is fetched by
//! one [`Downloader`] (limits, forbidden destinations). What each adapter sends, reads and does
//! when something goes wrong is written in `docs/PROVIDERS.md`. [`Clerk`] and [`Lemon`] stand apart:
//! they run nothing, so they have neither tickets nor polls, and what they push to us is believed
//! only when [`signature`] says so.

#![warn(missing_docs)]

mod caster;
pub mod clerk;
mod config;
mod courier;
mod download;
mod error;
#[cfg(test)]
mod example;
pub mod fal;
mod form;
pub mod higgsfield;
mod input;
mod inventory;
mod knock;
pub mod lemon;
mod media;
pub mod openai;
mod output;
mod place;
mod progress;
mod registry;
mod remote;
pub mod replicate;
pub mod runway;
mod shot;
pub mod signature;
mod takes;
mod ticket;
mod tls;
pub mod webhook;
mod wire;
mod words;

pub use caster::{Caster, NewCharacter, Trainee, TraineeState};
pub use clerk::{Clerk, ClerkConfig};
pub use config::{
    FalConfig, HiggsfieldConfig, MotionForm, OpenAiConfig, ReplicateConfig, RunwayConfig,
};
pub use download::{DownloadError, Downloader, Fetched, Limits};
pub use error::{ErrorKind, ProviderError};
pub use fal::Fal;
pub use higgsfield::Higgsfield;
pub use inventory::{Inventory, Stock};
pub use knock::knock;
pub use lemon::{Lemon, LemonConfig};
pub use media::{
    BoxFuture, Finder, MediaProvider, Polled, ProviderInfo, Submission, Submitted, Upload, Uploader,
};
pub use openai::OpenAi;
pub use output::Output;
pub use registry::{Providers, info_of};
pub use remote::{BillingError, RemoteError};
pub use replicate::Replicate;
pub use runway::Runway;
pub use shot::{Camera, Cast, Motion, Placed, Shot, Strength};
pub use ticket::Ticket;
pub use wire::{Wire, WireError};
