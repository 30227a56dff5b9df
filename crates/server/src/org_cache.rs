//! Orgkeys and rosters, parsed and in memory: every record is judged by them.

use std::sync::{Arc, PoisonError, RwLock};

use crypto::roster::{GroupKind, KnownRoster, Roster, Rosters, StaffEntry};
use crypto::sign::kid_sig;
use crypto::statement::OrgKeys;
use domain::StaffId;
use protocol::{Blob, Kid, OrgKeysPut, PublicKey, Statement};
use storage::{StorageError, Store};

use crate::refusal::Refusal;

/// The organisation as it stands; read it again for each request.
#[derive(Default)]
pub struct OrgCache(RwLock<Arc<OrgNow>>);

/// Everything that was ever published, parsed. Nothing of it changes.
#[derive(Default)]
pub struct OrgNow {
    /// Oldest first; version 1 stands at 0.
    pub orgkeys: Vec<OrgKeysAt>,
    /// Oldest first; version 1 stands at 0.
    pub rosters: Vec<RosterAt>,
    /// The same rosters, as records are judged by them.
    pub known: Rosters,
}

/// Organisation keys with the root they were checked under.
pub struct OrgKeysAt {
    /// The root's public key.
    pub root_pk: PublicKey,
    /// Parsed.
    pub keys: OrgKeys,
    /// As they came.
    pub statement: Statement,
}

/// A roster with the people in it.
pub struct RosterAt {
    /// Parsed.
    pub roster: Roster,
    /// As it came.
    pub statement: Statement,
    /// Everybody in it, with the bytes whose hash it lists.
    pub entries: Vec<(StaffEntry, Blob)>,
    /// The newest renewal.
    pub renewal: Option<Statement>,
}

impl RosterAt {
    /// The entry of the supervisor who renewed it last, and of nobody else: visitors get no list.
    pub fn renewed_by(&self) -> Option<Blob> {
        let Kid(signer) = self.renewal.as_ref()?.kid;
        let mut entries = self.entries.iter();
        let entry = entries.find(|(entry, _)| kid_sig(&entry.sig_pk) == signer);
        entry.map(|(_, bytes)| bytes.clone())
    }
}

impl OrgCache {
    /// The organisation as it stands.
    pub fn now(&self) -> Arc<OrgNow> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads everything again: at start, and after each publication.
    ///
    /// Storage keeps organisation keys as the `OrgKeysPut` that brought them, rosters and renewals
    /// as their statements.
    pub async fn reload(&self, store: &Store) -> Result<(), Refusal> {
        let orgkeys = store.org.orgkeys().await?;
        let orgkeys =
            orgkeys.iter().map(|keys| orgkeys_at(&keys.bytes)).collect::<Result<_, _>>()?;
        let mut now = OrgNow { orgkeys, ..OrgNow::default() };
        let newest = store.org.newest_roster().await?.map_or(0, |roster| roster.statement.version);
        for version in 1..=newest {
            now.take(roster_at(store, version).await?)?;
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        Ok(())
    }
}

impl OrgNow {
    /// The newest organisation keys.
    pub fn newest_orgkeys(&self) -> Option<&OrgKeysAt> {
        self.orgkeys.last()
    }

    /// The newest roster.
    pub fn newest_roster(&self) -> Option<&RosterAt> {
        self.rosters.last()
    }

    /// Whether a chat can begin: a roster names both groups.
    pub fn can_begin(&self) -> bool {
        let both = [GroupKind::Team, GroupKind::Escalation];
        let newest = self.newest_roster();
        newest.is_some_and(|at| both.iter().all(|kind| at.roster.newest(*kind).is_some()))
    }

    /// The roster of a version.
    pub fn roster(&self, version: u64) -> Option<&RosterAt> {
        self.rosters.iter().find(|at| at.roster.version == version)
    }

    /// The number by which the rosters name somebody: the newest that does; 0 where none does.
    pub fn alias(&self, staff: StaffId) -> u32 {
        let entries = self.rosters.iter().rev().flat_map(|at| &at.entries);
        let mut named = entries.filter(|(entry, _)| entry.staff_id == *staff.as_bytes());
        named.next().map_or(0, |(entry, _)| entry.alias)
    }

    fn take(&mut self, at: RosterAt) -> Result<(), Refusal> {
        let entries = at.entries.iter().map(|(_, bytes)| bytes.0.as_slice());
        let known = KnownRoster::new(at.roster.clone(), entries)
            .map_err(|error| Refusal::internal(&error))?;
        self.known.insert(known);
        self.rosters.push(at);
        Ok(())
    }
}

fn orgkeys_at(bytes: &[u8]) -> Result<OrgKeysAt, Refusal> {
    let put: OrgKeysPut = parse(bytes)?;
    let keys = parse(&put.orgkeys.p.0)?;
    Ok(OrgKeysAt { root_pk: put.root_pk, keys, statement: put.orgkeys })
}

async fn roster_at(store: &Store, version: u64) -> Result<RosterAt, Refusal> {
    let stored = store.org.roster(version).await?;
    let statement: Statement = parse(&stored.statement.bytes)?;
    let roster: Roster = parse(&statement.p.0)?;
    let hashes: Vec<_> = roster.staff.iter().copied().map(domain::Hash::new).collect();
    let entries = store.org.entries(&hashes).await?.into_iter();
    let entries = entries
        .map(|(_, bytes)| Ok((parse(&bytes)?, Blob(bytes))))
        .collect::<Result<_, Refusal>>()?;
    let renewal = stored.renewal.as_deref().map(parse).transpose()?;
    Ok(RosterAt { roster, statement, entries, renewal })
}

/// What storage holds was checked before it was stored; if it does not parse, the row is damaged.
fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|_| StorageError::Sealed.into())
}
