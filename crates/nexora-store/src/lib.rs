//! Every SQL statement and every stored byte.
//!
//! [`Store`] is one database, embedded or a server; [`Blobs`](blobs::Blobs) is one place for
//! media. The modules below say what can be read and written, as plain functions over a
//! [`Tx`]: whoever needs several of them to be one change calls them inside one
//! [`Store::write`].

#![warn(missing_docs)]

pub mod assets;
pub mod audit;
pub mod billing;
pub mod blobs;
pub mod boards;
pub mod characters;
pub mod comparisons;
pub mod credits;
mod db;
pub mod deeds;
mod dialect;
mod error;
pub mod floor;
pub mod generations;
pub mod health;
pub mod inputs;
pub mod jobs;
pub mod live;
mod migrate;
pub mod moved;
#[cfg(feature = "record-sql")]
pub mod record;
mod search;
pub mod sessions;
pub mod throttle;
pub mod uploads;
pub mod users;

pub use blobs::{BlobError, Blobs, MediaUrl};
pub use db::{DatabaseUrl, Durability, InvalidUrl, Lane, Store, StoreConfig, StoreKind, Tx};
pub use error::StoreError;
pub use generations::Listing;
pub use live::{LiveListener, LiveNotice};
