//! The organisation as an actor has verified it: keys under the root, rosters under the keys.

use std::collections::BTreeMap;

use crypto::hash::h;
use crypto::roster::{KnownRoster, Renewal, Roster, Rosters, Standing, standing};
use crypto::statement::OrgKeys;
use crypto::{Hash, Id, PublicKey};
use protocol::{OrgAt, OrgState, StaffOrg, Statement};

use crate::{Error, Result, wire};

/// Everything known of an organisation, all of it verified under one root.
#[derive(Debug, Clone)]
pub struct Organisation {
    org_id: Id,
    root: PublicKey,
    orgkeys: BTreeMap<u64, (OrgKeys, Hash)>,
    rosters: Rosters,
    hashes: BTreeMap<u64, Hash>,
    current: u64,
    renewed: Option<u64>,
}

impl Organisation {
    /// Nothing known yet but the root.
    pub fn new(org_id: Id, root: PublicKey) -> Self {
        Self {
            org_id,
            root,
            orgkeys: BTreeMap::new(),
            rosters: Rosters::default(),
            hashes: BTreeMap::new(),
            current: 0,
            renewed: None,
        }
    }

    /// The organisation's id.
    pub fn id(&self) -> Id {
        self.org_id
    }

    /// Takes what `GET /api/org` says; versions never fall.
    pub fn take_state(&mut self, state: &OrgState) -> Result<()> {
        if state.org_id.0 != self.org_id {
            return Err(Error::alarm("another organisation"));
        }
        if let Some(statement) = &state.orgkeys {
            self.take_orgkeys(statement)?;
        }
        if let Some(statement) = &state.roster {
            let version = self.take_roster(statement)?;
            if version < self.current {
                return Err(Error::alarm("an older roster than the one known"));
            }
            if version > self.current {
                (self.current, self.renewed) = (version, None);
            }
        }
        self.take_entries(state.entries.iter().map(|entry| entry.0.as_slice()))?;
        match &state.renewal {
            Some(renewal) => self.take_renewal(renewal),
            None => Ok(()),
        }
    }

    /// Takes the statements and entries that come with a case's records.
    pub fn take_history(&mut self, history: &OrgAt) -> Result<()> {
        for statement in &history.orgkeys {
            self.take_orgkeys(statement)?;
        }
        for statement in &history.rosters {
            self.take_roster(statement)?;
        }
        self.take_entries(history.entries.iter().map(|entry| entry.0.as_slice()))
    }

    /// Takes what a member of staff may know: the whole chain of rosters.
    pub fn take_staff(&mut self, staff: &StaffOrg) -> Result<()> {
        for statement in &staff.orgkeys_before {
            self.take_orgkeys(statement)?;
        }
        if let Some(newest) = &staff.org.orgkeys {
            self.take_orgkeys(newest)?;
        }
        for statement in staff.rosters_before.iter().chain(&staff.org.roster) {
            self.take_roster(statement)?;
        }
        self.check_chain()?;
        self.take_entries(staff.entries.iter().map(|entry| entry.0.as_slice()))?;
        self.take_state(&staff.org)
    }

    /// The newest `orgkeys`.
    pub fn orgkeys(&self) -> Result<&OrgKeys> {
        let newest = self.orgkeys.last_key_value().map(|(_, (keys, _))| keys);
        newest.ok_or_else(|| Error::NotPossible("there are no orgkeys yet".to_owned()))
    }

    /// The current roster.
    pub fn roster(&self) -> Result<&KnownRoster> {
        let roster = self.rosters.get(self.current);
        roster.ok_or_else(|| Error::NotPossible("there is no roster yet".to_owned()))
    }

    /// The current roster's version and `H(payload)`; zeros before the first.
    pub fn roster_head(&self) -> (u64, Hash) {
        (self.current, self.hashes.get(&self.current).copied().unwrap_or([0; 32]))
    }

    /// Every roster known, to judge records by.
    pub fn rosters(&self) -> &Rosters {
        &self.rosters
    }

