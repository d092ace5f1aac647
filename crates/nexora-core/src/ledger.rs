//! The journal: every movement of credits, in double entry, each line sealed to the one before.
//!
//! A member's lines are numbered 1, 2, 3, … and chained by SHA-256, so that a line cannot be
//! changed, removed or slipped in without [`audit`] naming the first one that does not fit.

mod audit;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use audit::{AuditError, Balances, audit};

use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::id::{GenerationId, GrantId, MemberId};

/// Where credits can be. Every entry moves an amount from one account to another, so the sum
/// over all accounts never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Account {
    /// Free to spend.
    Available,
    /// Set aside for a generation that has not ended.
    Held,
    /// Paid for a result.
    Spent,
    /// Where credits come from.
    Granted,
    /// Where unused monthly credits go.
    Expired,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// Credits came in.
    Grant,
    /// Credits were set aside.
    Hold,
    /// Held credits were spent.
    Charge,
    /// Held credits came back.
    Release,
    /// Unused credits ran out of time.
    Expire,
    /// An operator put something right, in either direction.
    Correct,
}

/// One line of a member's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub member: MemberId,
    /// Its number in the member's journal, from 1 without gaps.
    pub number: i64,
    /// What happened.
    pub kind: EntryKind,
    /// Where the credits left.
    pub from: Account,
    /// Where they went.
    pub to: Account,
    /// How many; always more than none.
    pub amount: Credits,
    /// The generation this is about.
    pub generation: Option<GenerationId>,
    /// The bucket this is about.
    pub grant: Option<GrantId>,
    /// Why, in words for its owner.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// The seal of the line before; [`Seal::FIRST`] for line 1.
    pub previous: Seal,
    /// The seal of this line.
    pub seal: Seal,
}

/// What a new line says, before it gets its place in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// What happened.
    pub kind: EntryKind,
    /// Where the credits left.
    pub from: Account,
    /// Where they went.
    pub to: Account,
    /// How many.
    pub amount: Credits,
    /// The generation this is about.
    pub generation: Option<GenerationId>,
    /// The bucket this is about.
    pub grant: Option<GrantId>,
    /// Why, in words for its owner.
    pub note: String,
}

/// A SHA-256 over a line and the seal before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal(pub [u8; 32]);

impl Seal {
    /// What stands before the first line.
    pub const FIRST: Self = Self([0; 32]);

    /// As 64 hexadecimal digits.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl Account {
    /// The name stored.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Held => "held",
            Self::Spent => "spent",
            Self::Granted => "granted",
            Self::Expired => "expired",
        }
    }

    /// The account with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [
            Self::Available,
            Self::Held,
            Self::Spent,
            Self::Granted,
            Self::Expired,
        ]
        .into_iter()
        .find(|account| account.slug() == slug)
    }
}

impl EntryKind {
    /// The name stored and sent.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Hold => "hold",
            Self::Charge => "charge",
            Self::Release => "release",
            Self::Expire => "expire",
            Self::Correct => "correct",
        }
    }

    /// The kind with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [
            Self::Grant,
            Self::Hold,
            Self::Charge,
            Self::Release,
            Self::Expire,
            Self::Correct,
        ]
        .into_iter()
        .find(|kind| kind.slug() == slug)
    }

    /// The ways credits may move under this name.
    pub const fn ways(self) -> &'static [(Account, Account)] {
        match self {
            Self::Grant => &[(Account::Granted, Account::Available)],
            Self::Hold => &[(Account::Available, Account::Held)],
            Self::Charge => &[(Account::Held, Account::Spent)],
            Self::Release => &[(Account::Held, Account::Available)],
            Self::Expire => &[(Account::Available, Account::Expired)],
            Self::Correct => &[
                (Account::Granted, Account::Available),
                (Account::Available, Account::Granted),
            ],
        }
    }
}

impl Movement {
    /// Credits come in as the bucket `grant`.
    pub fn grant(grant: GrantId, amount: Credits, note: impl Into<String>) -> Self {
        Self::of_bucket(
            EntryKind::Grant,
            Account::Granted,
            Account::Available,
            (grant, amount),
            note,
        )
    }

