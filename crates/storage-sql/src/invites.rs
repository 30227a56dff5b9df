//! Invites, and the enrolments that use them.

use domain::audit::{Actor, Event};
use domain::{Hash, StaffId, Timestamp};
use sealing::Place;
use storage::staff::{Enrolment, Invite, WaitingEnrolment};
use storage::{Result, StorageError};

use crate::audit;
use crate::db::Tx;
use crate::dialect::Dialect;
use crate::shared::Shared;
use crate::staff::{entry, place, revoke_all, roles};
use crate::value::{Row, args};

/// How many clients at once, until somebody sets another number.
const DEFAULT_LIMIT: u32 = 3;

const FIND: &str =
    "SELECT iid_hash, staff_id, roles, expires_at, used_mac FROM invites WHERE iid_hash = $1";

pub(crate) async fn put<DB: Dialect>(
    shared: &Shared<DB>,
    invite: &Invite,
    by: Actor,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str =
        "INSERT INTO invites (iid_hash, staff_id, roles, expires_at) VALUES ($1, $2, $3, $4)";
    let Invite { iid_hash, staff, roles, expires_at } = *invite;
    let mut tx = shared.db.begin().await?;
    tx.execute(SQL, args![iid_hash, staff, roles.bits(), expires_at]).await?;
    audit::write(&mut tx, &entry(by, Event::InviteMade, staff, now)).await?;
    tx.commit().await
}

pub(crate) async fn find<DB: Dialect>(
    shared: &Shared<DB>,
    iid_hash: Hash,
    now: Timestamp,
) -> Result<Invite> {
    let row = shared.db.one(FIND, args![iid_hash]).await?;
    if row.opt_bytes(4)?.is_some() {
        return Err(StorageError::Reused);
    }
    invite(&row, now)
}

pub(crate) async fn start<DB: Dialect>(
    shared: &Shared<DB>,
    iid_hash: Hash,
    start: Hash,
    drawn: Vec<u8>,
    now: Timestamp,
) -> Result<Vec<u8>> {
    const SQL: &str = "UPDATE invites SET totp = $3, started_by = $2
        WHERE iid_hash = $1 AND used_mac IS NULL AND (started_by IS NULL OR started_by <> $2)";
    find(shared, iid_hash, now).await?;
    let sealed = shared.seal(secret_place(&iid_hash), &drawn)?;
    if shared.db.execute(SQL, args![iid_hash, start, sealed]).await? > 0 {
        return Ok(drawn);
    }
    secret(shared, iid_hash, now).await?.ok_or(StorageError::NotFound)
}

pub(crate) async fn secret<DB: Dialect>(
    shared: &Shared<DB>,
    iid_hash: Hash,
    now: Timestamp,
) -> Result<Option<Vec<u8>>> {
    const SQL: &str = "SELECT totp, expires_at FROM invites WHERE iid_hash = $1";
    let row = shared.db.one(SQL, args![iid_hash]).await?;
    if row.time(1)? <= now {
        return Err(StorageError::Expired);
    }
    let sealed = row.opt_bytes(0)?;
    sealed.map(|sealed| shared.open(secret_place(&iid_hash), sealed)).transpose()
}

fn secret_place(iid_hash: &Hash) -> Place<'_> {
    Place { table: "invites", row_key: iid_hash.as_bytes(), column: "totp" }
}

