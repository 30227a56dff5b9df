-- Everything of the service but the shred keys, which live in a database of their own.
--
-- Each column says whether it is clear, a keyed hash or sealed, and by which key:
--   sealed (chat)  the case's SK_chat     sealed (notes) the case's SK_notes
--   sealed (case)  the case's SK_case     sealed (ring)  the server's key ring
-- "kept: case" = until the case is shredded, 180 days after its last session.
-- Instants are milliseconds since 1970, UTC.

CREATE TABLE cases (
    -- clear: hash over the client's public keys. kept: until case and notes are shredded
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear: id of the client's signing key, by which her messages are known. kept: case
    csig_kid      BLOB    NOT NULL,
    -- sealed (case): the client's signing key. kept: case, then NULL
    csig_pk       BLOB,
    -- sealed (case): the client's box key. kept: case, then NULL
    ckem_pk       BLOB,
    -- clear, routing answer: id or en. kept: case
    language      TEXT    NOT NULL CHECK (language IN ('id', 'en')),
    -- clear, routing answer: whom the client would rather talk to. kept: case
    preference    TEXT    NOT NULL CHECK (preference IN ('any', 'woman', 'man')),
    -- clear, routing answer: opaque number of a skill, or NULL. kept: case
    skill         INTEGER,
    -- clear: when it was opened. kept: case
    opened_at     INTEGER NOT NULL,
    -- clear: when its last session ended; NULL while one is open. The retention clocks run on it
    ended_at      INTEGER,
    -- clear: the client consents to notes being kept longer. kept: case
    notes_consent INTEGER NOT NULL DEFAULT FALSE,
    -- clear: the chat was shredded by its clock. kept: case
    chat_gone     INTEGER NOT NULL DEFAULT FALSE,
    -- clear: lane 2 was shredded by its clock. kept: case
    notes_gone    INTEGER NOT NULL DEFAULT FALSE,
    -- clear: the case was shredded by its clock; the row waits for its notes to go too
    case_gone     INTEGER NOT NULL DEFAULT FALSE
) STRICT;
-- The nightly sweep's question.
CREATE INDEX cases_by_end ON cases (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE case_excluded (
    -- clear. kept: case
    case_id  BLOB NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear, routing answer: a staff member the client wants to avoid. kept: case
    staff_id BLOB NOT NULL,
    PRIMARY KEY (case_id, staff_id)
) STRICT;

CREATE TABLE lanes (
    -- clear. kept: case; lane 2: notes
    case_id     BLOB    NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear: 1 chat, 2 notes
    lane        INTEGER NOT NULL CHECK (lane IN (1, 2)),
    -- clear: number of the newest epoch
    epoch       INTEGER NOT NULL,
    -- clear: H(body) of its record, what the next record must name
    record_hash BLOB    NOT NULL,
    -- clear: team key that the newest record names; NULL while the team does not read
    team_kid    BLOB,
    -- clear: a reader was disabled; no message enters before a new epoch
    frozen      INTEGER NOT NULL DEFAULT FALSE,
    -- clear: number of messages, and seq of the newest
    last_seq    INTEGER NOT NULL DEFAULT 0,
    -- clear: transcript hash after it
    th          BLOB    NOT NULL,
    PRIMARY KEY (case_id, lane)
) STRICT;

CREATE TABLE sessions (
    -- clear. kept: case
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear. kept: case
    case_id     BLOB    NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- clear: the how-manieth session of its case, from 1
    ord         INTEGER NOT NULL,
    -- clear: where it stands
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'opening', 'active', 'ended')),
    -- clear: when it was opened; its place in the queue counts from here
    opened_at   INTEGER NOT NULL,
    -- clear: risk level 0 to 3
    level       INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3),
    -- clear, mark: goes before the others of its class
    head        INTEGER NOT NULL,
    -- clear, mark: out of the queue, for supervisors
    left_behind INTEGER NOT NULL,
    -- clear, mark: since when the client's connection is lost
    away_since  INTEGER,
    -- clear: claims in a row that ran out
    lapses      INTEGER NOT NULL,
    -- clear: claimer, assigned person, or last assigned person, by state
    staff_id    BLOB,
    -- clear: opening until; active since; ended at, by state
    state_at    INTEGER,
    -- clear: when a counselor whose connection is lost counts as gone
    gone_at     INTEGER,
    -- clear: how it ended
    end_reason  TEXT CHECK (end_reason IN ('client', 'counselor', 'client_left')),
    -- clear: the wrap-up was sent
    wrapped_up  INTEGER NOT NULL,
    -- hash (SHA-256 of 32 random bytes) of the client's token. kept: 30 min idle, 8 h at most
    token_hash  BLOB,
    -- clear: when that token was made
    token_at    INTEGER,
    UNIQUE (case_id, ord)
) STRICT;
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
    case_id        BLOB    NOT NULL,
    -- clear
    lane           INTEGER NOT NULL,
    -- clear: number of the epoch, from 0
    epoch          INTEGER NOT NULL,
    -- clear: reason 0 to 7 of crypto.md 5
    reason         INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 7),
    -- clear: signing key of its creator
    creator        BLOB    NOT NULL,
    -- clear: the roster by which it is judged
    roster_version INTEGER NOT NULL,
    -- sealed (case; lane 2: notes): the record as it came
    body           BLOB    NOT NULL,
    -- sealed (case; lane 2: notes): its signature
    sig            BLOB    NOT NULL,
    PRIMARY KEY (case_id, lane, epoch),
    FOREIGN KEY (case_id, lane) REFERENCES lanes (case_id, lane) ON DELETE CASCADE
) STRICT;

