//! What the database itself can do: the yardstick for what this crate adds or saves.
//!
//! The rows that starting a generation writes, prepared and one after the other: what a
//! straightforward program would do. `nexora bench` measures it next to the product.

use std::time::Duration;

use nexora_core::{Clock, Credits, GenerationId, SystemClock};
use uuid::Uuid;

pub use crate::db::Step;
use crate::db::{Bare, DatabaseUrl, Tx, args};
use crate::dialect::{FLOOR_TABLES, Sql};
use crate::error::StoreError;

/// More than a measurement can spend.
const PLENTY: Credits = Credits::new(1 << 50);
/// What one submit takes.
const PRICE: Credits = Credits::new(8);
/// About as long as a short order.
const ORDER: &str = r#"{"model":"wan-2.1-turbo","prompt":"a lighthouse at dusk","seed":1}"#;
/// About as long as the two seals of a line of the journal.
const SEALS: &str = "00000000000000000000000000000000000000000000000000000000000000000000\
                     000000000000000000000000000000000000000000000000000000000000";

/// How many submits become durable in a second, with so many callers spread over so many
/// accounts. It works in tables of its own, which it makes anew. On a server, `step` is always a
/// transaction.
pub async fn submits_per_second(
    url: &DatabaseUrl,
    step: Step,
    (callers, accounts): (usize, usize),
    span: Duration,
) -> Result<u64, StoreError> {
    let bare = Bare {
        step,
        callers,
        accounts: u64::try_from(accounts.max(1)).map_err(StoreError::corrupt)?,
        span,
        prepare: |tx, accounts| Box::pin(prepare(tx, accounts)),
        submit: |tx, account| Box::pin(submit(tx, account)),
    };
    let committed = u128::from(bare.run(url).await?);
    let per_second = committed
        .saturating_mul(1_000)
        .checked_div(span.as_millis());
    u64::try_from(per_second.unwrap_or(0)).map_err(StoreError::corrupt)
}

async fn prepare(tx: &mut Tx<'_>, accounts: u64) -> Result<(), StoreError> {
    const OPEN: Sql =
        Sql::both("INSERT INTO floor_accounts (user_id, balance, held) VALUES ($1, $2, 0)");
    tx.script(FLOOR_TABLES).await?;
    for account in 0..accounts {
        tx.send(&OPEN, args![account_id(account), PLENTY]).await?;
    }
    Ok(())
}

async fn submit(tx: &mut Tx<'_>, account: u64) -> Result<(), StoreError> {
    const HOLD: Sql = Sql::both(
        "UPDATE floor_accounts SET held = held + $2
         WHERE user_id = $1 AND balance - held >= $2",
    );
    const LINE: Sql = Sql::both(
        "INSERT INTO floor_entries (id, user_id, amount, note, at) VALUES ($1, $2, $3, $4, $5)",
    );
    const RUN: Sql = Sql::both(
        "INSERT INTO floor_generations (id, user_id, order_json, quoted, created_at)
         VALUES ($1, $2, $3, $4, $5)",
    );
    const JOB: Sql = Sql::both("INSERT INTO floor_jobs (id, run_at) VALUES ($1, $2)");
    const KEY: Sql = Sql::both(
        "INSERT INTO floor_keys (user_id, key, generation_id) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, key) DO NOTHING",
    );
    let (user, now) = (account_id(account), SystemClock.now());
    let id = GenerationId::new(now).as_uuid();
    if tx.run(&HOLD, args![user, PRICE]).await? != 1 {
        return Err(StoreError::Contended);
    }
    tx.run(&LINE, args![id, user, PRICE, SEALS, now]).await?;
    tx.run(&RUN, args![id, user, ORDER, PRICE, now]).await?;
    tx.run(&JOB, args![id, now]).await?;
    let key = id.simple().to_string();
    tx.run(&KEY, args![user, key, id]).await?;
    Ok(())
}

fn account_id(number: u64) -> Uuid {
    Uuid::from_u64_pair(0, number)
}
