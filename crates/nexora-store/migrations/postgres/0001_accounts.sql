-- People, how they prove who they are, what they pay for, and where they are signed in.
--
-- Ids are made by the program and sort by time. Moments are milliseconds since 1970 in UTC.
-- Every step can be run twice, so that it may also come from another runner of migrations.

CREATE TABLE IF NOT EXISTS users (
    id           UUID PRIMARY KEY,
    email        TEXT NOT NULL UNIQUE,          -- trimmed and lower-cased by the program
    display_name TEXT NOT NULL,
    search_text  TEXT NOT NULL,                 -- name and address, folded for searching
    role         TEXT NOT NULL CHECK (role IN ('member', 'admin')),
    created_at   BIGINT NOT NULL,
    deleted_at   BIGINT                         -- the row stays: the books refer to it
);

-- Who somebody is at a sign-in service.
CREATE TABLE IF NOT EXISTS identities (
    provider   TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider, subject)
);
CREATE INDEX IF NOT EXISTS identities_of_user ON identities (user_id);

-- Passwords of people who sign in with us: Argon2id hashes in PHC form.
CREATE TABLE IF NOT EXISTS local_credentials (
    user_id    UUID PRIMARY KEY REFERENCES users (id),
    phc        TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- What somebody pays for. No row means the free plan.
CREATE TABLE IF NOT EXISTS user_subscriptions (
    user_id    UUID PRIMARY KEY REFERENCES users (id),
    plan_name  TEXT NOT NULL CHECK (plan_name IN ('free', 'growth', 'pro')),
    status     TEXT NOT NULL,
    renews_at  BIGINT,
    ends_at    BIGINT,
    updated_at BIGINT NOT NULL
);

-- Signed-in browsers. The cookie's secret is not stored, only its SHA-256.
CREATE TABLE IF NOT EXISTS sessions (
    id                  UUID PRIMARY KEY,
    token_hash          TEXT NOT NULL UNIQUE,
    user_id             UUID NOT NULL REFERENCES users (id),
    provider            TEXT NOT NULL,
    created_at          BIGINT NOT NULL,
    last_seen_at        BIGINT NOT NULL,
    expires_at          BIGINT NOT NULL,        -- moves on while the browser is used
    absolute_expires_at BIGINT NOT NULL,        -- never moves
    user_agent          TEXT NOT NULL,
    ip                  TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_of_user ON sessions (user_id);

-- Failed attempts, kept here so that a restart does not forgive them.
CREATE TABLE IF NOT EXISTS throttle (
    key      TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);

-- Nothing here is for the database's own web interface: without a policy nobody but the owner
-- sees a row, and the roles that interface uses are granted nothing where they exist.
ALTER TABLE IF EXISTS migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE local_credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE throttle ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON users, identities, local_credentials, user_subscriptions, '
                       'sessions, throttle FROM %I', web_role);
        IF to_regclass('migrations') IS NOT NULL THEN
            EXECUTE format('REVOKE ALL ON migrations FROM %I', web_role);
        END IF;
    END LOOP;
END
$$;
