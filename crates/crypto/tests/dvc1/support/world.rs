//! An organisation, a client and a case, all from fixed seeds.

use crypto::case_id::CaseKeys;
use crypto::encode::c;
use crypto::epoch::{
    BoxRow, CreatorKind, Draft, EpochKey, Lane, LaneKind, Reader, ReaderKind, Reason, Record, build,
};
use crypto::hash::{h, h16};
use crypto::kem::KemKey;
use crypto::message::{Content, Envelope, Header, seal};
use crypto::roster::{Group, GroupKind, KnownRoster, Role, Roster, Rosters, StaffEntry};
use crypto::sign::SigningKey;
use crypto::{Id, Secret};

/// The day on which every roster here is issued, ms.
const ISSUED: u64 = 1_760_000_000_000;

pub(crate) fn secret(label: &str) -> Secret<32> {
    Secret::new(h(label.as_bytes()))
}

pub(crate) fn id(label: &str) -> Id {
    h16(label.as_bytes())
}

pub(crate) fn signer(name: &str) -> SigningKey {
    SigningKey::from_seed(&secret(&format!("sig/{name}")))
}

pub(crate) fn opener(name: &str) -> KemKey {
    KemKey::new(secret(&format!("kem/{name}")))
}

pub(crate) fn group_key(kind: GroupKind, generation: u32) -> KemKey {
    opener(&format!("{}/{generation}", kind.as_str()))
}

pub(crate) fn case() -> CaseKeys {
    CaseKeys::new(id("org"), signer("client").public(), opener("client").public())
}

fn entry(name: &str, alias: u32, role: Role) -> StaffEntry {
    StaffEntry {
        staff_id: id(name),
        alias,
        roles: vec![role],
        sig_pk: signer(name).public(),
        kem_pk: opener(name).public(),
        not_before: ISSUED - 1,
        not_after: ISSUED + if name == "erna" { 0 } else { 31_536_000_000 },
    }
}

/// Anna, Budi and Citra are counselors, Sari and Tuti supervisors, Dewi an admin; Erna's time is up.
fn everybody() -> Vec<StaffEntry> {
    vec![
        entry("anna", 1, Role::Counselor),
        entry("budi", 2, Role::Counselor),
        entry("citra", 3, Role::Counselor),
        entry("sari", 4, Role::Supervisor),
        entry("tuti", 5, Role::Supervisor),
        entry("dewi", 6, Role::Admin),
        entry("erna", 7, Role::Counselor),
    ]
}

fn roster(version: u64, generation: u32, staff: &[StaffEntry]) -> (String, Vec<String>) {
    let entries: Vec<String> =
        staff.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
    let group = |kind| Group { kind, generation, kem_pk: group_key(kind, generation).public() };
    let roster = Roster {
        org_id: id("org"),
        version,
        orgkeys_version: 1,
        prev: [0; 32],
        issued: ISSUED,
        staff: entries.iter().map(|entry| h(entry.as_bytes())).collect(),
        groups: vec![group(GroupKind::Team), group(GroupKind::Escalation)],
    };
    (serde_json::to_string(&roster).unwrap(), entries)
}

/// Roster 1 has everybody; 2 is without Budi and Tuti; in 3 Citra's key is of low
/// order and Budi is an admin only.
pub(crate) fn roster_texts() -> Vec<(String, Vec<String>)> {
    let mut all = everybody();
    let stay: Vec<StaffEntry> =
        all.iter().filter(|e| ![id("budi"), id("tuti")].contains(&e.staff_id)).cloned().collect();
    let texts = vec![roster(1, 1, &all), roster(2, 2, &stay)];
    all[1].roles = vec![Role::Admin];
    all[2].kem_pk = [0; 32];
    texts.into_iter().chain([roster(3, 2, &all)]).collect()
}

pub(crate) fn rosters() -> Rosters {
    let mut rosters = Rosters::default();
    for (payload, entries) in roster_texts() {
        let roster = serde_json::from_str(&payload).unwrap();
        let entries = entries.iter().map(String::as_bytes);
        rosters.insert(KnownRoster::new(roster, entries).unwrap());
    }
    rosters
}

/// What a record is made of before anybody meddles with it.
#[derive(Clone)]
pub(crate) struct Spec {
    pub(crate) reason: Reason,
    /// "client", or a name.
    pub(crate) creator: &'static str,
    pub(crate) staff: Vec<&'static str>,
    pub(crate) team: bool,
    pub(crate) version: u64,
    pub(crate) back: bool,
}

