-- Pictures that members bring along, and what each run began with.

-- The bytes are in the media store, cleaned, under keys that name their hash.
CREATE TABLE IF NOT EXISTS uploads (
    id            UUID PRIMARY KEY,
    user_id       UUID NOT NULL REFERENCES users (id),
    content_type  TEXT NOT NULL,
    key           TEXT NOT NULL,
    thumbnail_key TEXT NOT NULL,
    size_bytes    BIGINT NOT NULL,
    width         BIGINT NOT NULL,
    height        BIGINT NOT NULL,
    placeholder   BYTEA NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,                      -- removed then, unless a run uses it before
    deleted_at    BIGINT,                      -- out of its owner's list; a run still shows it
    UNIQUE (user_id, key)                       -- the same picture twice is one
);
CREATE INDEX IF NOT EXISTS uploads_listed ON uploads (user_id, created_at DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS uploads_expiring ON uploads (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (key);
CREATE INDEX IF NOT EXISTS uploads_by_thumbnail ON uploads (thumbnail_key);

-- As long as a run is there, so are the pictures it began with, whatever became of their origin.
CREATE TABLE IF NOT EXISTS generation_inputs (
    generation_id UUID NOT NULL REFERENCES generations (id),
    slot          TEXT NOT NULL CHECK (slot IN ('first_frame', 'last_frame', 'references')),
    position      BIGINT NOT NULL CHECK (position >= 0),
    upload_id     UUID,
    asset_id      UUID,
    key           TEXT NOT NULL,
    thumbnail_key TEXT,
    content_type  TEXT NOT NULL,
    PRIMARY KEY (generation_id, slot, position),
    CHECK ((upload_id IS NULL) <> (asset_id IS NULL))
);
CREATE INDEX IF NOT EXISTS generation_inputs_upload ON generation_inputs (upload_id)
    WHERE upload_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS generation_inputs_asset ON generation_inputs (asset_id)
    WHERE asset_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS generation_inputs_by_key ON generation_inputs (key);
CREATE INDEX IF NOT EXISTS generation_inputs_by_thumbnail ON generation_inputs (thumbnail_key)
    WHERE thumbnail_key IS NOT NULL;

ALTER TABLE uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE generation_inputs ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON uploads, generation_inputs FROM %I', web_role);
    END LOOP;
END
$$;
