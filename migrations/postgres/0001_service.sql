-- Everything of the service but the shred keys, which live in a database of their own.
--
-- Each column says whether it is clear, a keyed hash or sealed, and by which key:
--   sealed (chat)  the case's SK_chat     sealed (notes) the case's SK_notes
--   sealed (case)  the case's SK_case     sealed (ring)  the server's key ring
-- "kept: case" = until the case is shredded, 180 days after its last session.
-- Instants are milliseconds since 1970, UTC.

CREATE TABLE cases (
    -- clear: hash over the client's public keys. kept: until case and notes are shredded
    id            BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear: id of the client's signing key, by which her messages are known. kept: case
    csig_kid      BYTEA   NOT NULL,
    -- sealed (case): the client's signing key. kept: case, then NULL
    csig_pk       BYTEA,
    -- sealed (case): the client's box key. kept: case, then NULL
    ckem_pk       BYTEA,
    -- clear, routing answer: id or en. kept: case
    language      TEXT    NOT NULL CHECK (language IN ('id', 'en')),
    -- clear, routing answer: whom the client would rather talk to. kept: case
    preference    TEXT    NOT NULL CHECK (preference IN ('any', 'woman', 'man')),
    -- clear, routing answer: opaque number of a skill, or NULL. kept: case
    skill         BIGINT,
    -- clear: when it was opened. kept: case
    opened_at     BIGINT  NOT NULL,
    -- clear: when its last session ended; NULL while one is open. The retention clocks run on it
    ended_at      BIGINT,
    -- clear: the client consents to notes being kept longer. kept: case
    notes_consent BOOLEAN NOT NULL DEFAULT FALSE,
    -- clear: the chat was shredded by its clock. kept: case
    chat_gone     BOOLEAN NOT NULL DEFAULT FALSE,
    -- clear: lane 2 was shredded by its clock. kept: case
    notes_gone    BOOLEAN NOT NULL DEFAULT FALSE,
    -- clear: the case was shredded by its clock; the row waits for its notes to go too
    case_gone     BOOLEAN NOT NULL DEFAULT FALSE
);
-- The nightly sweep's question.
CREATE INDEX cases_by_end ON cases (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE case_excluded (
    -- clear. kept: case
    case_id  BYTEA NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear, routing answer: a staff member the client wants to avoid. kept: case
    staff_id BYTEA NOT NULL,
    PRIMARY KEY (case_id, staff_id)
);

CREATE TABLE lanes (
    -- clear. kept: case; lane 2: notes
    case_id     BYTEA   NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear: 1 chat, 2 notes
    lane        BIGINT  NOT NULL CHECK (lane IN (1, 2)),
    -- clear: number of the newest epoch
    epoch       BIGINT  NOT NULL,
    -- clear: H(body) of its record, what the next record must name
    record_hash BYTEA   NOT NULL,
    -- clear: team key that the newest record names; NULL while the team does not read
    team_kid    BYTEA,
    -- clear: a reader was disabled; no message enters before a new epoch
    frozen      BOOLEAN NOT NULL DEFAULT FALSE,
    -- clear: number of messages, and seq of the newest
    last_seq    BIGINT  NOT NULL DEFAULT 0,
    -- clear: transcript hash after it
    th          BYTEA   NOT NULL,
    PRIMARY KEY (case_id, lane)
);

CREATE TABLE sessions (
    -- clear. kept: case
    id          BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear. kept: case
    case_id     BYTEA   NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear: the how-manieth session of its case, from 1
    ord         BIGINT  NOT NULL,
    -- clear: where it stands
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'opening', 'active', 'ended')),
    -- clear: when it was opened; its place in the queue counts from here
    opened_at   BIGINT  NOT NULL,
    -- clear: risk level 0 to 3
    level       BIGINT  NOT NULL CHECK (level BETWEEN 0 AND 3),
    -- clear, mark: goes before the others of its class
    head        BOOLEAN NOT NULL,
    -- clear, mark: out of the queue, for supervisors
    left_behind BOOLEAN NOT NULL,
    -- clear, mark: since when the client's connection is lost
    away_since  BIGINT,
    -- clear: claims in a row that ran out
    lapses      BIGINT  NOT NULL,
    -- clear: claimer, assigned person, or last assigned person, by state
    staff_id    BYTEA,
    -- clear: opening until; active since; ended at, by state
    state_at    BIGINT,
    -- clear: when a counselor whose connection is lost counts as gone
    gone_at     BIGINT,
    -- clear: how it ended
    end_reason  TEXT CHECK (end_reason IN ('client', 'counselor', 'client_left')),
    -- clear: the wrap-up was sent
    wrapped_up  BOOLEAN NOT NULL,
    -- hash (SHA-256 of 32 random bytes) of the client's token. kept: 30 min idle, 8 h at most
    token_hash  BYTEA,
    -- clear: when that token was made
    token_at    BIGINT,
    UNIQUE (case_id, ord)
);
-- At most one session of a case is open.
CREATE UNIQUE INDEX sessions_one_open ON sessions (case_id) WHERE state <> 'ended';
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX sessions_queue ON sessions (opened_at) WHERE state = 'waiting';
CREATE INDEX sessions_of_staff ON sessions (staff_id, state) WHERE staff_id IS NOT NULL;
CREATE INDEX sessions_opening ON sessions (state_at) WHERE state = 'opening';
CREATE INDEX sessions_away ON sessions (away_since) WHERE away_since IS NOT NULL;
CREATE INDEX sessions_gone ON sessions (gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX sessions_token_age ON sessions (token_at) WHERE token_at IS NOT NULL;

CREATE TABLE records (
    -- clear. kept: case; lane 2: notes
    case_id        BYTEA   NOT NULL,
    -- clear
    lane           BIGINT  NOT NULL,
    -- clear: number of the epoch, from 0
    epoch          BIGINT  NOT NULL,
    -- clear: reason 0 to 7 of crypto.md 5
    reason         BIGINT  NOT NULL CHECK (reason BETWEEN 0 AND 7),
    -- clear: signing key of its creator
    creator        BYTEA   NOT NULL,
    -- clear: the roster by which it is judged
    roster_version BIGINT  NOT NULL,
    -- sealed (case; lane 2: notes): the record as it came
    body           BYTEA   NOT NULL,
    -- sealed (case; lane 2: notes): its signature
    sig            BYTEA   NOT NULL,
    PRIMARY KEY (case_id, lane, epoch),
    FOREIGN KEY (case_id, lane) REFERENCES lanes (case_id, lane) ON DELETE CASCADE
);

CREATE TABLE boxes (
    -- clear. kept: as its record; team boxes of lane 1 until the team does not read any more
    case_id BYTEA   NOT NULL,
    -- clear
    lane    BIGINT  NOT NULL,
    -- clear
    epoch   BIGINT  NOT NULL,
    -- clear: 1 client, 2 staff, 3 team, 4 escalation
    rtype   BIGINT  NOT NULL CHECK (rtype BETWEEN 1 AND 4),
    -- clear: the key it is sealed to
    rkid    BYTEA   NOT NULL,
    -- sealed (case; lane 2: notes): the box as it came
    bytes   BYTEA   NOT NULL,
    PRIMARY KEY (case_id, lane, epoch, rtype, rkid),
    FOREIGN KEY (case_id, lane, epoch) REFERENCES records (case_id, lane, epoch) ON DELETE CASCADE
);
-- Which epochs a person reads, when they are disabled.
CREATE INDEX boxes_by_reader ON boxes (rkid) WHERE rtype = 2;

CREATE TABLE messages (
    -- clear. kept: case; lane 2: notes
    case_id    BYTEA   NOT NULL,
    -- clear
    lane       BIGINT  NOT NULL,
    -- clear: its place in the lane, from 1 without a gap
    seq        BIGINT  NOT NULL,
    -- clear: drawn by its sender
    msg_id     BYTEA   NOT NULL,
    -- clear: the epoch that seals it
    epoch      BIGINT  NOT NULL,
    -- clear: signing key of the sender
    sender_kid BYTEA   NOT NULL,
    -- clear: H(C("leaf",hdr,H(ct))); outlives the envelope, so that th still verifies
    leaf       BYTEA   NOT NULL,
    -- clear: H(ct), by which the sender knows it again
    ct_hash    BYTEA   NOT NULL,
    -- clear: transcript hash after it
    th         BYTEA   NOT NULL,
    -- clear: when it was stored
    at         BIGINT  NOT NULL,
    -- sealed (chat; lane 2: notes): the end-to-end envelope. kept: 30 days after the last session
    envelope   BYTEA,
    PRIMARY KEY (case_id, lane, seq),
    UNIQUE (case_id, msg_id),
    FOREIGN KEY (case_id, lane) REFERENCES lanes (case_id, lane) ON DELETE CASCADE
);

CREATE TABLE read_marks (
    -- clear. kept: as the lane
    case_id BYTEA   NOT NULL,
    -- clear
    lane    BIGINT  NOT NULL,
    -- clear: signing key of the reader
    reader  BYTEA   NOT NULL,
    -- clear: highest seq that the reader has
    seq     BIGINT  NOT NULL,
    PRIMARY KEY (case_id, lane, reader),
    FOREIGN KEY (case_id, lane) REFERENCES lanes (case_id, lane) ON DELETE CASCADE
);

CREATE TABLE codes (
    -- clear. kept: case
    case_id BYTEA   NOT NULL PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
    -- keyed hash: HMAC of the code's credential under the pepper. kept: case
    tag     BYTEA   NOT NULL UNIQUE,
    -- sealed (case): the client's keys, wrapped under the code
    wrapped BYTEA   NOT NULL,
    -- clear: when it was stored
    at      BIGINT  NOT NULL
);

CREATE TABLE staff (
    -- clear. kept: for good, as records name it
    id            BYTEA   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear: the number that clients read
    alias         BIGINT  NOT NULL UNIQUE,
    -- clear: counselor 1, supervisor 2, admin 4
    roles         BIGINT  NOT NULL CHECK (roles BETWEEN 1 AND 7),
    -- clear: enrolled, in the newest roster, or in an older one
    standing      TEXT    NOT NULL CHECK (standing IN ('waiting', 'member', 'former')),
    -- clear: may not sign in
    disabled      BOOLEAN NOT NULL DEFAULT FALSE,
    -- clear: id of the signing key
    sig_kid       BYTEA   NOT NULL,
    -- clear: id of the box key
    kem_kid       BYTEA   NOT NULL,
    -- sealed (ring): name among staff
    display_name  BYTEA   NOT NULL,
    -- keyed hash of the normalised e-mail
    email_tag     BYTEA   NOT NULL UNIQUE,
    -- sealed (ring): the e-mail
    email         BYTEA   NOT NULL,
    -- sealed (ring): OPAQUE registration record
    opaque        BYTEA   NOT NULL,
    -- sealed (ring): TOTP secret
    totp          BYTEA   NOT NULL,
    -- sealed (ring): vault blob, which opens with the passphrase only
    vault         BYTEA   NOT NULL,
    -- clear: compare-and-set of the vault
    vault_version BIGINT  NOT NULL,
    -- clear: what they say about taking clients
    status        TEXT    NOT NULL CHECK (status IN ('available', 'busy', 'pause')),
    -- clear: how many clients at once
    max_load      BIGINT  NOT NULL
);

CREATE TABLE invites (
    -- hash of the invite's id. kept: until it ends, 72 h
    iid_hash   BYTEA   NOT NULL PRIMARY KEY,
    -- clear: who it makes
    staff_id   BYTEA   NOT NULL,
    -- clear
    roles      BIGINT  NOT NULL,
    -- clear
    expires_at BIGINT  NOT NULL,
    -- clear: mac of the enrolment that used it; NULL while it serves
    used_mac   BYTEA
);

CREATE TABLE enrolments (
    -- clear. kept: until a roster names the person
    staff_id BYTEA   NOT NULL PRIMARY KEY REFERENCES staff (id),
    -- hash of the invite's id
    iid_hash BYTEA   NOT NULL,
    -- clear: C("rec/enrol", ..), public keys
    q        BYTEA   NOT NULL,
    -- clear: self-signature over q
    sig      BYTEA   NOT NULL,
    -- keyed hash: HMAC of q under the invite, checked by the admin's browser
    mac      BYTEA   NOT NULL,
    -- clear
    at       BIGINT  NOT NULL
);

CREATE TABLE sign_ins (
    -- clear: sid. kept: until it is over, 12 h
    sid        BYTEA   NOT NULL PRIMARY KEY,
    -- clear
    staff_id   BYTEA   NOT NULL REFERENCES staff (id),
    -- clear: when both factors were given
    made_at    BIGINT  NOT NULL,
    -- clear: when a second factor was last given
    factor_at  BIGINT  NOT NULL,
    -- clear
    expires_at BIGINT  NOT NULL,
    -- clear
    revoked_at BIGINT
);
CREATE INDEX sign_ins_of_staff ON sign_ins (staff_id);
CREATE INDEX sign_ins_revoked ON sign_ins (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    -- hash (SHA-256 of 32 random bytes). kept: as its sign-in
    hash        BYTEA NOT NULL PRIMARY KEY,
    -- clear
    sid         BYTEA NOT NULL REFERENCES sign_ins (sid) ON DELETE CASCADE,
    -- sealed (ring): the token, for the 10 s in which its predecessor gets it again
    token       BYTEA NOT NULL,
    -- clear: when it was rotated away; NULL for the newest
    replaced_at BIGINT,
    -- hash of its successor
    replaced_by BYTEA
);
CREATE INDEX refresh_tokens_of_sid ON refresh_tokens (sid);

CREATE TABLE totp_steps (
    -- clear. kept: an hour
    staff_id BYTEA   NOT NULL REFERENCES staff (id),
    -- clear: number of the 30 s step
    step     BIGINT  NOT NULL,
    -- clear: a step serves each once
    used_for TEXT    NOT NULL CHECK (used_for IN ('sign_in', 'confirmation')),
    PRIMARY KEY (staff_id, step, used_for)
);

CREATE TABLE orgkeys (
    -- clear: from 1 without a gap. kept: for good, as rosters name it
    version   BIGINT  NOT NULL PRIMARY KEY,
    -- clear: H(payload)
    hash      BYTEA   NOT NULL,
    -- clear: the signed statement, public
    statement BYTEA   NOT NULL,
    -- clear
    at        BIGINT  NOT NULL
);

CREATE TABLE rosters (
    -- clear: from 1 without a gap. kept: for good, as records name it
    version         BIGINT  NOT NULL PRIMARY KEY,
    -- clear: H(payload)
    hash            BYTEA   NOT NULL,
    -- clear: the signed statement, public
    statement       BYTEA   NOT NULL,
    -- clear
    orgkeys_version BIGINT  NOT NULL REFERENCES orgkeys (version),
    -- clear: by its own words
    issued_at       BIGINT  NOT NULL,
    -- clear: when the server took it
    published_at    BIGINT  NOT NULL,
    -- clear: it drops a person or key or changes a generation: its predecessor ends at once
    strict          BOOLEAN NOT NULL,
    -- clear: the newest renewal, public
    renewal         BYTEA,
    -- clear: when that was issued; at first, issued_at
    renewed_at      BIGINT  NOT NULL
);

CREATE TABLE roster_entries (
    -- clear: H(entry). kept: for good, as rosters list it
    hash       BYTEA   NOT NULL PRIMARY KEY,
    -- clear: the entry as it travels; number, roles, keys, no name
    bytes      BYTEA   NOT NULL,
    -- clear
    staff_id   BYTEA   NOT NULL,
    -- clear
    alias      BIGINT  NOT NULL,
    -- clear
    roles      BIGINT  NOT NULL,
    -- clear
    sig_kid    BYTEA   NOT NULL,
    -- clear
    kem_kid    BYTEA   NOT NULL,
    -- clear
    not_before BIGINT  NOT NULL,
    -- clear
    not_after  BIGINT  NOT NULL
);

CREATE TABLE roster_members (
    -- clear. kept: for good
    version    BIGINT  NOT NULL REFERENCES rosters (version),
    -- clear
    entry_hash BYTEA   NOT NULL REFERENCES roster_entries (hash),
    PRIMARY KEY (version, entry_hash)
);

CREATE TABLE group_keys (
    -- clear. kept: for good, as records name it
    kind       TEXT    NOT NULL CHECK (kind IN ('team', 'escalation')),
    -- clear: from 1 without a gap
    generation BIGINT  NOT NULL,
    -- clear: public key
    kem_pk     BYTEA   NOT NULL,
    -- clear: its id
    kid        BYTEA   NOT NULL UNIQUE,
    -- clear: the maker's statement, public
    statement  BYTEA   NOT NULL,
    -- clear: its signature
    sig        BYTEA   NOT NULL,
    -- clear: signing key of the maker
    maker      BYTEA   NOT NULL,
    PRIMARY KEY (kind, generation)
);

CREATE TABLE group_boxes (
    -- clear. kept: while any box of a case names the generation
    kind       TEXT    NOT NULL,
    -- clear
    generation BIGINT  NOT NULL,
    -- clear: the key it is sealed to
    rkid       BYTEA   NOT NULL,
    -- sealed (ring): the private half, boxed to that key
    bytes      BYTEA   NOT NULL,
    PRIMARY KEY (kind, generation, rkid),
    FOREIGN KEY (kind, generation) REFERENCES group_keys (kind, generation)
);
CREATE INDEX group_boxes_of ON group_boxes (rkid);

CREATE TABLE audit (
    -- clear: from 1 without a gap. kept: for good
    n     BIGINT  NOT NULL PRIMARY KEY,
    -- clear: when, who, what, to which case or person; never a word of it
    entry BYTEA   NOT NULL,
    -- clear: H(C("audit", a before, n, H(entry)))
    a     BYTEA   NOT NULL
);

CREATE TABLE audit_head (
    -- clear: always 1; the row that writers hold while they add a link
    id BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    -- clear: number of the newest link
    n  BIGINT  NOT NULL,
    -- clear: its hash
    a  BYTEA   NOT NULL
);
INSERT INTO audit_head (id, n, a)
VALUES (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit_checkpoints (
    -- clear: number of the link. kept: for good
    n   BIGINT  NOT NULL PRIMARY KEY,
    -- clear: its hash
    a   BYTEA   NOT NULL,
    -- clear: the audit key that signed
    kid BYTEA   NOT NULL,
    -- clear: the signature
    sig BYTEA   NOT NULL
);
