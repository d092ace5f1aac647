-- What people pay for: what the merchant of record told us, and what it did to the books.
--
-- Everything the merchant says is kept as it was said. `user_subscriptions` and the credits follow
-- from it and from our own clock, and can be worked out again at any time.

-- What counts once `ends_at` has passed, even if nobody tells us anything more.
ALTER TABLE user_subscriptions ADD COLUMN IF NOT EXISTS then_plan TEXT NOT NULL DEFAULT 'free'
    CHECK (then_plan IN ('free', 'growth', 'pro'));

-- A payment was stolen: nothing is spent or bought until somebody has looked into it.
ALTER TABLE users ADD COLUMN IF NOT EXISTS frozen_at BIGINT;

-- Of what moment the name and address are that a sign-in service gave.
ALTER TABLE identities ADD COLUMN IF NOT EXISTS profile_at BIGINT;

-- The sign-in service's own session, when it last vouched for it, and who acts in the member's
-- name, if somebody does.
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS provider_sid TEXT;
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS last_verified_at BIGINT;
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS actor TEXT;
CREATE INDEX IF NOT EXISTS sessions_of_sid ON sessions (provider, provider_sid)
    WHERE provider_sid IS NOT NULL;

-- Subscriptions, as the merchant last described them.
CREATE TABLE IF NOT EXISTS subscriptions (
    id             UUID PRIMARY KEY,
    provider       TEXT NOT NULL,
    provider_id    TEXT NOT NULL,
    user_id        UUID REFERENCES users (id),   -- null: nobody has claimed it; never changes after
    store_id       TEXT NOT NULL,
    test_mode      BOOLEAN NOT NULL,
    customer_id    TEXT NOT NULL,
    order_id       TEXT,
    variant_id     TEXT NOT NULL,
    status         TEXT NOT NULL,
    cancelled      BOOLEAN NOT NULL,
    pause_mode     TEXT,
    renews_at      BIGINT,
    ends_at        BIGINT,
    trial_ends_at  BIGINT,
    began_at       BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,              -- by the merchant's clock
    card_brand     TEXT,
    card_last_four TEXT,
    processor      TEXT,
    looked_at      BIGINT,                       -- when we last asked the merchant, by our clock
    UNIQUE (provider, provider_id)
);
CREATE INDEX IF NOT EXISTS subscriptions_of_user ON subscriptions (user_id);
CREATE INDEX IF NOT EXISTS subscriptions_of_order ON subscriptions (provider, order_id);

-- At what moment a subscription was for what: every piece of news, also one without a change.
CREATE TABLE IF NOT EXISTS subscription_variants (
    provider        TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    since           BIGINT NOT NULL,
    variant_id      TEXT NOT NULL,
    PRIMARY KEY (provider, subscription_id, since, variant_id)
);

-- Invoices of subscriptions. `refunded_cents` never falls and `paid_at` never moves on: deliveries
-- come in any order.
CREATE TABLE IF NOT EXISTS invoices (
    provider        TEXT NOT NULL,
    provider_id     TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    store_id        TEXT NOT NULL,
    test_mode       BOOLEAN NOT NULL,
    reason          TEXT NOT NULL,
    status          TEXT NOT NULL,
    total_cents     BIGINT NOT NULL,
    refunded_cents  BIGINT NOT NULL,
    currency        TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    paid_at         BIGINT,
    PRIMARY KEY (provider, provider_id)
);
CREATE INDEX IF NOT EXISTS invoices_of_subscription ON invoices (provider, subscription_id);

-- Orders: each begins a subscription or buys a pack of credits.
CREATE TABLE IF NOT EXISTS orders (
    provider       TEXT NOT NULL,
    provider_id    TEXT NOT NULL,
    user_id        UUID REFERENCES users (id),
    customer_id    TEXT NOT NULL,
    store_id       TEXT NOT NULL,
    test_mode      BOOLEAN NOT NULL,
    variant_id     TEXT,
    status         TEXT NOT NULL,
    total_cents    BIGINT NOT NULL,
    refunded_cents BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (provider, provider_id)
);
CREATE INDEX IF NOT EXISTS orders_of_user ON orders (user_id);

-- Which payment granted what, and how much of it was taken back so far.
CREATE TABLE IF NOT EXISTS billing_grants (
    provider        TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('invoice', 'order')),
    provider_id     TEXT NOT NULL,
    subscription_id TEXT,
    user_id         UUID NOT NULL REFERENCES users (id),
    grant_id        UUID NOT NULL,
    granted         BIGINT NOT NULL CHECK (granted > 0),
    clawed_back     BIGINT NOT NULL CHECK (clawed_back >= 0),
    shortfall       BIGINT NOT NULL CHECK (shortfall >= 0),  -- due back, but spent already
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (provider, kind, provider_id),
    CHECK (clawed_back + shortfall <= granted)
);
CREATE INDEX IF NOT EXISTS billing_grants_of_subscription
    ON billing_grants (provider, subscription_id) WHERE subscription_id IS NOT NULL;

-- Checkouts we opened. The reference comes back with what was bought and says for whom; it counts
-- for one order.
CREATE TABLE IF NOT EXISTS checkouts (
    checkout_ref TEXT PRIMARY KEY,
    user_id      UUID NOT NULL REFERENCES users (id),
    variant_id   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_by      TEXT,
    used_at      BIGINT
);
CREATE INDEX IF NOT EXISTS checkouts_of_user ON checkouts (user_id);

-- Deliveries, kept before they are answered and worked off afterwards.
CREATE TABLE IF NOT EXISTS webhook_inbox (
    id                  UUID PRIMARY KEY,
    provider            TEXT NOT NULL,
    event_name          TEXT NOT NULL,
    resource_type       TEXT NOT NULL,
    resource_id         TEXT NOT NULL,
    provider_updated_at BIGINT,
    webhook_id          TEXT,                     -- undocumented: for people, nothing rests on it
    body_sha256         TEXT NOT NULL,
    raw                 TEXT NOT NULL,
    received_at         BIGINT NOT NULL,
    processed_at        BIGINT,
    parked_at           BIGINT,                  -- given up: a person has to look
    attempts            BIGINT NOT NULL,
    error               TEXT,
    UNIQUE (provider, body_sha256)
);
CREATE INDEX IF NOT EXISTS webhook_inbox_waiting ON webhook_inbox (received_at)
    WHERE processed_at IS NULL;

ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscription_variants ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing_grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkouts ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_inbox ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON subscriptions, subscription_variants, invoices, orders, '
                       'billing_grants, checkouts, webhook_inbox FROM %I', web_role);
    END LOOP;
END
$$;