    /// A bucket's rest runs out of time.
    pub fn expire(grant: GrantId, amount: Credits, note: impl Into<String>) -> Self {
        Self::of_bucket(
            EntryKind::Expire,
            Account::Available,
            Account::Expired,
            (grant, amount),
            note,
        )
    }

    /// An operator adds credits as the bucket `grant`.
    pub fn correct_up(grant: GrantId, amount: Credits, note: impl Into<String>) -> Self {
        Self::of_bucket(
            EntryKind::Correct,
            Account::Granted,
            Account::Available,
            (grant, amount),
            note,
        )
    }

    /// An operator takes credits out of the bucket `grant`.
    pub fn correct_down(grant: GrantId, amount: Credits, note: impl Into<String>) -> Self {
        Self::of_bucket(
            EntryKind::Correct,
            Account::Available,
            Account::Granted,
            (grant, amount),
            note,
        )
    }

    /// Credits are set aside for a generation.
    pub fn hold(generation: GenerationId, amount: Credits, note: impl Into<String>) -> Self {
        Self::of_run(
            EntryKind::Hold,
            Account::Available,
            Account::Held,
            (generation, amount),
            note,
        )
    }

    /// Held credits are spent on a result.
    pub fn charge(generation: GenerationId, amount: Credits, note: impl Into<String>) -> Self {
        Self::of_run(
            EntryKind::Charge,
            Account::Held,
            Account::Spent,
            (generation, amount),
            note,
        )
    }

    /// Held credits come back.
    pub fn release(generation: GenerationId, amount: Credits, note: impl Into<String>) -> Self {
        Self::of_run(
            EntryKind::Release,
            Account::Held,
            Account::Available,
            (generation, amount),
            note,
        )
    }

    fn of_bucket(
        kind: EntryKind,
        from: Account,
        to: Account,
        (grant, amount): (GrantId, Credits),
        note: impl Into<String>,
    ) -> Self {
        let (grant, generation, note) = (Some(grant), None, note.into());
        Self {
            kind,
            from,
            to,
            amount,
            generation,
            grant,
            note,
        }
    }

    fn of_run(
        kind: EntryKind,
        from: Account,
        to: Account,
        (generation, amount): (GenerationId, Credits),
        note: impl Into<String>,
    ) -> Self {
        let (grant, generation, note) = (None, Some(generation), note.into());
        Self {
            kind,
            from,
            to,
            amount,
            generation,
            grant,
            note,
        }
    }
}

impl Entry {
    /// Gives a movement its place after line `number - 1`, whose seal is `previous`.
    pub fn seal(
        movement: Movement,
        member: MemberId,
        number: i64,
        previous: Seal,
        at: Timestamp,
    ) -> Self {
        let Movement {
            kind,
            from,
            to,
            amount,
            generation,
            grant,
            note,
        } = movement;
        let mut entry = Self {
            member,
            number,
            kind,
            from,
            to,
            amount,
            generation,
            grant,
            note,
            at,
            previous,
            seal: Seal::FIRST,
        };
        entry.seal = entry.computed_seal();
        entry
    }

    /// The seal this line must carry.
    pub fn computed_seal(&self) -> Seal {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            // Length first, so that no two different lines can be the same bytes.
            hash.update(text.len().to_string());
            hash.update(":");
            hash.update(text);
        };
        part("nexora-journal-1");
        part(&self.member.to_string());
        part(&self.number.to_string());
        part(self.kind.slug());
        part(self.from.slug());
        part(self.to.slug());
        part(&self.amount.amount().to_string());
        part(&self.generation.map(|id| id.to_string()).unwrap_or_default());
        part(&self.grant.map(|id| id.to_string()).unwrap_or_default());
        part(&self.note);
        part(&self.at.as_ms().to_string());
        hash.update(self.previous.0);
        Seal(hash.finalize().into())
    }
}
