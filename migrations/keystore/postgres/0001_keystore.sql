-- The shred keys. Deleting one deletes everything that it seals; backups live 7 days at most.

CREATE TABLE shred_keys (
    -- clear. kept: as the key
    case_id BYTEA   NOT NULL CHECK (length(case_id) = 16),
    -- clear: what it seals
    kind    TEXT    NOT NULL CHECK (kind IN ('chat', 'notes', 'case')),
    -- sealed (ring): 32 random bytes. kept: chat 30 days, case 180 days, notes as consented
    sealed  BYTEA   NOT NULL,
    -- clear: when it was last asked for by a write; a key without its case is swept after an hour
    used_at BIGINT  NOT NULL,
    PRIMARY KEY (case_id, kind)
);
