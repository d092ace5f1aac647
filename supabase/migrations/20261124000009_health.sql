-- How attempts on each route ended: what people are told about it, and when it is given a rest. Only
-- the newest of each route are kept. Nothing here says whose run it was.

CREATE TABLE IF NOT EXISTS route_endings (
    generation_id UUID NOT NULL,
    attempt       BIGINT NOT NULL,
    model         TEXT NOT NULL,
    provider      TEXT NOT NULL,
    upstream      TEXT NOT NULL,
    outcome       TEXT NOT NULL CHECK (outcome IN ('made', 'failed', 'refused')),
    wait_ms       BIGINT NOT NULL CHECK (wait_ms >= 0),
    at            BIGINT NOT NULL,
    PRIMARY KEY (generation_id, attempt)
);
CREATE INDEX IF NOT EXISTS route_endings_of_route
    ON route_endings (model, provider, upstream, at DESC);

-- A hosted database offers tables to its web roles; these are the studio's own.
ALTER TABLE route_endings ENABLE ROW LEVEL SECURITY;
DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON route_endings FROM %I', web_role);
    END LOOP;
END
$$;
