//! Staff members: what a sign-in needs, vaults, status. Invites have a file of their own.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::audit::{Actor, Entry, Event};
use domain::board::{Holds, OnDuty};
use domain::policy::Candidate;
use domain::session::State;
use domain::staff::{Roles, Status};
use domain::{CaseId, Hash, Session, StaffId, Timestamp};
use sealing::Place;
use storage::staff::{
    Credentials, Enrolment, Gone, Invite, Member, Standing, Vault, WaitingEnrolment,
};
use storage::{Result, Staff, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::rows::{self, select_session};
use crate::shared::Shared;
use crate::value::{Row, args, unexpected};
use crate::{audit, invites, openings};

/// The columns that `member` reads, in its order; the rest of the statement follows.
macro_rules! select_member {
    ($rest:literal) => {
        concat!(
            "SELECT id, display_name, alias, roles, standing, disabled, sig_kid, kem_kid, status, ",
            "max_load FROM staff ",
            $rest
        )
    };
}
#[async_trait]
impl<DB: Dialect> Staff for Shared<DB> {
    async fn invite(&self, invite: Invite, by: Actor, now: Timestamp) -> Result<()> {
        invites::put(self, &invite, by, now).await
    }

    async fn find_invite(&self, iid_hash: Hash, now: Timestamp) -> Result<Invite> {
        invites::find(self, iid_hash, now).await
    }

    async fn start_enrolment(
        &self,
        iid_hash: Hash,
        start: Hash,
        drawn: Vec<u8>,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        invites::start(self, iid_hash, start, drawn, now).await
    }

    async fn enrolment_secret(&self, iid_hash: Hash, now: Timestamp) -> Result<Option<Vec<u8>>> {
        invites::secret(self, iid_hash, now).await
    }

    async fn enrol(&self, enrolment: Enrolment) -> Result<StaffId> {
        invites::enrol(self, &enrolment).await
    }

    async fn waiting(&self) -> Result<Vec<WaitingEnrolment>> {
        invites::waiting(self).await
    }

    async fn list(&self) -> Result<Vec<Member>> {
        const SQL: &str = select_member!("ORDER BY alias");
        self.db.rows(SQL, args![]).await?.iter().map(|row| self.member(row)).collect()
    }

    async fn get(&self, staff: StaffId) -> Result<Member> {
        self.member(&self.db.one(select_member!("WHERE id = $1"), args![staff]).await?)
    }

    async fn credentials(&self, email_tag: Hash) -> Result<Option<Credentials>> {
        const SQL: &str =
            "SELECT id, roles, disabled, opaque, totp FROM staff WHERE email_tag = $1";
        let row = self.db.first(SQL, args![email_tag]).await?;
        row.as_ref().map(|row| self.credentials_from(row)).transpose()
    }

    async fn credentials_of(&self, staff: StaffId) -> Result<Credentials> {
        const SQL: &str = "SELECT id, roles, disabled, opaque, totp FROM staff WHERE id = $1";
        self.credentials_from(&self.db.one(SQL, args![staff]).await?)
    }

    async fn vault(&self, staff: StaffId) -> Result<Vault> {
        const SQL: &str = "SELECT vault_version, vault FROM staff WHERE id = $1";
        let row = self.db.one(SQL, args![staff]).await?;
        let blob = self.open(place(&staff, "vault"), row.bytes(1)?)?;
        Ok(Vault { version: row.number(0)?, blob })
    }

    async fn put_vault(&self, staff: StaffId, expected: u32, blob: Vec<u8>) -> Result<u32> {
        let mut tx = self.begin_staff(staff).await?;
        let version = self.replace_vault(&mut tx, staff, expected, &blob).await?;
        tx.commit().await?;
        Ok(version)
    }

    async fn change_passphrase(
        &self,
        staff: StaffId,
        opaque: Vec<u8>,
        expected: u32,
        blob: Vec<u8>,
        now: Timestamp,
    ) -> Result<u32> {
        const SQL: &str = "UPDATE staff SET opaque = $2 WHERE id = $1";
        let mut tx = self.begin_staff(staff).await?;
        let version = self.replace_vault(&mut tx, staff, expected, &blob).await?;
        let sealed = self.seal(place(&staff, "opaque"), &opaque)?;
        tx.execute(SQL, args![staff, sealed]).await?;
        let entry = entry(Actor::Staff(staff), Event::PassphraseChanged, staff, now);
        audit::write(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(version)
    }

    async fn disable(&self, staff: StaffId, by: Actor, now: Timestamp) -> Result<Gone> {
        const DISABLE: &str = "UPDATE staff SET disabled = TRUE, status = 'pause' WHERE id = $1";
        let mut tx = self.begin_staff(staff).await?;
        tx.execute(DISABLE, args![staff]).await?;
        revoke_all(&mut tx, staff, now).await?;
        let cases = hold_cases(&mut tx, staff).await?;
        let sessions = end_assignments(&mut tx, staff, now).await?;
        let openings = openings::end_of(&mut tx, staff, now, &self.times.openings).await?;
        freeze(&mut tx, staff, &cases).await?;
        for opening in &openings {
            audit::write(&mut tx, &openings::ended(opening, now)).await?;
        }
        audit::write(&mut tx, &entry(by, Event::StaffDisabled, staff, now)).await?;
        tx.commit().await?;
        Ok(Gone { sessions, openings })
    }

    async fn set_status(&self, staff: StaffId, status: Status) -> Result<bool> {
        const SQL: &str = "UPDATE staff SET status = $2 WHERE id = $1 AND status <> $2";
        if Staff::get(self, staff).await?.status == status {
            return Ok(false);
        }
        Ok(self.db.execute(SQL, args![staff, status_code(status)]).await? > 0)
    }

    async fn set_limit(&self, staff: StaffId, limit: u32) -> Result<()> {
        const SQL: &str = "UPDATE staff SET max_load = $2 WHERE id = $1";
        match self.db.execute(SQL, args![staff, limit]).await? {
            0 => Err(StorageError::NotFound),
            _ => Ok(()),
        }
    }

    async fn candidate(&self, staff: StaffId) -> Result<Candidate> {
        let row = self.db.one(CANDIDATE, args![staff]).await?;
        let halves = self.db.rows(HALVES, args![staff]).await?;
        candidate_from(staff, &row, &halves)
    }

    async fn on_duty(&self) -> Result<Vec<OnDuty>> {
        const SQL: &str = "SELECT s.id, s.roles, s.status, s.max_load, v.level, v.state
            FROM staff s
            LEFT JOIN sessions v ON v.staff_id = s.id AND v.state IN ('opening', 'active')
            WHERE (s.standing = 'member' AND NOT s.disabled) OR v.id IS NOT NULL
            ORDER BY s.id";
        let mut staff: Vec<OnDuty> = Vec::new();
        for row in self.db.rows(SQL, args![]).await? {
            let holds = holds(&row)?;
            match staff.last_mut() {
                Some(same) if same.staff == row.id(0)? => same.holds.extend(holds),
                _ => staff.push(OnDuty {
                    staff: row.id(0)?,
                    roles: roles(&row, 1)?,
                    status: status(row.text(2)?)?,
                    limit: row.number(3)?,
                    holds: holds.into_iter().collect(),
                }),
            }
        }
        Ok(staff)
    }
}

/// The session that a row of `on_duty` joins, if any.
fn holds(row: &Row) -> Result<Option<Holds>> {
    let is_held = row.opt_int(4)?.is_some();
    is_held
        .then(|| Ok(Holds { level: row.level(4)?, active: row.text(5)? == "active" }))
        .transpose()
}

/// Status, limit and load of the member `$1`.
const CANDIDATE: &str = "SELECT status, max_load, (SELECT COUNT(*) FROM sessions
        WHERE staff_id = $1 AND state IN ('opening', 'active'))
    FROM staff WHERE id = $1 AND standing = 'member' AND NOT disabled";

/// The group keys whose half is boxed to the staff member `$1`.
const HALVES: &str = "SELECT k.kid FROM staff s
    JOIN group_boxes b ON b.rkid = s.kem_kid
    JOIN group_keys k ON k.kind = b.kind AND k.generation = b.generation
    WHERE s.id = $1";

/// A staff member as routing reads them, inside the transaction of a claim.
pub(crate) async fn candidate<DB: Dialect>(tx: &mut Tx<DB>, staff: StaffId) -> Result<Candidate> {
    let row = tx.one(CANDIDATE, args![staff]).await?;
    let halves = tx.rows(HALVES, args![staff]).await?;
    candidate_from(staff, &row, &halves)
}

fn candidate_from(staff: StaffId, row: &Row, halves: &[Row]) -> Result<Candidate> {
    Ok(Candidate {
        staff,
        status: status(row.text(0)?)?,
        limit: row.number(1)?,
        load: row.number(2)?,
        holds: halves.iter().map(|row| row.id(0)).collect::<Result<_>>()?,
    })
}

impl<DB: Dialect> Shared<DB> {
    fn member(&self, row: &Row) -> Result<Member> {
        let staff = row.id(0)?;
        Ok(Member {
            staff,
            display_name: self.open_text(place(&staff, "display_name"), row.bytes(1)?)?,
            alias: row.number(2)?,
            roles: roles(row, 3)?,
            standing: standing(row.text(4)?)?,
            disabled: row.bool(5)?,
            sig_kid: row.id(6)?,
            kem_kid: row.id(7)?,
            status: status(row.text(8)?)?,
            limit: row.number(9)?,
        })
    }

    fn credentials_from(&self, row: &Row) -> Result<Credentials> {
        let staff = row.id(0)?;
        Ok(Credentials {
            staff,
            roles: roles(row, 1)?,
            disabled: row.bool(2)?,
            opaque: self.open(place(&staff, "opaque"), row.bytes(3)?)?,
            totp: self.open(place(&staff, "totp"), row.bytes(4)?)?,
        })
    }

    async fn replace_vault(
        &self,
        tx: &mut Tx<DB>,
        staff: StaffId,
        expected: u32,
        blob: &[u8],
    ) -> Result<u32> {
        const SQL: &str = "UPDATE staff SET vault = $3, vault_version = vault_version + 1
            WHERE id = $1 AND vault_version = $2 RETURNING vault_version";
        let sealed = self.seal(place(&staff, "vault"), blob)?;
        let row = tx.first(SQL, args![staff, expected, sealed]).await?;
        row.ok_or(StorageError::StaleVersion)?.number(0)
    }
}

/// Revokes every sign-in of a person.
pub(crate) async fn revoke_all<DB: Dialect>(
    tx: &mut Tx<DB>,
    staff: StaffId,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str =
        "UPDATE sign_ins SET revoked_at = $2 WHERE staff_id = $1 AND revoked_at IS NULL";
    tx.execute(SQL, args![staff, now]).await.map(drop)
}

/// Holds every case that the person reads, claims, is assigned to, has joined or opened, in order of
/// their ids.
///
/// All are held before anything is read of them: a claim that is being stored is waited for.
async fn hold_cases<DB: Dialect>(tx: &mut Tx<DB>, staff: StaffId) -> Result<BTreeSet<CaseId>> {
    const SQL: &str = "SELECT b.case_id FROM staff s
            JOIN boxes b ON b.rkid = s.kem_kid AND b.rtype = 2
            JOIN lanes l ON l.case_id = b.case_id AND l.lane = b.lane AND l.epoch = b.epoch
            WHERE s.id = $1
        UNION SELECT case_id FROM sessions WHERE staff_id = $1 AND state IN ('opening', 'active')
        UNION SELECT case_id FROM openings
            WHERE staff_id = $1 AND state IN ('asked', 'approved', 'open')";
    let mut cases = BTreeSet::new();
    for row in tx.rows(SQL, args![staff]).await? {
        cases.insert(row.id::<CaseId>(0)?);
    }
    cases.extend(joined_by(tx, staff).await?.into_iter().map(|session| session.case));
    let mut held = BTreeSet::new();
    for case in cases {
        // A case that was shredded meanwhile has nothing left to close.
        if tx.first(DB::LOCK_CASE, args![case]).await?.is_some() {
            held.insert(case);
        }
    }
    Ok(held)
}

/// The sessions that the person has joined.
async fn joined_by<DB: Dialect>(tx: &mut Tx<DB>, staff: StaffId) -> Result<Vec<Session>> {
    let sessions = rows::sessions(&tx.rows(rows::JOINED, args![]).await?)?;
    Ok(sessions.into_iter().filter(|session| session.has_joined(staff)).collect())
}

/// Closes every epoch of the held cases that names the person.
async fn freeze<DB: Dialect>(
    tx: &mut Tx<DB>,
    staff: StaffId,
    held: &BTreeSet<CaseId>,
) -> Result<()> {
    const FREEZE: &str = "UPDATE lanes SET frozen = TRUE WHERE case_id = $1 AND EXISTS (
        SELECT 1 FROM boxes b JOIN staff s ON s.kem_kid = b.rkid
        WHERE s.id = $2 AND b.rtype = 2 AND b.case_id = lanes.case_id AND b.lane = lanes.lane
            AND b.epoch = lanes.epoch)";
    for case in held {
        tx.execute(FREEZE, args![*case, staff]).await?;
    }
    Ok(())
}

