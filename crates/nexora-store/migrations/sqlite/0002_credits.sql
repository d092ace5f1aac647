-- The books: what everybody has, the buckets it is made of, what is set aside, and the journal
-- that explains all of it.

-- The live balance. `balance` counts held credits too: balance - held is free to spend.
-- `entries` and `last_seal` are where the member's journal ends; a line is added only by moving
-- them on, so no two lines can follow the same one.
CREATE TABLE IF NOT EXISTS user_credits (
    user_id   BLOB PRIMARY KEY REFERENCES users (id),
    balance   INTEGER NOT NULL,
    held      INTEGER NOT NULL,
    entries   INTEGER NOT NULL,
    last_seal TEXT NOT NULL,
    CHECK (held >= 0 AND balance >= held)
) STRICT, WITHOUT ROWID;

-- Credits that came in together and expire together. The same source never gives twice.
CREATE TABLE IF NOT EXISTS credit_grants (
    id         BLOB PRIMARY KEY,
    user_id    BLOB NOT NULL REFERENCES user_credits (user_id),
    kind       TEXT NOT NULL CHECK (kind IN ('starter', 'monthly', 'topup', 'correction', 'returned')),
    amount     INTEGER NOT NULL CHECK (amount > 0),
    remaining  INTEGER NOT NULL,
    expires_at INTEGER,                          -- null: never
    source     TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    CHECK (0 <= remaining AND remaining <= amount)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS credit_grants_of_user ON credit_grants (user_id);
CREATE INDEX IF NOT EXISTS credit_grants_expiring ON credit_grants (expires_at)
    WHERE expires_at IS NOT NULL;

-- Credits set aside for one generation. A hold ends exactly once. It may be written a moment
-- before its generation, in the same transaction; the audit checks that they belong together.
CREATE TABLE IF NOT EXISTS credit_holds (
    generation_id BLOB PRIMARY KEY,
    user_id       BLOB NOT NULL,
    amount        INTEGER NOT NULL CHECK (amount >= 0),
    charged       INTEGER NOT NULL CHECK (charged >= 0),
    released      INTEGER NOT NULL CHECK (released >= 0),
    state         TEXT NOT NULL CHECK (state IN ('held', 'settled')),
    created_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    CHECK (charged + released <= amount),
    CHECK (state = 'held' OR charged + released = amount)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS credit_holds_of_user ON credit_holds (user_id);

-- Which buckets a hold was taken from, so that a release can go back there.
CREATE TABLE IF NOT EXISTS credit_hold_parts (
    generation_id BLOB NOT NULL,
    grant_id      BLOB NOT NULL,
    amount        INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (generation_id, grant_id)
) STRICT, WITHOUT ROWID;

-- The journal: double entry, numbered without gaps for each member, each line sealed to the one
-- before.
CREATE TABLE IF NOT EXISTS credit_entries (
    user_id       BLOB NOT NULL,
    number        INTEGER NOT NULL CHECK (number > 0),
    kind          TEXT NOT NULL,
    from_account  TEXT NOT NULL,
    to_account    TEXT NOT NULL,
    amount        INTEGER NOT NULL CHECK (amount > 0),
    generation_id BLOB,
    grant_id      BLOB,
    note          TEXT NOT NULL,
    at            INTEGER NOT NULL,
    previous      TEXT NOT NULL,
    seal          TEXT NOT NULL,
    PRIMARY KEY (user_id, number),
    CHECK (from_account <> to_account)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS credit_entries_of_generation ON credit_entries (generation_id)
    WHERE generation_id IS NOT NULL;

-- What was written stays written. A mistake is put right by another line.
CREATE TRIGGER IF NOT EXISTS credit_entries_not_changed BEFORE UPDATE ON credit_entries
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER IF NOT EXISTS credit_entries_not_deleted BEFORE DELETE ON credit_entries
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