    /// How the current roster stands at `now`, ms since 1970.
    pub fn standing(&self, now: u64) -> Result<Standing> {
        Ok(standing(now, self.roster()?.roster.issued, self.renewed))
    }

    fn take_orgkeys(&mut self, statement: &Statement) -> Result<()> {
        let statement = wire::statement(statement)?;
        let keys: OrgKeys = statement.verify(&self.root, &self.org_id).map_err(Error::alarm)?;
        let hash = statement.hash();
        match self.orgkeys.get(&keys.version) {
            Some((_, known)) if *known != hash => Err(Error::alarm("two orgkeys of one version")),
            _ => {
                if let Some((salt, _)) = self.orgkeys.values().next()
                    && salt.org_salt != keys.org_salt
                {
                    return Err(Error::alarm("orgkeys with another salt"));
                }
                self.orgkeys.insert(keys.version, (keys, hash));
                Ok(())
            }
        }
    }

    fn take_roster(&mut self, statement: &Statement) -> Result<u64> {
        let statement = wire::statement(statement)?;
        let hash = statement.hash();
        // The version only chooses the key; the signature is checked with it below.
        let claimed: Roster = serde_json::from_slice(&statement.payload).map_err(Error::alarm)?;
        if let Some(known) = self.hashes.get(&claimed.version) {
            return if *known == hash {
                Ok(claimed.version)
            } else {
                Err(Error::alarm("two rosters of one version"))
            };
        }
        let (keys, _) = self
            .orgkeys
            .get(&claimed.orgkeys_version)
            .ok_or_else(|| Error::alarm("a roster under unknown orgkeys"))?;
        let roster: Roster =
            statement.verify_any(&keys.roster_keys, &self.org_id).map_err(Error::alarm)?;
        let version = roster.version;
        self.hashes.insert(version, hash);
        self.rosters.insert(KnownRoster::new(roster, []).map_err(Error::alarm)?);
        Ok(version)
    }

    /// Each roster follows the one before it, from the first on.
    fn check_chain(&self) -> Result<()> {
        let mut before = [0; 32];
        for (index, (version, hash)) in (1_u64..).zip(&self.hashes) {
            let follows = self.rosters.get(*version).is_some_and(|r| r.roster.prev == before);
            if *version != index || !follows {
                return Err(Error::alarm(format!("roster {version} does not follow")));
            }
            before = *hash;
        }
        Ok(())
    }

    /// An entry belongs to every roster that lists its hash; one that none lists is refused.
    fn take_entries<'a>(&mut self, entries: impl Iterator<Item = &'a [u8]>) -> Result<()> {
        for entry in entries {
            let hash = h(entry);
            let mut listed = false;
            for version in self.hashes.keys() {
                let Some(known) = self.rosters.get(*version) else { continue };
                if known.roster.staff.contains(&hash) {
                    let mut known = known.clone();
                    known.learn(entry).map_err(Error::alarm)?;
                    self.rosters.insert(known);
                    listed = true;
                }
            }
            if !listed {
                return Err(Error::alarm("an entry that no roster lists"));
            }
        }
        Ok(())
    }

    fn take_renewal(&mut self, statement: &Statement) -> Result<()> {
        let (_, hash) = self.roster_head();
        let renewal = {
            let roster = self.roster()?;
            let keys = self.orgkeys.get(&roster.roster.orgkeys_version);
            let keys = keys.map(|(keys, _)| keys.roster_keys.as_slice()).unwrap_or_default();
            let statement = wire::statement(statement)?;
            match Renewal::verify(&statement, roster, &hash, keys) {
                Ok(renewal) => renewal,
                // By nobody who is known to be a supervisor: the roster's own time counts.
                Err(crypto::statement::StatementError::S4Signer) => return Ok(()),
                Err(why) => return Err(Error::alarm(why)),
            }
        };
        self.renewed = self.renewed.max(Some(renewal.issued));
        Ok(())
    }
}
