-- Escalations, what raised them, and the pages of those that are late.

CREATE TABLE escalations (
    -- clear: id of its first raise. kept: case
    id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear
    case_id        BLOB    NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear: risk level 2 or 3
    level          INTEGER NOT NULL CHECK (level IN (2, 3)),
    -- clear: staff have raised or joined it; else it is the client's word alone
    by_staff       INTEGER NOT NULL,
    -- clear: when it was first raised
    opened_at      INTEGER NOT NULL,
    -- clear, mark: since when the client is gone
    client_left_at INTEGER,
    -- clear: where it stands
    state          TEXT    NOT NULL
        CHECK (state IN ('raised', 'acknowledged', 'owned', 'resolved')),
    -- clear: to be acknowledged before; only while it is raised
    due_at         INTEGER CHECK ((due_at IS NOT NULL) = (state = 'raised')),
    -- clear: who acknowledged its level
    ack_by         BLOB,
    -- clear
    ack_at         INTEGER,
    -- clear: who answers for it, or did
    owner          BLOB,
    -- clear
    owned_at       INTEGER,
    -- clear: who resolved it
    resolved_by    BLOB,
    -- clear: when; the retention clocks of the case run anew from here
    resolved_at    INTEGER,
    -- clear: code of how it ended
    outcome        TEXT,
    -- clear: the day on which somebody is to ask again, counted from 1970-01-01
    follow_up      INTEGER
) STRICT;
-- At most one escalation of a case is open.
CREATE UNIQUE INDEX escalations_one_open ON escalations (case_id) WHERE state <> 'resolved';
CREATE INDEX escalations_of_case ON escalations (case_id, opened_at);
-- The pager's question.
CREATE INDEX escalations_due ON escalations (due_at) WHERE state = 'raised';

CREATE TABLE raises (
    -- clear: drawn by who raises. kept: case
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear: the escalation that it made or joined
    escalation_id BLOB    NOT NULL REFERENCES escalations (id) ON DELETE CASCADE,
    -- clear: its place among them, from 1
    ord           INTEGER NOT NULL,
    -- clear: who raised
    source        TEXT    NOT NULL
        CHECK (source IN ('client_button', 'client_intake', 'counselor')),
    -- clear: which staff member; NULL for the client
    staff_id      BLOB,
    -- clear: to which level
    level         INTEGER NOT NULL CHECK (level IN (2, 3)),
    -- clear: when
    at            INTEGER NOT NULL,
    -- clear: the escalation key that the reason is sealed to; NULL without a reason
    rkid          BLOB,
    -- sealed (case): the reason as it came, sealed to the escalation group inside
    record        BLOB,
    -- sealed (case): its signature
    sig           BLOB,
    UNIQUE (escalation_id, ord)
) STRICT;

CREATE TABLE pages (
    -- clear. kept: 7 days
    staff_id   BLOB    NOT NULL REFERENCES staff (id),
    -- clear: the minute in which it was written, counted from 1970; one a person and minute
    minute     INTEGER NOT NULL,
    -- clear: how many escalations were overdue
    overdue    INTEGER NOT NULL,
    -- clear: the oldest of their deadlines
    oldest_due INTEGER NOT NULL,
    -- clear: it was shown
    delivered  INTEGER NOT NULL DEFAULT FALSE,
    PRIMARY KEY (staff_id, minute)
) STRICT;
CREATE INDEX pages_by_minute ON pages (minute);
