-- The one-time codes' secret of an enrolment that has started.

-- sealed (ring). kept: as the invite
ALTER TABLE invites ADD COLUMN totp BLOB;
-- hash of the start that it was shown to. kept: as the invite
ALTER TABLE invites ADD COLUMN started_by BLOB;
