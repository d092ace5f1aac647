-- What a person put right by hand, and why. Credits that move are lines of the journal; what moves
-- none is written here.

CREATE TABLE IF NOT EXISTS deeds (
    id      UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    kind    TEXT NOT NULL,
    subject TEXT,                                 -- what it was done to, for example a subscription
    reason  TEXT NOT NULL CHECK (reason <> ''),
    at      BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS deeds_of_user ON deeds (user_id, at);

CREATE OR REPLACE FUNCTION refuse_change_of_deeds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was done stays written down';
END
$$;
CREATE OR REPLACE TRIGGER deeds_append_only
    BEFORE UPDATE OR DELETE ON deeds
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_deeds();
CREATE OR REPLACE TRIGGER deeds_not_emptied
    BEFORE TRUNCATE ON deeds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_deeds();

-- A person looked into a payment that was reported as stolen, and let its member go on.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS cleared_at BIGINT;

ALTER TABLE deeds ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON deeds FROM %I', web_role);
        EXECUTE format('REVOKE ALL ON FUNCTION refuse_change_of_deeds() FROM %I', web_role);
    END LOOP;
END
$$;
