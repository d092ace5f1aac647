//! What Nexora means: credits, ledger, plans, catalog, orders, generations.
//!
//! This crate is the ground the others stand on. It knows no database, no network, no async
//! runtime and no clock of its own: time comes in as a [`Timestamp`], text comes in as `&str`,
//! and every rule here can be read and tested without starting anything.

#![warn(clippy::as_conversions, clippy::float_arithmetic, missing_docs)]

pub mod asset;
pub mod billing;
pub mod board;
pub mod catalog;
pub mod character;
pub mod clock;
pub mod comparison;
pub mod credits;
pub mod direction;
pub mod generation;
pub mod health;
pub mod id;
pub mod ledger;
pub mod member;
pub mod order;
pub mod pixels;
pub mod plan;
pub mod prompt;
pub mod upload;

pub use asset::{Asset, MediaKind};
pub use board::Board;
pub use catalog::{Catalog, Model, ModelId, Provider, Route};
pub use character::{Character, CharacterName, CharacterState};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use credits::Credits;
pub use direction::Direction;
pub use generation::{Failure, Generation, GenerationState, Refusal};
pub use id::{
    AssetId, BoardId, CharacterId, ComparisonId, GenerationId, GrantId, JobId, MemberId, SessionId,
    ShotId, UploadId,
};
pub use member::{DisplayName, Email, Member, Password};
pub use order::{FieldError, Inputs, Order, Quote, Slot, Source};
pub use plan::{Plan, Tier};
pub use upload::Upload;
