//! One member's books: the journal, the account, the buckets and the holds say the same.

use std::time::Duration;

use nexora_core::ledger::Balances;
use nexora_core::{Credits, MemberId, Timestamp};

use super::runs;
use crate::credits::{Balance, read_entry};
use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Lines read at a time.
const ENTRIES_PAGE: usize = 1_000;
/// How far the clocks of two machines may be apart before a line counts as dated in the future.
const CLOCK_DRIFT: Duration = Duration::from_secs(10 * 60);

/// What the audit of one member found.
pub(super) struct Audited {
    pub(super) entries: u64,
    pub(super) faults: Vec<String>,
}

/// Adds one member's books up. Within a journal only the first line that does not fit is named:
/// those after it cannot.
pub(super) async fn audit(
    tx: &mut Tx<'_>,
    member: MemberId,
    now: Timestamp,
) -> Result<Audited, StoreError> {
    let mut faults = Vec::new();
    let journal = read_journal(tx, member, now, &mut faults).await?;
    let entries = u64::try_from(journal.lines).map_err(StoreError::corrupt)?;
    // If the journal itself is broken, its sums mean nothing.
    if faults.is_empty() {
        compare(tx, member, &journal, &mut faults).await?;
    }
    runs::check(tx, member, &mut faults).await?;
    Ok(Audited { entries, faults })
}

async fn read_journal(
    tx: &mut Tx<'_>,
    member: MemberId,
    now: Timestamp,
    faults: &mut Vec<String>,
) -> Result<Balances, StoreError> {
    const PAGE_OF_JOURNAL: Sql = Sql::both(
        "SELECT user_id, number, kind, from_account, to_account, amount, generation_id, grant_id,
                note, at, previous, seal
         FROM credit_entries WHERE user_id = $1 AND number > $2 ORDER BY number LIMIT $3",
    );
    let limit = i64::try_from(ENTRIES_PAGE).map_err(StoreError::corrupt)?;
    let latest = now.plus(CLOCK_DRIFT);
    let mut balances = Balances::EMPTY;
    loop {
        let args = args![member, balances.lines, limit];
        let page = tx.all(&PAGE_OF_JOURNAL, args, read_entry).await;
        let page = match page {
            Ok(page) => page,
            Err(StoreError::Corrupt(what)) => {
                faults.push(format!("a line of the journal cannot be read: {what}"));
                return Ok(balances);
            }
            Err(why) => return Err(why),
        };
        for entry in &page {
            if let Err(wrong) = balances.add(entry) {
                faults.push(wrong.to_string());
                return Ok(balances);
            }
            if entry.at > latest {
                faults.push(format!("line {}: is dated in the future", entry.number));
            }
        }
        if page.len() < ENTRIES_PAGE {
            return Ok(balances);
        }
    }
}

/// Where the account says the journal ends.
struct Account {
    balance: Balance,
    lines: i64,
    last: String,
}

async fn compare(
    tx: &mut Tx<'_>,
    member: MemberId,
    journal: &Balances,
    faults: &mut Vec<String>,
) -> Result<(), StoreError> {
    let Some(account) = account(tx, member).await? else {
        if journal.lines > 0 {
            faults.push("there is a journal but no account".to_owned());
        }
        return Ok(());
    };
    let (balance, last) = (account.balance, journal.last.to_hex());
    let mut expect = |what: &str, stored: String, counted: String| {
        if stored != counted {
            faults.push(format!("{what}: stored {stored}, counted {counted}"));
        }
    };
    let show = |credits: Credits| credits.amount().to_string();
    expect(
        "available",
        show(balance.available()),
        show(journal.available),
    );
    expect("held", show(balance.held), show(journal.held));
    expect(
        "lines",
        account.lines.to_string(),
        journal.lines.to_string(),
    );
    expect("the last seal", account.last, last);
    let left = sum(tx, &LEFT_IN_BUCKETS, member).await?;
    expect("left in buckets", show(left), show(journal.available));
    let holds = sum(tx, &OPEN_HOLDS, member).await?;
    expect("open holds", show(holds), show(journal.held));
    Ok(())
}

/// What all buckets still have.
const LEFT_IN_BUCKETS: Sql = Sql::both(
    "SELECT CAST(COALESCE(SUM(remaining), 0) AS BIGINT) FROM credit_grants WHERE user_id = $1",
);
/// What all open holds have.
const OPEN_HOLDS: Sql = Sql::both(
    "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM credit_holds
     WHERE user_id = $1 AND state = 'held'",
);

async fn account(tx: &mut Tx<'_>, member: MemberId) -> Result<Option<Account>, StoreError> {
    const ACCOUNT: Sql =
        Sql::both("SELECT balance, held, entries, last_seal FROM user_credits WHERE user_id = $1");
    tx.first(&ACCOUNT, args![member], |row| {
        Ok(Account {
            balance: Balance {
                balance: row.next()?,
                held: row.next()?,
            },
            lines: row.next()?,
            last: row.next()?,
        })
    })
    .await
}

async fn sum(tx: &mut Tx<'_>, sql: &Sql, member: MemberId) -> Result<Credits, StoreError> {
    let sum = tx.first(sql, args![member], crate::db::only).await?;
    Ok(sum.unwrap_or(Credits::ZERO))
}
