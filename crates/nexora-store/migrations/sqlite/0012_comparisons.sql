-- Runs that are looked at side by side, because they were ordered together.

CREATE TABLE IF NOT EXISTS comparisons (
    id         BLOB PRIMARY KEY,
    user_id    BLOB NOT NULL REFERENCES users (id),
    purpose    TEXT NOT NULL CHECK (purpose IN ('models', 'variations', 'reproduction')),
    -- What is varied or made again; of no use to what compares models.
    original   BLOB REFERENCES generations (id),
    created_at INTEGER NOT NULL,
    CHECK ((original IS NULL) = (purpose = 'models'))
) STRICT;
-- Ids sort by time: this is the order of the list.
CREATE INDEX IF NOT EXISTS comparisons_listed ON comparisons (user_id, id DESC);
CREATE INDEX IF NOT EXISTS comparisons_of_original ON comparisons (original)
    WHERE original IS NOT NULL;

-- The runs of a comparison, in order. A run is in one comparison at most.
CREATE TABLE IF NOT EXISTS comparison_runs (
    comparison_id BLOB NOT NULL REFERENCES comparisons (id),
    position      INTEGER NOT NULL CHECK (position >= 0),
    generation_id BLOB NOT NULL REFERENCES generations (id),
    -- How far the result is from the original's, once both are there.
    verdict_json  TEXT,
    PRIMARY KEY (comparison_id, position),
    UNIQUE (generation_id)
) STRICT, WITHOUT ROWID;
