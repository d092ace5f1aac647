-- What a person put right by hand, and why. Credits that move are lines of the journal; what moves
-- none is written here.

CREATE TABLE IF NOT EXISTS deeds (
    id      BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    kind    TEXT NOT NULL,
    subject TEXT,                                 -- what it was done to, for example a subscription
    reason  TEXT NOT NULL CHECK (reason <> ''),
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deeds_of_user ON deeds (user_id, at);

CREATE TRIGGER IF NOT EXISTS deeds_not_changed BEFORE UPDATE ON deeds
BEGIN
    SELECT RAISE(ABORT, 'what was done stays written down');
END;
CREATE TRIGGER IF NOT EXISTS deeds_not_deleted BEFORE DELETE ON deeds
BEGIN
    SELECT RAISE(ABORT, 'what was done stays written down');
END;

-- A person looked into a payment that was reported as stolen, and let its member go on.
ALTER TABLE orders ADD COLUMN cleared_at INTEGER;
