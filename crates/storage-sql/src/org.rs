//! The organisation: its keys and rosters. Groups have a file of their own.

use async_trait::async_trait;
use domain::audit::{Actor, Entry, Event};
use domain::staff::RosterEntry;
use domain::{Hash, Kid, Session, StaffId, Timestamp};
use storage::org::{Group, GroupBox, Holder, NewEntry, NewGroup, NewRoster, Roster, Statement};
use storage::{Org, Result, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::shared::Shared;
use crate::staff::roles;
use crate::value::{Row, args};
use crate::{audit, groups, joins};

/// The columns that [`roster`] reads, in its order; the rest of the statement follows.
macro_rules! select_roster {
    ($rest:literal) => {
        concat!(
            "SELECT version, hash, statement, orgkeys_version, renewal, renewed_at, published_at ",
            "FROM rosters ",
            $rest
        )
    };
}
#[async_trait]
impl<DB: Dialect> Org for Shared<DB> {
    async fn publish_orgkeys(&self, keys: Statement, by: StaffId, now: Timestamp) -> Result<()> {
        const STANDS: &str = "SELECT hash FROM orgkeys WHERE version = $1";
        const SQL: &str =
            "INSERT INTO orgkeys (version, hash, statement, at) VALUES ($1, $2, $3, $4)";
        let mut tx = self.begin_org().await?;
        if let Some(row) = tx.first(STANDS, args![keys.version]).await? {
            return same(row.id::<Hash>(0)? == keys.hash);
        }
        if newest_orgkeys(&mut tx).await?.checked_add(1) != Some(keys.version) {
            return Err(StorageError::StaleVersion);
        }
        tx.execute(SQL, args![keys.version, keys.hash, keys.bytes, now]).await?;
        audit::write(&mut tx, &entry(by, Event::OrgkeysPublished, now)).await?;
        tx.commit().await
    }

    async fn orgkeys(&self) -> Result<Vec<Statement>> {
        const SQL: &str = "SELECT version, hash, statement FROM orgkeys ORDER BY version";
        self.db.rows(SQL, args![]).await?.iter().map(statement).collect()
    }

    async fn publish_roster(&self, roster: NewRoster) -> Result<Vec<Session>> {
        const STANDS: &str = "SELECT hash FROM rosters WHERE version = $1";
        const NEWEST: &str = "SELECT COALESCE(MAX(version), 0) FROM rosters";
        let mut tx = self.begin_org().await?;
        if let Some(row) = tx.first(STANDS, args![roster.statement.version]).await? {
            same(row.id::<Hash>(0)? == roster.statement.hash)?;
            return Ok(Vec::new());
        }
        let newest: u64 = tx.one(NEWEST, args![]).await?.number(0)?;
        let follows = newest.checked_add(1) == Some(roster.statement.version);
        if !follows || newest_orgkeys(&mut tx).await? != roster.orgkeys_version {
            return Err(StorageError::StaleVersion);
        }
        groups::check(&mut tx, &roster.groups).await?;
        put_roster(&mut tx, &roster).await?;
        put_members(&mut tx, &roster).await?;
        let left = joins::end_of_former(&mut tx).await?;
        audit::write(&mut tx, &entry(roster.by, Event::RosterPublished, roster.now)).await?;
        tx.commit().await?;
        Ok(left)
    }

    async fn newest_roster(&self) -> Result<Option<Roster>> {
        const SQL: &str = select_roster!("ORDER BY version DESC LIMIT 1");
        self.db.first(SQL, args![]).await?.as_ref().map(roster).transpose()
    }

    async fn roster(&self, version: u64) -> Result<Roster> {
        roster(&self.db.one(select_roster!("WHERE version = $1"), args![version]).await?)
    }

    async fn entries(&self, hashes: &[Hash]) -> Result<Vec<(Hash, Vec<u8>)>> {
        const SQL: &str = "SELECT hash, bytes FROM roster_entries WHERE hash = $1";
        let mut entries = Vec::with_capacity(hashes.len());
        for hash in hashes {
            if let Some(row) = self.db.first(SQL, args![*hash]).await? {
                entries.push((row.id(0)?, row.bytes(1)?.to_vec()));
            }
        }
        Ok(entries)
    }

    async fn entries_of(&self, version: u64) -> Result<Vec<RosterEntry>> {
        const SQL: &str = "SELECT e.staff_id, e.alias, e.roles, e.sig_kid, e.kem_kid, e.not_before,
                e.not_after
            FROM roster_members m JOIN roster_entries e ON e.hash = m.entry_hash
            WHERE m.version = $1 ORDER BY e.alias";
        self.db.rows(SQL, args![version]).await?.iter().map(roster_entry).collect()
    }

    async fn renew(&self, version: u64, issued_at: Timestamp, bytes: Vec<u8>) -> Result<()> {
        const NEWEST: &str = "SELECT COALESCE(MAX(version), 0) FROM rosters";
        const SQL: &str = "UPDATE rosters SET renewal = $2, renewed_at = $3
            WHERE version = $1 AND renewed_at < $3";
        let mut tx = self.begin_org().await?;
        if tx.one(NEWEST, args![]).await?.number::<u64>(0)? != version {
            return Err(StorageError::StaleRoster);
        }
        tx.execute(SQL, args![version, bytes, issued_at]).await?;
        tx.commit().await
    }

    async fn publish_group(&self, group: NewGroup) -> Result<()> {
        groups::publish(self, &group).await
    }

    async fn groups(&self) -> Result<Vec<Group>> {
        groups::list(self).await
    }

    async fn put_boxes(&self, boxes: Vec<GroupBox>) -> Result<()> {
        groups::put_boxes(self, &boxes).await
    }

    async fn boxes_for(&self, rkid: Kid) -> Result<Vec<GroupBox>> {
        groups::boxes_for(self, rkid).await
    }

    async fn drop_box(&self, holder: Holder, by: StaffId, now: Timestamp) -> Result<bool> {
        groups::drop_box(self, holder, by, now).await
    }

    async fn holders(&self) -> Result<Vec<Holder>> {
        groups::holders(self).await
    }
}

impl<DB: Dialect> Shared<DB> {
    /// Begins a transaction that holds what statements stand on, so that versions leave no gap.
    pub(crate) async fn begin_org(&self) -> Result<Tx<DB>> {
        let mut tx = self.db.begin().await?;
        tx.execute(DB::LOCK_ORG, args![]).await?;
        Ok(tx)
    }
}

/// The answer to a statement whose version stands already.
pub(crate) fn same(same: bool) -> Result<()> {
    if same { Ok(()) } else { Err(StorageError::StaleVersion) }
}

async fn newest_orgkeys<DB: Dialect>(tx: &mut Tx<DB>) -> Result<u64> {
    tx.one("SELECT COALESCE(MAX(version), 0) FROM orgkeys", args![]).await?.number(0)
}

async fn put_roster<DB: Dialect>(tx: &mut Tx<DB>, roster: &NewRoster) -> Result<()> {
    const SQL: &str = "INSERT INTO rosters (version, hash, statement, orgkeys_version, issued_at,
            published_at, strict, renewed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $5)";
    const ENTRY: &str = "INSERT INTO roster_entries
            (hash, bytes, staff_id, alias, roles, sig_kid, kem_kid, not_before, not_after)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (hash) DO NOTHING";
    const MEMBER: &str = "INSERT INTO roster_members (version, entry_hash) VALUES ($1, $2)";
    let NewRoster { orgkeys_version, issued_at, strict, now, .. } = *roster;
    let Statement { version, hash, bytes } = roster.statement.clone();
    let values = args![version, hash, bytes, orgkeys_version, issued_at, now, strict];
    tx.execute(SQL, values).await?;
    for NewEntry { hash, entry: e, bytes } in &roster.entries {
        let (roles, bytes) = (e.roles.bits(), bytes.clone());
        let (from, to) = (e.not_before, e.not_after);
        let values = args![*hash, bytes, e.staff, e.alias, roles, e.sig_kid, e.kem_kid, from, to];
        tx.execute(ENTRY, values).await?;
        tx.execute(MEMBER, args![version, *hash]).await?;
    }
    Ok(())
}

