-- Generations, the work they cause, and what they made.

CREATE TABLE IF NOT EXISTS generations (
    id               UUID PRIMARY KEY,
    user_id          UUID NOT NULL REFERENCES users (id),
    model            TEXT NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('image', 'video')),
    prompt           TEXT NOT NULL,
    search_text      TEXT NOT NULL,             -- prompt and model, folded for searching
    order_json       TEXT NOT NULL,             -- the whole order, as it was accepted
    quoted           BIGINT NOT NULL CHECK (quoted >= 0),
    state            TEXT NOT NULL CHECK (state IN ('queued', 'submitting', 'running', 'saving',
                                                    'ready', 'failed', 'refused', 'cancelled',
                                                    'unknown')),
    reason_json      TEXT,                      -- why it failed or was refused
    unknown_until    BIGINT,                    -- until when an answer is waited for
    attempt          BIGINT NOT NULL,
    route_index      BIGINT NOT NULL,
    provider         TEXT,
    upstream         TEXT,
    ticket           TEXT,                      -- the provider's receipt, in its adapter's form
    outputs          TEXT,                      -- where the results wait, in its adapter's form
    progress_json    TEXT NOT NULL,
    cancel_requested BOOLEAN NOT NULL,
    charged          BIGINT CHECK (charged >= 0 AND charged <= quoted),
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    submitted_at     BIGINT,
    ended_at         BIGINT,
    favourite        BOOLEAN NOT NULL,
    deleted_at       BIGINT,                    -- out of its owner's sight; the books need the row
    version          BIGINT NOT NULL
) WITH (fillfactor = 80);
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
    user_id       UUID NOT NULL,
    key           TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,                -- of the order the key was first used with
    generation_id UUID NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);

-- Work to do. Whoever takes a row holds it until `lease_until`; a dead worker's row is taken
-- again after that.
CREATE TABLE IF NOT EXISTS jobs (
    id          UUID PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     UUID NOT NULL,
    user_id     UUID,
    run_at      BIGINT NOT NULL,
    lease_until BIGINT,
    lease_owner TEXT,
    attempts    BIGINT NOT NULL,
    hurried     BOOLEAN NOT NULL DEFAULT FALSE,  -- somebody rang while it was taken
    UNIQUE (kind, subject)
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS jobs_due ON jobs (run_at);
CREATE INDEX IF NOT EXISTS jobs_leased ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;

-- Outputs. The bytes are in the media store, under keys that name their hash.
CREATE TABLE IF NOT EXISTS assets (
    id            UUID PRIMARY KEY,
    generation_id UUID NOT NULL REFERENCES generations (id),
    user_id       UUID NOT NULL,
    position      BIGINT NOT NULL CHECK (position >= 0),
    kind          TEXT NOT NULL CHECK (kind IN ('image', 'video')),
    content_type  TEXT NOT NULL,
    key           TEXT NOT NULL,
    size_bytes    BIGINT NOT NULL,
    width         BIGINT NOT NULL,
    height        BIGINT NOT NULL,
    duration_ms   BIGINT,
    poster_key    TEXT,
    thumbnail_key TEXT,
    placeholder   BYTEA NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (generation_id, position)
);
CREATE INDEX IF NOT EXISTS assets_by_key ON assets (key);
CREATE INDEX IF NOT EXISTS assets_by_poster ON assets (poster_key) WHERE poster_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS assets_by_thumbnail ON assets (thumbnail_key)
    WHERE thumbnail_key IS NOT NULL;

-- Every prompt, its output and its cost, for people who look into the database. It shows what
-- the looker may see in the tables, not what the view's owner may.
CREATE OR REPLACE VIEW history WITH (security_invoker = true) AS
    SELECT g.id, g.user_id, g.created_at, g.model, g.prompt, g.state, g.quoted, g.charged,
           a.position, a.content_type, a.key AS output_key
    FROM generations g LEFT JOIN assets a ON a.generation_id = g.id
    WHERE g.deleted_at IS NULL;

ALTER TABLE generations ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE assets ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON generations, idempotency_keys, jobs, assets, history FROM %I',
                       web_role);
    END LOOP;
END
$$;
