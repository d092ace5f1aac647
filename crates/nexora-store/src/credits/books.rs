//! A member's account, opened for writing: every movement of credits goes through here.
//!
//! The account is read once and kept to this transaction; movements are sealed one after the
//! other in memory; the account is written once, over the number of lines it was read with. So
//! however many callers race, each line follows from the one before.

use nexora_core::ledger::{Account, Entry, Movement, Seal};
use nexora_core::{Credits, GrantId, MemberId, Timestamp};

use super::Balance;
use crate::db::{Row, Tx, args};
use crate::dialect::{LOCK_ACCOUNT, Sql};
use crate::error::StoreError;

/// A member's account and its live buckets.
pub(super) struct Books {
    member: MemberId,
    now: Timestamp,
    opened: Head,
    head: Head,
    /// Buckets with something left, those that expire soonest first.
    pub(super) buckets: Vec<LiveBucket>,
}

/// Where the journal ends and what it adds up to.
#[derive(Clone, Copy)]
struct Head {
    balance: Credits,
    held: Credits,
    lines: i64,
    last: Seal,
}

/// A bucket with something left in it.
pub(super) struct LiveBucket {
    pub(super) id: GrantId,
    pub(super) remaining: Credits,
    pub(super) expires_at: Option<Timestamp>,
}

impl Books {
    /// Opens the account and its buckets. A member without one has an empty one.
    pub(super) async fn open(
        tx: &mut Tx<'_>,
        member: MemberId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        const OPEN: Sql = Sql::both(
            "SELECT a.balance, a.held, a.entries, a.last_seal, g.id, g.remaining, g.expires_at
             FROM user_credits a
             LEFT JOIN credit_grants g ON g.user_id = a.user_id AND g.remaining > 0
             WHERE a.user_id = $1
             ORDER BY CASE WHEN g.expires_at IS NULL THEN 1 ELSE 0 END, g.expires_at, g.id",
        );
        // Locked by a statement of its own: one that waits for the lock and reads the buckets
        // too would see them as they were before it waited.
        tx.send(&LOCK_ACCOUNT, args![member]).await?;
        let rows = tx.all(&OPEN, args![member], read_head_and_bucket).await?;
        let head = rows.first().map_or(Head::EMPTY, |(head, _)| *head);
        Ok(Self {
            member,
            now,
            opened: head,
            head,
            buckets: rows.into_iter().filter_map(|(_, bucket)| bucket).collect(),
        })
    }

    /// Opens the account without its buckets, for movements that touch none.
    pub(super) async fn open_account(
        tx: &mut Tx<'_>,
        member: MemberId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        const OPEN_ACCOUNT: Sql = Sql::both(
            "SELECT balance, held, entries, last_seal FROM user_credits WHERE user_id = $1",
        );
        tx.send(&LOCK_ACCOUNT, args![member]).await?;
        let head = tx.first(&OPEN_ACCOUNT, args![member], read_head).await?;
        let head = head.unwrap_or(Head::EMPTY);
        Ok(Self {
            member,
            now,
            opened: head,
            head,
            buckets: Vec::new(),
        })
    }

    /// Whose they are.
    pub(super) const fn member(&self) -> MemberId {
        self.member
    }

    /// The present moment of this change.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// What there is, the movements so far included.
    pub(super) const fn balance(&self) -> Balance {
        Balance {
            balance: self.head.balance,
            held: self.head.held,
        }
    }

    /// Writes the next line of the journal.
    pub(super) async fn append(
        &mut self,
        tx: &mut Tx<'_>,
        movement: Movement,
    ) -> Result<(), StoreError> {
        const APPEND: Sql = Sql::both(
            "INSERT INTO credit_entries (user_id, number, kind, from_account, to_account, amount,
                                         generation_id, grant_id, note, at, previous, seal)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        );
        self.head.apply(&movement)?;
        let number = self.head.lines + 1;
        let entry = Entry::seal(movement, self.member, number, self.head.last, self.now);
        self.head.lines = number;
        self.head.last = entry.seal;
        let args = args![
            entry.member,
            entry.number,
            entry.kind.slug(),
            entry.from.slug(),
            entry.to.slug(),
            entry.amount,
            entry.generation,
            entry.grant,
            &entry.note,
            entry.at,
            entry.previous.to_hex(),
            entry.seal.to_hex(),
        ];
        tx.send(&APPEND, args).await
    }

    /// Writes the account over the one that was opened, and says what there is now.
    pub(super) async fn close(self, tx: &mut Tx<'_>) -> Result<Balance, StoreError> {
        const CLOSE: Sql = Sql::both(
            "UPDATE user_credits SET balance = $3, held = $4, entries = $5, last_seal = $6
             WHERE user_id = $1 AND entries = $2",
        );
        if self.head.lines != self.opened.lines {
            let args = args![
                self.member,
                self.opened.lines,
                self.head.balance,
                self.head.held,
                self.head.lines,
                self.head.last.to_hex(),
            ];
            tx.must(&CLOSE, args).await?;
        }
        Ok(self.balance())
    }
}

impl Head {
    const EMPTY: Self = Self {
        balance: Credits::ZERO,
        held: Credits::ZERO,
        lines: 0,
        last: Seal::FIRST,
    };

    /// Moves the credits; `balance` counts held ones too.
    fn apply(&mut self, movement: &Movement) -> Result<(), StoreError> {
        let amount = movement.amount;
        let (before, after) = (self.place(movement.from), self.place(movement.to));
        let moved = (|| {
            match before {
                Place::Outside => {}
                Place::Free => self.balance = self.balance.checked_sub(amount)?,
                Place::Held => {
                    self.balance = self.balance.checked_sub(amount)?;
                    self.held = self.held.checked_sub(amount)?;
                }
            }
            match after {
                Place::Outside => {}
                Place::Free => self.balance = self.balance.checked_add(amount)?,
                Place::Held => {
                    self.balance = self.balance.checked_add(amount)?;
                    self.held = self.held.checked_add(amount)?;
                }
            }
            self.balance.checked_sub(self.held).map(|_| ())
        })();
        moved.ok_or_else(|| {
            let kind = movement.kind.slug();
            StoreError::Corrupt(format!("a {kind} of {amount} that the account cannot bear"))
        })
    }

    #[expect(clippy::unused_self, reason = "reads like the sentence it is")]
    const fn place(&self, account: Account) -> Place {
        match account {
            Account::Available => Place::Free,
            Account::Held => Place::Held,
            Account::Spent | Account::Granted | Account::Expired => Place::Outside,
        }
    }
}

/// Where an account of the journal is in `user_credits`.
#[derive(Clone, Copy)]
enum Place {
    Free,
    Held,
    Outside,
}

fn read_head(row: &mut Row<'_>) -> Result<Head, StoreError> {
    Ok(Head {
        balance: row.next()?,
        held: row.next()?,
        lines: row.next()?,
        last: row.parse(Seal::from_hex)?,
    })
}

fn read_head_and_bucket(row: &mut Row<'_>) -> Result<(Head, Option<LiveBucket>), StoreError> {
    let head = read_head(row)?;
    let Some(id) = row.next()? else {
        return Ok((head, None));
    };
    let bucket = LiveBucket {
        id,
        remaining: row.next()?,
        expires_at: row.next()?,
    };
    Ok((head, Some(bucket)))
}
