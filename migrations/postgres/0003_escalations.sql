-- Escalations, what raised them, and the pages of those that are late.

CREATE TABLE escalations (
    -- clear: id of its first raise. kept: case
    id             BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear
    case_id        BYTEA   NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear: risk level 2 or 3
    level          BIGINT  NOT NULL CHECK (level IN (2, 3)),
    -- clear: staff have raised or joined it; else it is the client's word alone
    by_staff       BOOLEAN NOT NULL,
    -- clear: when it was first raised
    opened_at      BIGINT  NOT NULL,
    -- clear, mark: since when the client is gone
    client_left_at BIGINT,
    -- clear: where it stands
    state          TEXT    NOT NULL
        CHECK (state IN ('raised', 'acknowledged', 'owned', 'resolved')),
    -- clear: to be acknowledged before; only while it is raised
    due_at         BIGINT CHECK ((due_at IS NOT NULL) = (state = 'raised')),
    -- clear: who acknowledged its level
    ack_by         BYTEA,
    -- clear
    ack_at         BIGINT,
    -- clear: who answers for it, or did
    owner          BYTEA,
    -- clear
    owned_at       BIGINT,
    -- clear: who resolved it
    resolved_by    BYTEA,
    -- clear: when; the retention clocks of the case run anew from here
    resolved_at    BIGINT,
    -- clear: code of how it ended
    outcome        TEXT,
    -- clear: the day on which somebody is to ask again, counted from 1970-01-01
    follow_up      BIGINT
);
-- At most one escalation of a case is open.
CREATE UNIQUE INDEX escalations_one_open ON escalations (case_id) WHERE state <> 'resolved';
CREATE INDEX escalations_of_case ON escalations (case_id, opened_at);
-- The pager's question.
CREATE INDEX escalations_due ON escalations (due_at) WHERE state = 'raised';

CREATE TABLE raises (
    -- clear: drawn by who raises. kept: case
    id            BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear: the escalation that it made or joined
    escalation_id BYTEA   NOT NULL REFERENCES escalations (id) ON DELETE CASCADE,
    -- clear: its place among them, from 1
    ord           BIGINT  NOT NULL,
    -- clear: who raised
    source        TEXT    NOT NULL
        CHECK (source IN ('client_button', 'client_intake', 'counselor')),
    -- clear: which staff member; NULL for the client
    staff_id      BYTEA,
    -- clear: to which level
    level         BIGINT  NOT NULL CHECK (level IN (2, 3)),
    -- clear: when
    at            BIGINT  NOT NULL,
    -- clear: the escalation key that the reason is sealed to; NULL without a reason
    rkid          BYTEA,
    -- sealed (case): the reason as it came, sealed to the escalation group inside
    record        BYTEA,
    -- sealed (case): its signature
    sig           BYTEA,
    UNIQUE (escalation_id, ord)
);

CREATE TABLE pages (
    -- clear. kept: 7 days
    staff_id   BYTEA   NOT NULL REFERENCES staff (id),
    -- clear: the minute in which it was written, counted from 1970; one a person and minute
    minute     BIGINT  NOT NULL,
    -- clear: how many escalations were overdue
    overdue    BIGINT  NOT NULL,
    -- clear: the oldest of their deadlines
    oldest_due BIGINT  NOT NULL,
    -- clear: it was shown
    delivered  BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (staff_id, minute)
);
CREATE INDEX pages_by_minute ON pages (minute);
