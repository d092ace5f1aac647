-- People, how they prove who they are, what they pay for, and where they are signed in.
--
-- Ids are made by the program and sort by time. Moments are milliseconds since 1970 in UTC.
-- Ids are their 16 bytes; truth is 0 or 1.

CREATE TABLE IF NOT EXISTS users (
    id           BLOB PRIMARY KEY,
    email        TEXT NOT NULL UNIQUE,          -- trimmed and lower-cased by the program
    display_name TEXT NOT NULL,
    search_text  TEXT NOT NULL,                 -- name and address, folded for searching
    role         TEXT NOT NULL CHECK (role IN ('member', 'admin')),
    created_at   INTEGER NOT NULL,
    deleted_at   INTEGER                         -- the row stays: the books refer to it
) STRICT;

-- Who somebody is at a sign-in service.
CREATE TABLE IF NOT EXISTS identities (
    provider   TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS identities_of_user ON identities (user_id);

-- Passwords of people who sign in with us: Argon2id hashes in PHC form.
CREATE TABLE IF NOT EXISTS local_credentials (
    user_id    BLOB PRIMARY KEY REFERENCES users (id),
    phc        TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody pays for. No row means the free plan.
CREATE TABLE IF NOT EXISTS user_subscriptions (
    user_id    BLOB PRIMARY KEY REFERENCES users (id),
    plan_name  TEXT NOT NULL CHECK (plan_name IN ('free', 'growth', 'pro')),
    status     TEXT NOT NULL,
    renews_at  INTEGER,
    ends_at    INTEGER,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Signed-in browsers. The cookie's secret is not stored, only its SHA-256.
CREATE TABLE IF NOT EXISTS sessions (
    id                  BLOB PRIMARY KEY,
    token_hash          TEXT NOT NULL UNIQUE,
    user_id             BLOB NOT NULL REFERENCES users (id),
    provider            TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    last_seen_at        INTEGER NOT NULL,
    expires_at          INTEGER NOT NULL,        -- moves on while the browser is used
    absolute_expires_at INTEGER NOT NULL,        -- never moves
    user_agent          TEXT NOT NULL,
    ip                  TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_of_user ON sessions (user_id);

-- Failed attempts, kept here so that a restart does not forgive them.
CREATE TABLE IF NOT EXISTS throttle (
    key      TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
