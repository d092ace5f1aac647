//! Adds every account up again, from its first line, and names whatever does not fit.

mod member;
mod runs;

use nexora_core::{MemberId, Timestamp};
use uuid::Uuid;

use crate::db::{Store, Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Members looked at per page; one is audited at a time, so memory stays bounded.
const MEMBERS_PAGE: u32 = 500;

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// When it was made.
    pub made_at: Timestamp,
    /// How many accounts were added up.
    pub members: u64,
    /// How many lines they have.
    pub entries: u64,
    /// Everything that does not fit; empty if the books balance.
    pub faults: Vec<Fault>,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In whose account.
    pub member: MemberId,
    /// What is wrong, in a sentence.
    pub what: String,
}

/// Audits every account, each over a snapshot of its own: work may go on meanwhile.
pub async fn verify(store: &Store, now: Timestamp) -> Result<AuditReport, StoreError> {
    let mut report = AuditReport {
        made_at: now,
        members: 0,
        entries: 0,
        faults: Vec::new(),
    };
    let mut after = MemberId::from_uuid(Uuid::nil());
    loop {
        let page: Vec<MemberId> = store
            .read(move |tx| Box::pin(members_after(tx, after)))
            .await?;
        let Some(last) = page.last().copied() else {
            return Ok(report);
        };
        for member in page {
            let audited: member::Audited = store
                .read(move |tx| Box::pin(member::audit(tx, member, now)))
                .await?;
            report.members += 1;
            report.entries += audited.entries;
            let faults = audited.faults.into_iter();
            report
                .faults
                .extend(faults.map(|what| Fault { member, what }));
        }
        after = last;
    }
}

/// Whoever has an account, a journal or a generation: a line that lost its account is a fault.
async fn members_after(tx: &mut Tx<'_>, after: MemberId) -> Result<Vec<MemberId>, StoreError> {
    const MEMBERS_AFTER: Sql = Sql::both(
        "SELECT user_id FROM (
             SELECT user_id FROM (
                 SELECT user_id FROM user_credits WHERE user_id > $1 ORDER BY user_id LIMIT $2
             ) AS with_account
             UNION SELECT user_id FROM (
                 SELECT DISTINCT user_id FROM credit_entries WHERE user_id > $1
                 ORDER BY user_id LIMIT $2
             ) AS with_journal
             UNION SELECT user_id FROM (
                 SELECT DISTINCT user_id FROM generations WHERE user_id > $1
                 ORDER BY user_id LIMIT $2
             ) AS with_generation
         ) AS everybody ORDER BY user_id LIMIT $2",
    );
    tx.all(&MEMBERS_AFTER, args![after, MEMBERS_PAGE], only)
        .await
}
