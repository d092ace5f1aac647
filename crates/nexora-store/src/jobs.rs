//! Background work: a row per piece, taken under a lease, so that a dead worker's piece is
//! taken again.

use nexora_core::{JobId, MemberId, Timestamp};
use uuid::Uuid;

use crate::db::{Tx, args, only};
use crate::dialect::{CLAIM_JOBS, Sql};
use crate::error::StoreError;

/// Most jobs one claimer takes at once: more than a worker drives at the same time.
const CLAIMED_MAX: u32 = 256;

/// A job under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: String,
    /// To what, for example a generation.
    pub subject: Uuid,
    /// How often it was taken, this time included.
    pub attempts: u32,
}

/// Asks for `kind` to be done to `subject` at `run_at`. If that is asked for already, the
/// earlier time counts.
pub async fn enqueue(
    tx: &mut Tx<'_>,
    kind: &str,
    subject: Uuid,
    member: Option<MemberId>,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    const ENQUEUE: Sql = Sql::both(
        "INSERT INTO jobs (id, kind, subject, user_id, run_at, attempts)
         VALUES ($1, $2, $3, $4, $5, 0)
         ON CONFLICT (kind, subject) DO UPDATE SET run_at =
             CASE WHEN excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END",
    );
    let id = JobId::new(now);
    tx.send(&ENQUEUE, args![id, kind, subject, member, run_at])
        .await
}

/// Takes up to `limit` due jobs, the longest due first. Nobody else gets them before
/// `lease_until`.
pub async fn claim(
    tx: &mut Tx<'_>,
    owner: &str,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Claimed>, StoreError> {
    let args = args![owner, now, lease_until, limit.min(CLAIMED_MAX)];
    tx.all(&CLAIM_JOBS, args, |row| {
        Ok(Claimed {
            id: row.next()?,
            kind: row.next()?,
            subject: row.next()?,
            attempts: row.next()?,
        })
    })
    .await
}

/// Keeps everything `owner` has taken until `lease_until`, and says how many jobs that is.
pub async fn renew(
    tx: &mut Tx<'_>,
    owner: &str,
    lease_until: Timestamp,
) -> Result<u64, StoreError> {
    const RENEW: Sql = Sql::both("UPDATE jobs SET lease_until = $2 WHERE lease_owner = $1");
    tx.run(&RENEW, args![owner, lease_until]).await
}

/// Gives a job back, to be taken again at `run_at`; at once if it was hurried meanwhile.
pub async fn reschedule(tx: &mut Tx<'_>, id: JobId, run_at: Timestamp) -> Result<(), StoreError> {
    const RESCHEDULE: Sql = Sql::both(
        "UPDATE jobs SET run_at = CASE WHEN hurried = TRUE THEN run_at ELSE $2 END,
                         lease_owner = NULL, lease_until = NULL
         WHERE id = $1",
    );
    tx.send(&RESCHEDULE, args![id, run_at]).await
}

/// The job is done.
pub async fn finish(tx: &mut Tx<'_>, id: JobId) -> Result<(), StoreError> {
    const FINISH: Sql = Sql::both("DELETE FROM jobs WHERE id = $1");
    tx.send(&FINISH, args![id]).await
}

/// Makes a job due at once. One that is taken at this moment is due again when it is given back.
pub async fn hurry(
    tx: &mut Tx<'_>,
    kind: &str,
    subject: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    const HURRY: Sql = Sql::both(
        "UPDATE jobs SET run_at = CASE WHEN run_at > $3 THEN $3 ELSE run_at END, hurried = TRUE
         WHERE kind = $1 AND subject = $2",
    );
    tx.send(&HURRY, args![kind, subject, now]).await
}

/// Makes the job of the member's longest-waiting generation due at once: a place became free.
pub async fn hurry_waiting(
    tx: &mut Tx<'_>,
    kind: &str,
    member: MemberId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const HURRY_WAITING: Sql = Sql::both(
        "UPDATE jobs SET run_at = CASE WHEN run_at > $3 THEN $3 ELSE run_at END, hurried = TRUE
         WHERE kind = $1 AND subject = (
             SELECT id FROM generations
             WHERE user_id = $2 AND state = 'queued' AND ended_at IS NULL
             ORDER BY id LIMIT 1)",
    );
    tx.send(&HURRY_WAITING, args![kind, member, now]).await
}

/// Gives back everything `owner` has taken, and says how many jobs that is: a worker that stops
/// lets the others start at once.
pub async fn release_owned(tx: &mut Tx<'_>, owner: &str) -> Result<u64, StoreError> {
    const RELEASE_OWNED: Sql =
        Sql::both("UPDATE jobs SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1");
    tx.run(&RELEASE_OWNED, args![owner]).await
}

/// When there is something to take next: a waiting job, or one whose lease runs out.
pub async fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    const NEXT_DUE: Sql = Sql::both(
        "SELECT MIN(due) FROM (
             SELECT MIN(run_at) AS due FROM jobs WHERE lease_until IS NULL
             UNION ALL
             SELECT MIN(lease_until) FROM jobs WHERE lease_until IS NOT NULL
         ) AS dues",
    );
    let due = tx.first(&NEXT_DUE, args![], only).await?;
    Ok(due.flatten())
}