pub(crate) async fn enrol<DB: Dialect>(
    shared: &Shared<DB>,
    enrolment: &Enrolment,
) -> Result<StaffId> {
    const USE: &str = "UPDATE invites SET used_mac = $2 WHERE iid_hash = $1 AND used_mac IS NULL";
    let Enrolment { iid_hash, mac, now, .. } = *enrolment;
    let mut tx = shared.db.begin().await?;
    // The update holds the invite, so that of two enrolments at once one finds it used.
    let used = tx.execute(USE, args![iid_hash, mac]).await? == 0;
    let row = tx.one(FIND, args![iid_hash]).await?;
    let invite = invite(&row, now)?;
    if used {
        let same = row.opt_bytes(4)? == Some(&mac[..]);
        return if same { Ok(invite.staff) } else { Err(StorageError::Reused) };
    }
    put_staff(shared, &mut tx, &invite, enrolment).await?;
    put_waiting(&mut tx, invite.staff, enrolment).await?;
    revoke_all(&mut tx, invite.staff, now).await?;
    let entry = entry(Actor::Staff(invite.staff), Event::Enrolled, invite.staff, now);
    audit::write(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(invite.staff)
}

pub(crate) async fn waiting<DB: Dialect>(shared: &Shared<DB>) -> Result<Vec<WaitingEnrolment>> {
    const SQL: &str = "SELECT s.id, s.roles, s.alias, e.q, e.sig, e.mac, e.iid_hash,
            s.display_name, e.at
        FROM enrolments e JOIN staff s ON s.id = e.staff_id
        WHERE NOT s.disabled ORDER BY e.at, s.id";
    let read = |row: &Row| {
        let staff = row.id(0)?;
        Ok(WaitingEnrolment {
            staff,
            roles: roles(row, 1)?,
            alias: row.number(2)?,
            q: row.bytes(3)?.to_vec(),
            sig: row.id(4)?,
            mac: row.id(5)?,
            iid_hash: row.id(6)?,
            display_name: shared.open_text(place(&staff, "display_name"), row.bytes(7)?)?,
            at: row.time(8)?,
        })
    };
    shared.db.rows(SQL, args![]).await?.iter().map(read).collect()
}

fn invite(row: &Row, now: Timestamp) -> Result<Invite> {
    let invite = Invite {
        iid_hash: row.id(0)?,
        staff: row.id(1)?,
        roles: roles(row, 2)?,
        expires_at: row.time(3)?,
    };
    if invite.expires_at <= now { Err(StorageError::Expired) } else { Ok(invite) }
}

/// Writes the person; a re-enrolment replaces keys, credentials and vault of the same person.
async fn put_staff<DB: Dialect>(
    shared: &Shared<DB>,
    tx: &mut Tx<DB>,
    invite: &Invite,
    new: &Enrolment,
) -> Result<()> {
    const SQL: &str = "INSERT INTO staff (id, alias, roles, standing, sig_kid, kem_kid,
            display_name, email_tag, email, opaque, totp, vault, vault_version, status, max_load)
        SELECT $1, COALESCE(MAX(alias), 0) + 1, $2, 'waiting', $3, $4, $5, $6, $7, $8, $9, $10, 1,
            'pause', $11
        FROM staff WHERE TRUE
        ON CONFLICT (id) DO UPDATE SET roles = excluded.roles, standing = 'waiting',
            disabled = FALSE, sig_kid = excluded.sig_kid, kem_kid = excluded.kem_kid,
            display_name = excluded.display_name, email_tag = excluded.email_tag,
            email = excluded.email, opaque = excluded.opaque, totp = excluded.totp,
            vault = excluded.vault, vault_version = 1";
    let id = invite.staff;
    let seal = |column, plain: &[u8]| shared.seal(place(&id, column), plain);
    let values = args![
        id,
        invite.roles.bits(),
        new.sig_kid,
        new.kem_kid,
        seal("display_name", new.display_name.as_bytes())?,
        new.email_tag,
        seal("email", new.email.as_bytes())?,
        seal("opaque", &new.opaque)?,
        seal("totp", &new.totp)?,
        seal("vault", &new.vault)?,
        DEFAULT_LIMIT,
    ];
    tx.execute(SQL, values).await.map(drop)
}

async fn put_waiting<DB: Dialect>(tx: &mut Tx<DB>, staff: StaffId, new: &Enrolment) -> Result<()> {
    const SQL: &str = "INSERT INTO enrolments (staff_id, iid_hash, q, sig, mac, at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (staff_id) DO UPDATE SET iid_hash = excluded.iid_hash, q = excluded.q,
            sig = excluded.sig, mac = excluded.mac, at = excluded.at";
    let Enrolment { iid_hash, sig, mac, now, .. } = *new;
    tx.execute(SQL, args![staff, iid_hash, new.q.clone(), sig, mac, now]).await.map(drop)
}