CREATE TABLE boxes (
    -- clear. kept: as its record; team boxes of lane 1 until the team does not read any more
    case_id BLOB    NOT NULL,
    -- clear
    lane    INTEGER NOT NULL,
    -- clear
    epoch   INTEGER NOT NULL,
    -- clear: 1 client, 2 staff, 3 team, 4 escalation
    rtype   INTEGER NOT NULL CHECK (rtype BETWEEN 1 AND 4),
    -- clear: the key it is sealed to
    rkid    BLOB    NOT NULL,
    -- sealed (case; lane 2: notes): the box as it came
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (case_id, lane, epoch, rtype, rkid),
    FOREIGN KEY (case_id, lane, epoch) REFERENCES records (case_id, lane, epoch) ON DELETE CASCADE
) STRICT;
-- Which epochs a person reads, when they are disabled.
CREATE INDEX boxes_by_reader ON boxes (rkid) WHERE rtype = 2;

CREATE TABLE messages (
    -- clear. kept: case; lane 2: notes
    case_id    BLOB    NOT NULL,
    -- clear
    lane       INTEGER NOT NULL,
    -- clear: its place in the lane, from 1 without a gap
    seq        INTEGER NOT NULL,
    -- clear: drawn by its sender
    msg_id     BLOB    NOT NULL,
    -- clear: the epoch that seals it
    epoch      INTEGER NOT NULL,
    -- clear: signing key of the sender
    sender_kid BLOB    NOT NULL,
    -- clear: H(C("leaf",hdr,H(ct))); outlives the envelope, so that th still verifies
    leaf       BLOB    NOT NULL,
    -- clear: H(ct), by which the sender knows it again
    ct_hash    BLOB    NOT NULL,
    -- clear: transcript hash after it
    th         BLOB    NOT NULL,
    -- clear: when it was stored
    at         INTEGER NOT NULL,
    -- sealed (chat; lane 2: notes): the end-to-end envelope. kept: 30 days after the last session
    envelope   BLOB,
    PRIMARY KEY (case_id, lane, seq),
    UNIQUE (case_id, msg_id),
    FOREIGN KEY (case_id, lane) REFERENCES lanes (case_id, lane) ON DELETE CASCADE
) STRICT;

CREATE TABLE read_marks (
    -- clear. kept: as the lane
    case_id BLOB    NOT NULL,
    -- clear
    lane    INTEGER NOT NULL,
    -- clear: signing key of the reader
    reader  BLOB    NOT NULL,
    -- clear: highest seq that the reader has
    seq     INTEGER NOT NULL,
    PRIMARY KEY (case_id, lane, reader),
    FOREIGN KEY (case_id, lane) REFERENCES lanes (case_id, lane) ON DELETE CASCADE
) STRICT;

