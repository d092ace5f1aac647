//! Generations and their holds belong together: whoever pays has something for it, and whatever
//! ended is settled.

use nexora_core::{GenerationId, MemberId};
use uuid::Uuid;

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Runs read at a time.
const RUNS_PAGE: u32 = 500;
/// Faults named per member; a thousand more would say the same.
const FAULTS_MAX: usize = 100;

/// A generation, its hold, what the journal says about it, and how many outputs it has. Either of
/// the first two may be missing.
struct Run {
    id: GenerationId,
    generation: Option<RunState>,
    hold: Option<RunHold>,
    journal: Told,
    outputs: i64,
}

struct RunState {
    state: String,
    quoted: i64,
    charged: Option<i64>,
    ended: bool,
}

struct RunHold {
    amount: i64,
    charged: i64,
    released: i64,
    open: bool,
    parts: i64,
}

/// What the journal says.
#[derive(Clone, Copy)]
struct Told {
    held: i64,
    charged: i64,
    released: i64,
}

/// Checks every generation and every hold of a member.
pub(super) async fn check(
    tx: &mut Tx<'_>,
    member: MemberId,
    faults: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut after = GenerationId::from_uuid(Uuid::nil());
    loop {
        let page = runs_after(tx, member, after).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.id;
        for run in &page {
            let found = run.faults().into_iter();
            faults.extend(found.map(|what| format!("{}: {what}", run.id)));
            if faults.len() >= FAULTS_MAX {
                faults.truncate(FAULTS_MAX);
                return Ok(());
            }
        }
    }
}

async fn runs_after(
    tx: &mut Tx<'_>,
    member: MemberId,
    after: GenerationId,
) -> Result<Vec<Run>, StoreError> {
    const RUNS_AFTER: Sql = Sql::both(
        "SELECT r.id, g.state, g.quoted, g.charged, g.ended_at,
                h.amount, h.charged, h.released, h.state,
                (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM credit_hold_parts p
                 WHERE p.generation_id = r.id),
                (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM credit_entries e
                 WHERE e.generation_id = r.id AND e.kind = 'hold'),
                (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM credit_entries e
                 WHERE e.generation_id = r.id AND e.kind = 'charge'),
                (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM credit_entries e
                 WHERE e.generation_id = r.id AND e.kind = 'release'),
                (SELECT COUNT(*) FROM assets a WHERE a.generation_id = r.id)
         FROM (
             SELECT id FROM generations WHERE user_id = $1 AND id > $2
             UNION
             SELECT generation_id AS id FROM credit_holds
             WHERE user_id = $1 AND generation_id > $2
             ORDER BY id LIMIT $3
         ) AS r
         LEFT JOIN generations g ON g.id = r.id
         LEFT JOIN credit_holds h ON h.generation_id = r.id
         ORDER BY r.id",
    );
    tx.all(&RUNS_AFTER, args![member, after, RUNS_PAGE], read)
        .await
}

impl Run {
    fn faults(&self) -> Vec<&'static str> {
        let Some(hold) = &self.hold else {
            return vec!["the generation has no hold"];
        };
        let mut checks = vec![
            (
                hold.amount == self.journal.held && hold.amount == hold.parts,
                "the hold, its parts and its line differ",
            ),
            (
                hold.charged == self.journal.charged,
                "the hold's charge is not in the journal",
            ),
            (
                hold.released == self.journal.released,
                "the hold's release is not in the journal",
            ),
        ];
        match &self.generation {
            None => checks.push((
                !hold.open,
                "credits are held for a generation that is not there",
            )),
            Some(run) => checks.extend(run.checks(hold, self.outputs)),
        }
        let failed = checks.into_iter().filter(|(fits, _)| !fits);
        failed.map(|(_, what)| what).collect()
    }
}

impl RunState {
    fn checks(&self, hold: &RunHold, outputs: i64) -> [(bool, &'static str); 6] {
        let ready = self.state == "ready";
        [
            (
                hold.amount == self.quoted,
                "the hold is not what was quoted",
            ),
            (
                self.ended != hold.open,
                "the generation and its hold did not end together",
            ),
            (
                !self.ended || self.charged == Some(hold.charged),
                "the generation and its hold differ about the charge",
            ),
            (
                hold.charged == 0 || outputs > 0,
                "it was charged and has no output",
            ),
            (
                !ready || hold.charged > 0 || self.quoted == 0,
                "it is ready and was never charged",
            ),
            (
                ready || hold.charged == 0,
                "it was charged and is not ready",
            ),
        ]
    }
}

fn read(row: &mut Row<'_>) -> Result<Run, StoreError> {
    Ok(Run {
        id: row.next()?,
        generation: read_state(row)?,
        hold: read_hold(row)?,
        journal: Told {
            held: row.next()?,
            charged: row.next()?,
            released: row.next()?,
        },
        outputs: row.next()?,
    })
}

fn read_state(row: &mut Row<'_>) -> Result<Option<RunState>, StoreError> {
    let (state, quoted) = (row.next()?, row.next()?);
    let (charged, ended_at) = (row.next()?, row.next::<Option<i64>>()?);
    let (Some(state), Some(quoted)) = (state, quoted) else {
        return Ok(None);
    };
    Ok(Some(RunState {
        state,
        quoted,
        charged,
        ended: ended_at.is_some(),
    }))
}

fn read_hold(row: &mut Row<'_>) -> Result<Option<RunHold>, StoreError> {
    let (amount, charged, released) = (row.next()?, row.next()?, row.next()?);
    let (state, parts): (Option<String>, i64) = (row.next()?, row.next()?);
    let (Some(amount), Some(charged), Some(released)) = (amount, charged, released) else {
        return Ok(None);
    };
    Ok(Some(RunHold {
        amount,
        charged,
        released,
        open: state.as_deref() == Some("held"),
        parts,
    }))
}
