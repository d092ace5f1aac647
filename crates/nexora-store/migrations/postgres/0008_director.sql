-- Characters: people who look the same in every still.

CREATE TABLE IF NOT EXISTS characters (
    id           UUID PRIMARY KEY,
    user_id      UUID NOT NULL REFERENCES users (id),
    name         TEXT NOT NULL,
    -- What the member agreed to, word for word; created_at says when.
    consent      TEXT NOT NULL,
    state        TEXT NOT NULL
                 CHECK (state IN ('queued', 'submitting', 'training', 'ready', 'failed')),
    setback_json TEXT CHECK ((setback_json IS NOT NULL) = (state = 'failed')),
    attempt      BIGINT NOT NULL CHECK (attempt >= 0),
    upstream     TEXT,                          -- the provider's id, as long as it knows them
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    deleted_at   BIGINT,                       -- the name is gone then, and so are the pictures
    version      BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS characters_listed ON characters (user_id, created_at);

-- The pictures a character is trained from, in order.
CREATE TABLE IF NOT EXISTS character_pictures (
    character_id  UUID NOT NULL REFERENCES characters (id),
    position      BIGINT NOT NULL CHECK (position >= 0),
    upload_id     UUID NOT NULL,
    key           TEXT NOT NULL,
    thumbnail_key TEXT NOT NULL,
    content_type  TEXT NOT NULL,
    PRIMARY KEY (character_id, position)
);
CREATE INDEX IF NOT EXISTS character_pictures_upload ON character_pictures (upload_id);
CREATE INDEX IF NOT EXISTS character_pictures_by_key ON character_pictures (key);
CREATE INDEX IF NOT EXISTS character_pictures_by_thumbnail ON character_pictures (thumbnail_key);

ALTER TABLE characters ENABLE ROW LEVEL SECURITY;
ALTER TABLE character_pictures ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON characters, character_pictures FROM %I', web_role);
    END LOOP;
END
$$;
