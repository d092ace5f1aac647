//! A member's credits: grant · hold · charge · release · expire · correct.
//!
//! `user_credits` says what there is now, `credit_grants` are the buckets it is made of, and
//! `credit_entries` is the journal that explains it. Every movement goes through
//! [`Books`](books::Books), which keeps the three together.

mod books;
mod buckets;
mod claw_back;
mod correct;
mod grant;
mod hold;
mod reads;
mod replenish;
mod settle;

use std::fmt;

use nexora_core::{Credits, GrantId, Timestamp};

pub use buckets::{expire, expiring};
pub use claw_back::claw_back;
pub use correct::correct;
pub use grant::grant;
pub use hold::hold;
pub(crate) use reads::read_entry;
pub use reads::{balance, buckets, entries, entries_of, hold_of};
pub use replenish::{Replenishment, close_buckets, replenish, set_expiry};
pub use settle::settle;

use crate::error::StoreError;

/// What a member has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Everything, held credits included.
    pub balance: Credits,
    /// Set aside for generations that have not ended.
    pub held: Credits,
}

impl Balance {
    /// Nothing at all.
    pub const ZERO: Self = Self {
        balance: Credits::ZERO,
        held: Credits::ZERO,
    };

    /// Free to spend.
    pub fn available(self) -> Credits {
        // The database refuses a row where more is held than there is.
        self.balance.checked_sub(self.held).unwrap_or(Credits::ZERO)
    }
}

/// Where a bucket of credits came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrantKind {
    /// The gift for trying the studio.
    Starter,
    /// A paid month.
    Monthly,
    /// Bought on their own.
    Topup,
    /// An operator put something right.
    Correction,
    /// Released after the bucket they were held from had expired: they live one more day.
    Returned,
}

impl GrantKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Starter,
        Self::Monthly,
        Self::Topup,
        Self::Correction,
        Self::Returned,
    ];

    /// The name stored.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Starter => "starter",
            Self::Monthly => "monthly",
            Self::Topup => "topup",
            Self::Correction => "correction",
            Self::Returned => "returned",
        }
    }

    /// The kind with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }
}

/// Credits that came in together and expire together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its id.
    pub id: GrantId,
    /// Where they came from.
    pub kind: GrantKind,
    /// How many came in.
    pub amount: Credits,
    /// How many are left and not held.
    pub remaining: Credits,
    /// When the rest is lost; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// When they came in.
    pub created_at: Timestamp,
}

/// What a hold set aside and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// How many were set aside.
    pub amount: Credits,
    /// How many were spent.
    pub charged: Credits,
    /// How many came back.
    pub released: Credits,
    /// When it ended; `None` while it lasts.
    pub ended_at: Option<Timestamp>,
}

/// Why credits were not set aside or taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldError {
    /// There are fewer. Nothing was changed.
    Insufficient {
        /// How many are free to spend.
        available: Credits,
    },
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for HoldError {
    fn from(why: StoreError) -> Self {
        Self::Store(why)
    }
}

impl fmt::Display for HoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insufficient { available } => write!(f, "only {available} are available"),
            Self::Store(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for HoldError {}
