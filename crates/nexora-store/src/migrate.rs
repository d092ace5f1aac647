//! The shape of the database, changed step by step, each step once.

use hex::encode;
use nexora_core::{Clock, SystemClock, Timestamp};
use sha2::{Digest, Sha256};

use crate::db::{Lane, Store, StoreKind, Tx, args, only};
use crate::dialect::{CREATE_MIGRATIONS, HAS_MIGRATIONS, LOCK_MIGRATIONS, Sql};
use crate::error::StoreError;

/// One step, in the words of both engines.
struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($name:literal) => {
        Migration {
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// All steps, in order. A step that was released is never changed: its checksum is remembered.
const MIGRATIONS: [Migration; 11] = [
    migration!("0001_accounts"),
    migration!("0002_credits"),
    migration!("0003_generations"),
    migration!("0004_billing"),
    migration!("0005_support"),
    migration!("0006_uploads"),
    migration!("0007_given_plans"),
    migration!("0008_director"),
    migration!("0009_health"),
    migration!("0010_boards"),
    migration!("0012_comparisons"),
];

impl Store {
    /// Brings the database up to date and names the steps that were taken now. Two programs that
    /// start at the same time take each step once.
    ///
    /// Refuses a database that a newer program changed, and one whose steps were altered.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        let now = SystemClock.now();
        self.write(Lane::Any, move |tx| Box::pin(apply(tx, now)))
            .await
    }

    /// The steps that [`migrate`](Self::migrate) would take now.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        self.read(|tx| {
            Box::pin(async move {
                let applied = applied(tx).await?;
                Ok(pending(tx.kind(), &applied)?
                    .map(|step| step.name.to_owned())
                    .collect())
            })
        })
        .await
    }
}

/// A step that was taken.
struct Applied {
    name: String,
    checksum: String,
}

async fn apply(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<String>, StoreError> {
    const REMEMBER: Sql =
        Sql::both("INSERT INTO migrations (name, checksum, applied_at) VALUES ($1, $2, $3)");
    tx.send(&LOCK_MIGRATIONS, args![]).await?;
    let before = applied(tx).await?;
    if before.is_empty() {
        tx.run(&CREATE_MIGRATIONS, args![]).await?;
    }
    let mut taken = Vec::new();
    for step in pending(tx.kind(), &before)? {
        let text = step.text(tx.kind());
        tx.script(text).await.map_err(|why| step.failed(&why))?;
        tx.run(&REMEMBER, args![step.name, checksum(text), now])
            .await?;
        taken.push(step.name.to_owned());
    }
    Ok(taken)
}

async fn applied(tx: &mut Tx<'_>) -> Result<Vec<Applied>, StoreError> {
    const APPLIED: Sql = Sql::both("SELECT name, checksum FROM migrations ORDER BY name");
    let found = tx.first(&HAS_MIGRATIONS, args![], only::<i64>).await?;
    if found.is_none() {
        return Ok(Vec::new());
    }
    tx.all(&APPLIED, args![], |row| {
        Ok(Applied {
            name: row.next()?,
            checksum: row.next()?,
        })
    })
    .await
}

/// The steps that are left, if those that were taken are the ones we know.
fn pending(
    kind: StoreKind,
    applied: &[Applied],
) -> Result<impl Iterator<Item = &'static Migration>, StoreError> {
    for (place, done) in applied.iter().enumerate() {
        let known = MIGRATIONS.iter().find(|step| step.name == done.name);
        let known = known.ok_or_else(|| from_the_future(&done.name))?;
        let in_order = MIGRATIONS.get(place).is_some_and(|it| it.name == done.name);
        if !in_order || checksum(known.text(kind)) != done.checksum {
            return Err(altered(&done.name));
        }
    }
    Ok(MIGRATIONS.iter().skip(applied.len()))
}

fn from_the_future(name: &str) -> StoreError {
    StoreError::Refused(format!(
        "the database was changed by a newer version of Nexora (its step {name:?} is unknown \
         here). Start that version, or restore a backup from before it."
    ))
}

fn altered(name: &str) -> StoreError {
    StoreError::Refused(format!(
        "the database's step {name:?} is not the one this version of Nexora knows. Nothing was \
         changed; restore the original program or database."
    ))
}

fn checksum(text: &str) -> String {
    encode(Sha256::digest(text))
}

impl Migration {
    const fn text(&self, kind: StoreKind) -> &'static str {
        match kind {
            StoreKind::Sqlite => self.sqlite,
            StoreKind::Postgres => self.postgres,
        }
    }

    fn failed(&self, why: &StoreError) -> StoreError {
        StoreError::Refused(format!(
            "the database could not be changed by the step {:?}: {why}. Nothing was changed.",
            self.name
        ))
    }
}
