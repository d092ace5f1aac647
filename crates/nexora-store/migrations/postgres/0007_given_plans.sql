-- A plan that whoever runs the studio gave: it lasts until it is taken back, whatever a
-- subscription does meanwhile; the larger of the two counts.
ALTER TABLE user_subscriptions ADD COLUMN IF NOT EXISTS given_plan TEXT NOT NULL DEFAULT 'free'
    CHECK (given_plan IN ('free', 'growth', 'pro'));
