-- Storyboards: shots in order, and the runs that were started for them.

CREATE TABLE IF NOT EXISTS boards (
    id           BLOB PRIMARY KEY,
    user_id      BLOB NOT NULL REFERENCES users (id),
    title        TEXT NOT NULL,
    aspect_ratio TEXT NOT NULL,
    cap          INTEGER CHECK (cap > 0),       -- what all its runs may cost together
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS boards_listed ON boards (user_id, updated_at);

CREATE TABLE IF NOT EXISTS board_shots (
    board_id  BLOB NOT NULL REFERENCES boards (id),
    position  INTEGER NOT NULL CHECK (position >= 0),
    id        BLOB NOT NULL,
    plan_json TEXT NOT NULL,                    -- what is written about it
    still_id  BLOB,                             -- the run that made its still
    clip_id   BLOB,                             -- the run that made its clip
    approved  INTEGER NOT NULL CHECK (approved IN (0, 1)),
    PRIMARY KEY (board_id, position)
) STRICT, WITHOUT ROWID;

-- Every run that was started for a board, also for shots that are not on it any more: the cap
-- counts them all.
CREATE TABLE IF NOT EXISTS board_runs (
    generation_id BLOB PRIMARY KEY REFERENCES generations (id),
    board_id      BLOB NOT NULL REFERENCES boards (id),
    shot_id       BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS board_runs_of_board ON board_runs (board_id);