CREATE TABLE codes (
    -- clear. kept: case
    case_id BLOB    NOT NULL PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
    -- keyed hash: HMAC of the code's credential under the pepper. kept: case
    tag     BLOB    NOT NULL UNIQUE,
    -- sealed (case): the client's keys, wrapped under the code
    wrapped BLOB    NOT NULL,
    -- clear: when it was stored
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE staff (
    -- clear. kept: for good, as records name it
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- clear: the number that clients read
    alias         INTEGER NOT NULL UNIQUE,
    -- clear: counselor 1, supervisor 2, admin 4
    roles         INTEGER NOT NULL CHECK (roles BETWEEN 1 AND 7),
    -- clear: enrolled, in the newest roster, or in an older one
    standing      TEXT    NOT NULL CHECK (standing IN ('waiting', 'member', 'former')),
    -- clear: may not sign in
    disabled      INTEGER NOT NULL DEFAULT FALSE,
    -- clear: id of the signing key
    sig_kid       BLOB    NOT NULL,
    -- clear: id of the box key
    kem_kid       BLOB    NOT NULL,
    -- sealed (ring): name among staff
    display_name  BLOB    NOT NULL,
    -- keyed hash of the normalised e-mail
    email_tag     BLOB    NOT NULL UNIQUE,
    -- sealed (ring): the e-mail
    email         BLOB    NOT NULL,
    -- sealed (ring): OPAQUE registration record
    opaque        BLOB    NOT NULL,
    -- sealed (ring): TOTP secret
    totp          BLOB    NOT NULL,
    -- sealed (ring): vault blob, which opens with the passphrase only
    vault         BLOB    NOT NULL,
    -- clear: compare-and-set of the vault
    vault_version INTEGER NOT NULL,
    -- clear: what they say about taking clients
    status        TEXT    NOT NULL CHECK (status IN ('available', 'busy', 'pause')),
    -- clear: how many clients at once
    max_load      INTEGER NOT NULL
) STRICT;

CREATE TABLE invites (
    -- hash of the invite's id. kept: until it ends, 72 h
    iid_hash   BLOB    NOT NULL PRIMARY KEY,
    -- clear: who it makes
    staff_id   BLOB    NOT NULL,
    -- clear
    roles      INTEGER NOT NULL,
    -- clear
    expires_at INTEGER NOT NULL,
    -- clear: mac of the enrolment that used it; NULL while it serves
    used_mac   BLOB
) STRICT;

CREATE TABLE enrolments (
    -- clear. kept: until a roster names the person
    staff_id BLOB    NOT NULL PRIMARY KEY REFERENCES staff (id),
    -- hash of the invite's id
    iid_hash BLOB    NOT NULL,
    -- clear: C("rec/enrol", ..), public keys
    q        BLOB    NOT NULL,
    -- clear: self-signature over q
    sig      BLOB    NOT NULL,
    -- keyed hash: HMAC of q under the invite, checked by the admin's browser
    mac      BLOB    NOT NULL,
    -- clear
    at       INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_ins (
    -- clear: sid. kept: until it is over, 12 h
    sid        BLOB    NOT NULL PRIMARY KEY,
    -- clear
    staff_id   BLOB    NOT NULL REFERENCES staff (id),
    -- clear: when both factors were given
    made_at    INTEGER NOT NULL,
    -- clear: when a second factor was last given
    factor_at  INTEGER NOT NULL,
    -- clear
    expires_at INTEGER NOT NULL,
    -- clear
    revoked_at INTEGER
) STRICT;
CREATE INDEX sign_ins_of_staff ON sign_ins (staff_id);
CREATE INDEX sign_ins_revoked ON sign_ins (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    -- hash (SHA-256 of 32 random bytes). kept: as its sign-in
    hash        BLOB NOT NULL PRIMARY KEY,
    -- clear
    sid         BLOB NOT NULL REFERENCES sign_ins (sid) ON DELETE CASCADE,
    -- sealed (ring): the token, for the 10 s in which its predecessor gets it again
    token       BLOB NOT NULL,
    -- clear: when it was rotated away; NULL for the newest
    replaced_at INTEGER,
    -- hash of its successor
    replaced_by BLOB
) STRICT;
CREATE INDEX refresh_tokens_of_sid ON refresh_tokens (sid);

CREATE TABLE totp_steps (
    -- clear. kept: an hour
    staff_id BLOB    NOT NULL REFERENCES staff (id),
    -- clear: number of the 30 s step
    step     INTEGER NOT NULL,
    -- clear: a step serves each once
    used_for TEXT    NOT NULL CHECK (used_for IN ('sign_in', 'confirmation')),
    PRIMARY KEY (staff_id, step, used_for)
) STRICT;

CREATE TABLE orgkeys (
    -- clear: from 1 without a gap. kept: for good, as rosters name it
    version   INTEGER NOT NULL PRIMARY KEY,
    -- clear: H(payload)
    hash      BLOB    NOT NULL,
    -- clear: the signed statement, public
    statement BLOB    NOT NULL,
    -- clear
    at        INTEGER NOT NULL
) STRICT;

CREATE TABLE rosters (
    -- clear: from 1 without a gap. kept: for good, as records name it
    version         INTEGER NOT NULL PRIMARY KEY,
    -- clear: H(payload)
    hash            BLOB    NOT NULL,
    -- clear: the signed statement, public
    statement       BLOB    NOT NULL,
    -- clear
    orgkeys_version INTEGER NOT NULL REFERENCES orgkeys (version),
    -- clear: by its own words
    issued_at       INTEGER NOT NULL,
    -- clear: when the server took it
    published_at    INTEGER NOT NULL,
    -- clear: it drops a person or key or changes a generation: its predecessor ends at once
    strict          INTEGER NOT NULL,
    -- clear: the newest renewal, public
    renewal         BLOB,
    -- clear: when that was issued; at first, issued_at
    renewed_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE roster_entries (
    -- clear: H(entry). kept: for good, as rosters list it
    hash       BLOB    NOT NULL PRIMARY KEY,
    -- clear: the entry as it travels; number, roles, keys, no name
    bytes      BLOB    NOT NULL,
    -- clear
    staff_id   BLOB    NOT NULL,
    -- clear
    alias      INTEGER NOT NULL,
    -- clear
    roles      INTEGER NOT NULL,
    -- clear
    sig_kid    BLOB    NOT NULL,
    -- clear
    kem_kid    BLOB    NOT NULL,
    -- clear
    not_before INTEGER NOT NULL,
    -- clear
    not_after  INTEGER NOT NULL
) STRICT;

CREATE TABLE roster_members (
    -- clear. kept: for good
    version    INTEGER NOT NULL REFERENCES rosters (version),
    -- clear
    entry_hash BLOB    NOT NULL REFERENCES roster_entries (hash),
    PRIMARY KEY (version, entry_hash)
) STRICT;

CREATE TABLE group_keys (
    -- clear. kept: for good, as records name it
    kind       TEXT    NOT NULL CHECK (kind IN ('team', 'escalation')),
    -- clear: from 1 without a gap
    generation INTEGER NOT NULL,
    -- clear: public key
    kem_pk     BLOB    NOT NULL,
    -- clear: its id
    kid        BLOB    NOT NULL UNIQUE,
    -- clear: the maker's statement, public
    statement  BLOB    NOT NULL,
    -- clear: its signature
    sig        BLOB    NOT NULL,
    -- clear: signing key of the maker
    maker      BLOB    NOT NULL,
    PRIMARY KEY (kind, generation)
) STRICT;

CREATE TABLE group_boxes (
    -- clear. kept: while any box of a case names the generation
    kind       TEXT    NOT NULL,
    -- clear
    generation INTEGER NOT NULL,
    -- clear: the key it is sealed to
    rkid       BLOB    NOT NULL,
    -- sealed (ring): the private half, boxed to that key
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (kind, generation, rkid),
    FOREIGN KEY (kind, generation) REFERENCES group_keys (kind, generation)
) STRICT;
CREATE INDEX group_boxes_of ON group_boxes (rkid);

CREATE TABLE audit (
    -- clear: from 1 without a gap. kept: for good
    n     INTEGER NOT NULL PRIMARY KEY,
    -- clear: when, who, what, to which case or person; never a word of it
    entry BLOB    NOT NULL,
    -- clear: H(C("audit", a before, n, H(entry)))
    a     BLOB    NOT NULL
) STRICT;

CREATE TABLE audit_head (
    -- clear: always 1; the row that writers hold while they add a link
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- clear: number of the newest link
    n  INTEGER NOT NULL,
    -- clear: its hash
    a  BLOB    NOT NULL
) STRICT;
INSERT INTO audit_head (id, n, a)
VALUES (1, 0, X'0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit_checkpoints (
    -- clear: number of the link. kept: for good
    n   INTEGER NOT NULL PRIMARY KEY,
    -- clear: its hash
    a   BLOB    NOT NULL,
    -- clear: the audit key that signed
    kid BLOB    NOT NULL,
    -- clear: the signature
    sig BLOB    NOT NULL
) STRICT;