/// Who stands in the roster with the keys they have now is a member; nobody else is.
async fn put_members<DB: Dialect>(tx: &mut Tx<DB>, roster: &NewRoster) -> Result<()> {
    const FORMER: &str = "UPDATE staff SET standing = 'former' WHERE standing = 'member'";
    const MEMBER: &str = "UPDATE staff SET standing = 'member', roles = $2
        WHERE id = $1 AND sig_kid = $3 AND kem_kid = $4";
    const DONE: &str = "DELETE FROM enrolments WHERE staff_id = $1";
    tx.execute(FORMER, args![]).await?;
    for NewEntry { entry: e, .. } in &roster.entries {
        let values = args![e.staff, e.roles.bits(), e.sig_kid, e.kem_kid];
        if tx.execute(MEMBER, values).await? > 0 {
            tx.execute(DONE, args![e.staff]).await?;
        }
    }
    Ok(())
}

fn roster(row: &Row) -> Result<Roster> {
    Ok(Roster {
        statement: statement(row)?,
        orgkeys_version: row.number(3)?,
        renewal: row.opt_bytes(4)?.map(<[u8]>::to_vec),
        renewed_at: row.time(5)?,
        published_at: row.time(6)?,
    })
}

fn statement(row: &Row) -> Result<Statement> {
    Ok(Statement { version: row.number(0)?, hash: row.id(1)?, bytes: row.bytes(2)?.to_vec() })
}

fn roster_entry(row: &Row) -> Result<RosterEntry> {
    Ok(RosterEntry {
        staff: row.id(0)?,
        alias: row.number(1)?,
        roles: roles(row, 2)?,
        sig_kid: row.id(3)?,
        kem_kid: row.id(4)?,
        not_before: row.time(5)?,
        not_after: row.time(6)?,
    })
}

pub(crate) fn entry(by: StaffId, event: Event, at: Timestamp) -> Entry {
    Entry { at, actor: Actor::Staff(by), event, case: None, staff: None, detail: None }
}
