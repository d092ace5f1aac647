-- Generations, the work they cause, and what they made.

CREATE TABLE IF NOT EXISTS generations (
    id               BLOB PRIMARY KEY,
    user_id          BLOB NOT NULL REFERENCES users (id),
    model            TEXT NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('image', 'video')),
    prompt           TEXT NOT NULL,
    search_text      TEXT NOT NULL,             -- prompt and model, folded for searching
    order_json       TEXT NOT NULL,             -- the whole order, as it was accepted
    quoted           INTEGER NOT NULL CHECK (quoted >= 0),
    state            TEXT NOT NULL CHECK (state IN ('queued', 'submitting', 'running', 'saving',
                                                    'ready', 'failed', 'refused', 'cancelled',
                                                    'unknown')),
    reason_json      TEXT,                      -- why it failed or was refused
    unknown_until    INTEGER,                    -- until when an answer is waited for
    attempt          INTEGER NOT NULL,
    route_index      INTEGER NOT NULL,
    provider         TEXT,
    upstream         TEXT,
    ticket           TEXT,                      -- the provider's receipt, in its adapter's form
    outputs          TEXT,                      -- where the results wait, in its adapter's form
    progress_json    TEXT NOT NULL,
    cancel_requested INTEGER NOT NULL,
    charged          INTEGER CHECK (charged >= 0 AND charged <= quoted),
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    submitted_at     INTEGER,
    ended_at         INTEGER,
    favourite        INTEGER NOT NULL,
    deleted_at       INTEGER,                    -- out of its owner's sight; the books need the row
    version          INTEGER NOT NULL
) STRICT;
-- Ids sort by time: this is the order of every list.
CREATE INDEX IF NOT EXISTS generations_listed ON generations (user_id, id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS generations_changed ON generations (user_id, updated_at);
-- Few have not ended: counting them by state, member or provider reads only those.
CREATE INDEX IF NOT EXISTS generations_active ON generations (state, id) WHERE ended_at IS NULL;
-- How many a member has waiting or running is asked at every start, and which come first by every
-- page.
CREATE INDEX IF NOT EXISTS generations_waiting ON generations (user_id, id)
    WHERE ended_at IS NULL;
-- A provider's job belongs to one generation: of two that search for it, one finds it.
CREATE UNIQUE INDEX IF NOT EXISTS generations_ticket ON generations (provider, ticket)
    WHERE ticket IS NOT NULL;

-- The same request twice is one generation.
CREATE TABLE IF NOT EXISTS idempotency_keys (
    user_id       BLOB NOT NULL,
    key           TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,                -- of the order the key was first used with
    generation_id BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;

-- Work to do. Whoever takes a row holds it until `lease_until`; a dead worker's row is taken
-- again after that.
CREATE TABLE IF NOT EXISTS jobs (
    id          BLOB PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     BLOB NOT NULL,
    user_id     BLOB,
    run_at      INTEGER NOT NULL,
    lease_until INTEGER,
    lease_owner TEXT,
    attempts    INTEGER NOT NULL,
    hurried     INTEGER NOT NULL DEFAULT FALSE,  -- somebody rang while it was taken
    UNIQUE (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS jobs_due ON jobs (run_at);
CREATE INDEX IF NOT EXISTS jobs_leased ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;

-- Outputs. The bytes are in the media store, under keys that name their hash.
CREATE TABLE IF NOT EXISTS assets (
    id            BLOB PRIMARY KEY,
    generation_id BLOB NOT NULL REFERENCES generations (id),
    user_id       BLOB NOT NULL,
    position      INTEGER NOT NULL CHECK (position >= 0),
    kind          TEXT NOT NULL CHECK (kind IN ('image', 'video')),
    content_type  TEXT NOT NULL,
    key           TEXT NOT NULL,
    size_bytes    INTEGER NOT NULL,
    width         INTEGER NOT NULL,
    height        INTEGER NOT NULL,
    duration_ms   INTEGER,
    poster_key    TEXT,
    thumbnail_key TEXT,
    placeholder   BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    UNIQUE (generation_id, position)
) STRICT;
CREATE INDEX IF NOT EXISTS assets_by_key ON assets (key);
CREATE INDEX IF NOT EXISTS assets_by_poster ON assets (poster_key) WHERE poster_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS assets_by_thumbnail ON assets (thumbnail_key)
    WHERE thumbnail_key IS NOT NULL;

-- Every prompt, its output and its cost, for people who look into the database.
CREATE VIEW IF NOT EXISTS history AS
    SELECT g.id, g.user_id, g.created_at, g.model, g.prompt, g.state, g.quoted, g.charged,
           a.position, a.content_type, a.key AS output_key
    FROM generations g LEFT JOIN assets a ON a.generation_id = g.id
    WHERE g.deleted_at IS NULL;
