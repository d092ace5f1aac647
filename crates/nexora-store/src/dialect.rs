//! The statements, and the few places where the two engines need different words.

use std::panic::Location;

/// One statement. Parameters are written `$1`, `$2`, … on both engines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sql {
    /// What the embedded engine runs; empty if it needs nothing here.
    pub(crate) sqlite: &'static str,
    /// What the server runs.
    pub(crate) postgres: &'static str,
    /// Where it is written, for the message when it fails.
    pub(crate) at: &'static Location<'static>,
}

impl Sql {
    /// A statement that both engines understand.
    #[track_caller]
    pub(crate) const fn both(text: &'static str) -> Self {
        Self::split(text, text)
    }

    /// A statement that the engines spell differently.
    #[track_caller]
    pub(crate) const fn split(sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            sqlite,
            postgres,
            at: Location::caller(),
        }
    }
}

/// Keeps a member's account to this transaction until it ends. The embedded engine has one
/// writer, so there it is kept already.
pub(crate) const LOCK_ACCOUNT: Sql = Sql::split(
    "",
    "SELECT 1 FROM user_credits WHERE user_id = $1 FOR UPDATE",
);

/// Keeps a person's row to this transaction until it ends.
pub(crate) const LOCK_USER: Sql = Sql::split("", "SELECT 1 FROM users WHERE id = $1 FOR UPDATE");

/// Takes due jobs under a lease; on the server, claimers step over each other's rows.
pub(crate) const CLAIM_JOBS: Sql = Sql::split(
    "UPDATE jobs SET lease_owner = $1, lease_until = $3, attempts = attempts + 1,
                     hurried = FALSE
     WHERE id IN (SELECT id FROM jobs
                  WHERE run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
                  ORDER BY run_at LIMIT $4)
     RETURNING id, kind, subject, attempts",
    "UPDATE jobs SET lease_owner = $1, lease_until = $3, attempts = attempts + 1,
                     hurried = FALSE
     WHERE id IN (SELECT id FROM jobs
                  WHERE run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
                  ORDER BY run_at LIMIT $4 FOR UPDATE SKIP LOCKED)
     RETURNING id, kind, subject, attempts",
);

/// Takes the words of a person who left out of what they made and was removed.
pub(crate) const FORGET_WORDS: Sql = Sql::split(
    "UPDATE generations
     SET prompt = $2, search_text = '',
         order_json = json_patch(order_json, json_object('prompt', $2, 'negative_prompt', NULL))
     WHERE user_id = $1 AND deleted_at IS NOT NULL AND prompt <> $2",
    "UPDATE generations
     SET prompt = $2, search_text = '',
         order_json = CAST(jsonb_set(CAST(order_json AS JSONB) - 'negative_prompt', '{prompt}',
                                     to_jsonb($2)) AS TEXT)
     WHERE user_id = $1 AND deleted_at IS NOT NULL AND prompt <> $2",
);

/// Tells the other nodes. The embedded engine has no other nodes.
pub(crate) const NOTIFY: Sql = Sql::split("", "SELECT pg_notify('nexora_live', $1)");

/// One migrator at a time; the number is the word "nexora" in ASCII.
pub(crate) const LOCK_MIGRATIONS: Sql =
    Sql::split("", "SELECT pg_advisory_xact_lock(121382091321953)");

/// Whether this database was ever migrated.
pub(crate) const HAS_MIGRATIONS: Sql = Sql::split(
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'",
    "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migrations'",
);

/// The list of migrations that were applied.
pub(crate) const CREATE_MIGRATIONS: Sql = Sql::split(
    "CREATE TABLE IF NOT EXISTS migrations (
         name TEXT PRIMARY KEY,
         checksum TEXT NOT NULL,
         applied_at INTEGER NOT NULL
     ) STRICT",
    "CREATE TABLE IF NOT EXISTS migrations (
         name TEXT PRIMARY KEY,
         checksum TEXT NOT NULL,
         applied_at BIGINT NOT NULL
     )",
);

/// The outputs of the generations in a JSON list of ids.
pub(crate) const ASSETS_OF_GENERATIONS: Sql = Sql::split(
    "SELECT id, generation_id, user_id, position, kind, content_type, key, size_bytes,
            width, height, duration_ms, poster_key, thumbnail_key, placeholder, created_at
     FROM assets WHERE generation_id IN (SELECT unhex(value) FROM json_each($1))
     ORDER BY generation_id, position",
    "SELECT id, generation_id, user_id, position, kind, content_type, key, size_bytes,
            width, height, duration_ms, poster_key, thumbnail_key, placeholder, created_at
     FROM assets
     WHERE generation_id IN (SELECT CAST(listed.id AS UUID)
                             FROM json_array_elements_text(CAST($1 AS JSON)) AS listed (id))
     ORDER BY generation_id, position",
);

/// The tables of the yardstick, in words that both engines take.
pub(crate) const FLOOR_TABLES: &str = "
    DROP TABLE IF EXISTS floor_accounts;
    DROP TABLE IF EXISTS floor_entries;
    DROP TABLE IF EXISTS floor_generations;
    DROP TABLE IF EXISTS floor_jobs;
    DROP TABLE IF EXISTS floor_keys;
    CREATE TABLE floor_accounts (
        user_id UUID PRIMARY KEY, balance BIGINT NOT NULL, held BIGINT NOT NULL,
        CHECK (held >= 0 AND balance >= held)
    );
    CREATE TABLE floor_entries (
        id UUID PRIMARY KEY, user_id UUID NOT NULL, amount BIGINT NOT NULL,
        note TEXT NOT NULL, at BIGINT NOT NULL
    );
    CREATE TABLE floor_generations (
        id UUID PRIMARY KEY, user_id UUID NOT NULL, order_json TEXT NOT NULL,
        quoted BIGINT NOT NULL, created_at BIGINT NOT NULL
    );
    CREATE TABLE floor_jobs (id UUID PRIMARY KEY, run_at BIGINT NOT NULL);
    CREATE TABLE floor_keys (
        user_id UUID NOT NULL, key TEXT NOT NULL, generation_id UUID NOT NULL,
        PRIMARY KEY (user_id, key)
    );
    CREATE INDEX floor_generations_of_user ON floor_generations (user_id, id);
    CREATE INDEX floor_jobs_due ON floor_jobs (run_at);
";