pub(crate) fn spec(
    reason: Reason,
    creator: &'static str,
    staff: &[&'static str],
    team: bool,
) -> Spec {
    Spec { reason, creator, staff: staff.to_vec(), team, version: 1, back: true }
}

impl Spec {
    pub(crate) fn version(mut self, version: u64) -> Self {
        self.version = version;
        self
    }

    pub(crate) fn without_back(mut self) -> Self {
        self.back = false;
        self
    }
}

/// One lane, with everything a reader could hold.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) lane: Lane,
    pub(crate) kind: LaneKind,
    pub(crate) records: Vec<Record>,
    pub(crate) keys: Vec<EpochKey>,
}

impl Story {
    pub(crate) fn new(kind: LaneKind) -> Self {
        Self { lane: Lane::new(case(), kind), kind, records: Vec::new(), keys: Vec::new() }
    }

    /// A lane made of these records, each of which must be accepted.
    pub(crate) fn of(kind: LaneKind, specs: &[Spec]) -> Self {
        let mut story = Self::new(kind);
        for spec in specs {
            story.add(spec);
        }
        story
    }

    pub(crate) fn add(&mut self, spec: &Spec) {
        let (record, key) = self.make(spec);
        let accepted = self.lane.check_public(&record, &rosters(), None).unwrap();
        self.lane.append(&accepted);
        self.records.push(record);
        self.keys.push(key);
    }

    pub(crate) fn key_for_next(&self) -> EpochKey {
        let epoch = self.lane.next_epoch();
        let secret = secret(&format!("E/{}/{epoch}", self.kind.as_u8()));
        EpochKey::new(id("org"), case().case_id, self.kind, epoch, secret)
    }

    pub(crate) fn readers(&self, spec: &Spec) -> Vec<Reader> {
        let all = rosters();
        let named = all.get(spec.version).unwrap();
        let mut readers: Vec<Reader> = spec
            .staff
            .iter()
            .map(|name| {
                let known = named.person(&id(name)).map(|entry| entry.kem_pk);
                let kem_pk = known.unwrap_or_else(|| opener(name).public());
                Reader { kind: ReaderKind::Staff, kem_pk }
            })
            .collect();
        if self.kind == LaneKind::Chat {
            readers.push(Reader { kind: ReaderKind::Client, kem_pk: case().ckem_pk });
        }
        let group = |kind| named.roster.newest(kind).unwrap().kem_pk;
        if spec.team {
            readers.push(Reader { kind: ReaderKind::Team, kem_pk: group(GroupKind::Team) });
        }
        let kem_pk = group(GroupKind::Escalation);
        readers.push(Reader { kind: ReaderKind::Escalation, kem_pk });
        readers
    }

    pub(crate) fn make(&self, spec: &Spec) -> (Record, EpochKey) {
        self.make_for(spec, self.readers(spec))
    }

    /// Makes the next record for any readers.
    pub(crate) fn make_for(&self, spec: &Spec, readers: Vec<Reader>) -> (Record, EpochKey) {
        let creator = signer(spec.creator);
        let client = spec.creator == "client";
        let draft = Draft {
            case: &case(),
            lane: self.kind,
            epoch: self.lane.next_epoch(),
            prev: self.lane.last_hash(),
            creator_kind: if client { CreatorKind::Client } else { CreatorKind::Staff },
            reason: spec.reason,
            roster_version: spec.version,
            readers,
            before: self.keys.last().filter(|_| spec.back),
        };
        let secret = Secret::new(*self.key_for_next().secret().expose());
        build(&draft, &creator, secret).unwrap()
    }
}

/// Signs a body that somebody has changed.
pub(crate) fn signed(body: Vec<u8>, creator: &str, boxes: Vec<BoxRow>) -> Record {
    let sig = signer(creator).sign(&c("sig/epoch", &[&h(&body)]));
    Record { body, sig, boxes }
}

/// A message of the next seq, as an honest sender makes it.
pub(crate) fn message(
    key: &EpochKey,
    from: &str,
    number: u32,
    seen: (u64, [u8; 32]),
) -> (Header, Content, Envelope) {
    let client = from == "client";
    let header = Header {
        org_id: key.org_id,
        case_id: key.case_id,
        lane: key.lane,
        epoch: key.epoch,
        msg_id: id(&format!("msg/{from}/{number}")),
        sender_kind: if client { CreatorKind::Client } else { CreatorKind::Staff },
        sender: signer(from).kid(),
        kind: 1,
    };
    let content = Content {
        ctr: number,
        ts_ms: ISSUED + u64::from(number),
        seen_seq: seen.0,
        seen_th: seen.1,
        body: format!("{{\"t\":\"{from} {number}\"}}").into_bytes().into(),
    };
    let envelope = seal(&header, &content, key, &signer(from)).unwrap();
    (header, content, envelope)
}
