-- Storyboards: shots in order, and the runs that were started for them.

CREATE TABLE IF NOT EXISTS boards (
    id           UUID PRIMARY KEY,
    user_id      UUID NOT NULL REFERENCES users (id),
    title        TEXT NOT NULL,
    aspect_ratio TEXT NOT NULL,
    cap          BIGINT CHECK (cap > 0),        -- what all its runs may cost together
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS boards_listed ON boards (user_id, updated_at);

CREATE TABLE IF NOT EXISTS board_shots (
    board_id  UUID NOT NULL REFERENCES boards (id),
    position  BIGINT NOT NULL CHECK (position >= 0),
    id        UUID NOT NULL,
    plan_json TEXT NOT NULL,                    -- what is written about it
    still_id  UUID,                             -- the run that made its still
    clip_id   UUID,                             -- the run that made its clip
    approved  BOOLEAN NOT NULL,
    PRIMARY KEY (board_id, position)
);

-- Every run that was started for a board, also for shots that are not on it any more: the cap
-- counts them all.
CREATE TABLE IF NOT EXISTS board_runs (
    generation_id UUID PRIMARY KEY REFERENCES generations (id),
    board_id      UUID NOT NULL REFERENCES boards (id),
    shot_id       UUID NOT NULL
);
CREATE INDEX IF NOT EXISTS board_runs_of_board ON board_runs (board_id);

ALTER TABLE boards ENABLE ROW LEVEL SECURITY;
ALTER TABLE board_shots ENABLE ROW LEVEL SECURITY;
ALTER TABLE board_runs ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    web_role TEXT;
BEGIN
    FOR web_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON boards, board_shots, board_runs FROM %I', web_role);
    END LOOP;
END
$$;
