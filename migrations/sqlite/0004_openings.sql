-- What supervisors open by break glass, and where they have joined.

CREATE TABLE openings (
    -- clear: drawn by the supervisor's browser. kept: case
    id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear. kept: case
    case_id          BLOB    NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear: which supervisor opens
    staff_id         BLOB    NOT NULL,
    -- clear: why, as a code
    reason           TEXT    NOT NULL,
    -- clear: when it was asked for
    asked_at         INTEGER NOT NULL,
    -- clear: where it stands
    state            TEXT    NOT NULL
        CHECK (state IN ('asked', 'approved', 'refused', 'open', 'closed')),
    -- clear: the supervisor who approved or refused; NULL without one
    second_by        BLOB,
    -- clear: when
    second_at        INTEGER,
    -- clear: when the boxes were released; NULL if they never were
    opened_at        INTEGER CHECK (opened_at IS NOT NULL OR state <> 'open'),
    -- clear: until when it may be read, while it is open
    ends_at          INTEGER CHECK ((ends_at IS NOT NULL) = (state = 'open')),
    -- clear: no second supervisor was there
    alone            INTEGER NOT NULL,
    -- clear: the supervisor who countersigned what was opened alone
    countersigned_by BLOB,
    -- clear: when
    countersigned_at INTEGER,
    -- clear: when it was closed, or its time was over
    closed_at        INTEGER CHECK ((closed_at IS NOT NULL) = (state = 'closed'))
) STRICT;
CREATE INDEX openings_of_case ON openings (case_id, asked_at);
CREATE INDEX openings_alive ON openings (asked_at) WHERE state IN ('asked', 'approved', 'open');
CREATE INDEX openings_to_countersign ON openings (opened_at)
    WHERE alone AND countersigned_by IS NULL;

-- clear: who has joined, 24 bytes each: staff id, and when they count as gone, 0 while they are
-- here; NULL for nobody. kept: case
ALTER TABLE sessions ADD COLUMN joined BLOB;
CREATE INDEX sessions_joined ON sessions (case_id) WHERE joined IS NOT NULL;

-- clear: it carries the key of the epoch before; FALSE also for records from before this column
ALTER TABLE records ADD COLUMN back_link INTEGER NOT NULL DEFAULT FALSE;

-- clear: how many openings made alone waited for a countersignature
ALTER TABLE pages ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
