-- The books: what everybody has, the buckets it is made of, what is set aside, and the journal
-- that explains all of it.

-- The live balance. `balance` counts held credits too: balance - held is free to spend.
-- `entries` and `last_seal` are where the member's journal ends; a line is added only by moving
-- them on, so no two lines can follow the same one.
CREATE TABLE IF NOT EXISTS user_credits (
    user_id   UUID PRIMARY KEY REFERENCES users (id),
    balance   BIGINT NOT NULL,
    held      BIGINT NOT NULL,
    entries   BIGINT NOT NULL,
    last_seal TEXT NOT NULL,
    CHECK (held >= 0 AND balance >= held)
) WITH (fillfactor = 70);                       -- rewritten all the time: leave room in the page

-- Credits that came in together and expire together. The same source never gives twice.
CREATE TABLE IF NOT EXISTS credit_grants (
    id         UUID PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES user_credits (user_id),
    kind       TEXT NOT NULL CHECK (kind IN ('starter', 'monthly', 'topup', 'correction', 'returned')),
    amount     BIGINT NOT NULL CHECK (amount > 0),
    remaining  BIGINT NOT NULL,
    expires_at BIGINT,                          -- null: never
    source     TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    CHECK (0 <= remaining AND remaining <= amount)
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS credit_grants_of_user ON credit_grants (user_id);
CREATE INDEX IF NOT EXISTS credit_grants_expiring ON credit_grants (expires_at)
    WHERE expires_at IS NOT NULL;

-- Credits set aside for one generation. A hold ends exactly once. It may be written a moment
-- before its generation, in the same transaction; the audit checks that they belong together.
CREATE TABLE IF NOT EXISTS credit_holds (
    generation_id UUID PRIMARY KEY,
    user_id       UUID NOT NULL,
    amount        BIGINT NOT NULL CHECK (amount >= 0),
    charged       BIGINT NOT NULL CHECK (charged >= 0),
    released      BIGINT NOT NULL CHECK (released >= 0),
    state         TEXT NOT NULL CHECK (state IN ('held', 'settled')),
    created_at    BIGINT NOT NULL,
    ended_at      BIGINT,
    CHECK (charged + released <= amount),
    CHECK (state = 'held' OR charged + released = amount)
);
CREATE INDEX IF NOT EXISTS credit_holds_of_user ON credit_holds (user_id);

-- Which buckets a hold was taken from, so that a release can go back there.
CREATE TABLE IF NOT EXISTS credit_hold_parts (
    generation_id UUID NOT NULL,
    grant_id      UUID NOT NULL,
    amount        BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (generation_id, grant_id)
);

-- The journal: double entry, numbered without gaps for each member, each line sealed to the one
-- before.
CREATE TABLE IF NOT EXISTS credit_entries (
    user_id       UUID NOT NULL,
    number        BIGINT NOT NULL CHECK (number > 0),
    kind          TEXT NOT NULL,
    from_account  TEXT NOT NULL,
    to_account    TEXT NOT NULL,
    amount        BIGINT NOT NULL CHECK (amount > 0),
    generation_id UUID,
    grant_id      UUID,
    note          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    previous      TEXT NOT NULL,
    seal          TEXT NOT NULL,
    PRIMARY KEY (user_id, number),
    CHECK (from_account <> to_account)
);
CREATE INDEX IF NOT EXISTS credit_entries_of_generation ON credit_entries (generation_id)
    WHERE generation_id IS NOT NULL;

-- What was written stays written. A mistake is put right by another line.
CREATE OR REPLACE FUNCTION refuse_change_of_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END
$$;
CREATE OR REPLACE TRIGGER credit_entries_append_only
    BEFORE UPDATE OR DELETE ON credit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_journal();
CREATE OR REPLACE TRIGGER credit_entries_not_emptied
    BEFORE TRUNCATE ON credit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_journal();

ALTER TABLE user_credits ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_hold_parts ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_entries ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON user_credits, credit_grants, credit_holds, '
                       'credit_hold_parts, credit_entries FROM %I', web_role);
        EXECUTE format('REVOKE ALL ON FUNCTION refuse_change_of_journal() FROM %I', web_role);
    END LOOP;
END
$$;
