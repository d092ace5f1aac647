-- How attempts on each route ended: what people are told about it, and when it is given a rest. Only
-- the newest of each route are kept. Nothing here says whose run it was.

CREATE TABLE IF NOT EXISTS route_endings (
    generation_id BLOB NOT NULL,
    attempt       INTEGER NOT NULL,
    model         TEXT NOT NULL,
    provider      TEXT NOT NULL,
    upstream      TEXT NOT NULL,
    outcome       TEXT NOT NULL CHECK (outcome IN ('made', 'failed', 'refused')),
    wait_ms       INTEGER NOT NULL CHECK (wait_ms >= 0),
    at            INTEGER NOT NULL,
    PRIMARY KEY (generation_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS route_endings_of_route
    ON route_endings (model, provider, upstream, at DESC);