/// The person's active sessions, all held, have no counselor from here on; running claims lapse, and
/// where they had joined they have left.
async fn end_assignments<DB: Dialect>(
    tx: &mut Tx<DB>,
    staff: StaffId,
    now: Timestamp,
) -> Result<Vec<Session>> {
    const HELD: &str =
        select_session!("WHERE staff_id = $1 AND state IN ('opening', 'active') ORDER BY case_id");
    let mut gone = Vec::new();
    for row in tx.rows(HELD, args![staff]).await? {
        let mut session = rows::session(&row)?;
        match session.state {
            State::Active { by, .. } if by == staff => {
                session = session.counselor_away(staff, now, now)?;
                gone.push(session.clone());
            }
            State::Opening { by, .. } if by == staff => {
                session.state = State::Opening { by, until: now };
            }
            _ => continue,
        }
        rows::save(tx, &session).await?;
    }
    for session in joined_by(tx, staff).await? {
        let left = session.leave(staff)?;
        rows::save(tx, &left).await?;
        gone.push(left);
    }
    Ok(gone)
}

pub(crate) fn entry(actor: Actor, event: Event, staff: StaffId, at: Timestamp) -> Entry {
    Entry { at, actor, event, case: None, staff: Some(staff), detail: None }
}

pub(crate) fn place<'a>(staff: &'a StaffId, column: &'static str) -> Place<'a> {
    Place { table: "staff", row_key: staff.as_bytes(), column }
}

pub(crate) fn roles(row: &Row, index: usize) -> Result<Roles> {
    Roles::from_bits(row.number(index)?).ok_or_else(unexpected)
}

fn standing(code: &str) -> Result<Standing> {
    Ok(match code {
        "waiting" => Standing::Waiting,
        "member" => Standing::Member,
        "former" => Standing::Former,
        _ => return Err(unexpected()),
    })
}

fn status(code: &str) -> Result<Status> {
    Ok(match code {
        "available" => Status::Available,
        "busy" => Status::Busy,
        "pause" => Status::Pause,
        _ => return Err(unexpected()),
    })
}

fn status_code(status: Status) -> &'static str {
    match status {
        Status::Available => "available",
        Status::Busy => "busy",
        Status::Pause => "pause",
    }
}
