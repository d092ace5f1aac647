-- Runs that are looked at side by side, because they were ordered together.

CREATE TABLE IF NOT EXISTS comparisons (
    id         UUID PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id),
    purpose    TEXT NOT NULL CHECK (purpose IN ('models', 'variations', 'reproduction')),
    -- What is varied or made again; of no use to what compares models.
    original   UUID REFERENCES generations (id),
    created_at BIGINT NOT NULL,
    CHECK ((original IS NULL) = (purpose = 'models'))
);
-- Ids sort by time: this is the order of the list.
CREATE INDEX IF NOT EXISTS comparisons_listed ON comparisons (user_id, id DESC);
CREATE INDEX IF NOT EXISTS comparisons_of_original ON comparisons (original)
    WHERE original IS NOT NULL;

-- The runs of a comparison, in order. A run is in one comparison at most.
CREATE TABLE IF NOT EXISTS comparison_runs (
    comparison_id UUID NOT NULL REFERENCES comparisons (id),
    position      BIGINT NOT NULL CHECK (position >= 0),
    generation_id UUID NOT NULL REFERENCES generations (id),
    -- How far the result is from the original's, once both are there.
    verdict_json  TEXT,
    PRIMARY KEY (comparison_id, position),
    UNIQUE (generation_id)
);

-- A hosted database offers tables to its web roles; these are the studio's own.
ALTER TABLE comparisons ENABLE ROW LEVEL SECURITY;
ALTER TABLE comparison_runs ENABLE ROW LEVEL SECURITY;
DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON comparisons, comparison_runs FROM %I', web_role);
    END LOOP;
END
$$;
