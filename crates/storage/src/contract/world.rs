//! An organisation with its people, and clients who open cases: what stories begin with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::audit::Actor;
use domain::case::{LaneHead, Language, Preference, Routing};
use domain::opening::OpeningReason;
use domain::policy::LevelThenFirstCome;
use domain::record::{Reader, ReaderType, Reason, RecordHead};
use domain::staff::{GroupKind, Role, RosterEntry, Status};
use domain::{
    CaseId, EscId, Hash, Kid, Lane, Level, MsgId, OpeningId, Session, SessionId, StaffId, Timestamp,
};

use super::ok;
use crate::cases::Opening;
use crate::messages::{Append, NewMessage, Stored, Writer};
use crate::openings::BreakGlass;
use crate::org::{GroupBox, NewEntry, NewGroup, NewRoster, Statement};
use crate::records::{EpochBox, NewRecord};
use crate::sessions::{Claim, ClaimRecords, Claimed, JoinRecords, Moved};
use crate::staff::{Enrolment, Invite};
use crate::{Result, Store};

/// When every story begins.
pub(super) const START: Timestamp = Timestamp(1_700_000_000_000);

/// So many seconds into the story.
pub(super) fn at(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

pub(super) const DAY: u64 = 24 * 60 * 60;
pub(super) const TEAM: Kid = Kid::new([0xa1; 16]);
pub(super) const ESCALATION: Kid = Kid::new([0xe1; 16]);
/// The reader of every record.
const EVERY_CASE: (ReaderType, Kid) = (ReaderType::Escalation, ESCALATION);

/// A staff member of the story.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) id: StaffId,
    pub(super) sig: Kid,
    pub(super) kem: Kid,
}

/// A client of the story, with what her browser remembers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client {
    pub(super) case: CaseId,
    pub(super) session: SessionId,
    pub(super) token: Hash,
    pub(super) sig: Kid,
    pub(super) kem: Kid,
}

/// The story's stage.
#[derive(Clone)]
pub(super) struct World {
    pub(super) store: Store,
    next: Arc<AtomicU64>,
}

impl World {
    /// Organisation keys, both groups, two counselors who hold the team key, roster 1.
    pub(super) async fn new(store: Store) -> (Self, Person, Person) {
        let (world, one, two, []) = Self::supervised(store).await;
        (world, one, two)
    }

    /// The same with so many supervisors in the roster.
    pub(super) async fn supervised<const N: usize>(
        store: Store,
    ) -> (Self, Person, Person, [Person; N]) {
        let world = Self { store, next: Arc::new(AtomicU64::new(1)) };
        let (one, two) = (world.enrol("one").await, world.enrol("two").await);
        let mut supervisors = Vec::new();
        for n in 0..N {
            supervisors.push(world.enrol(&format!("supervisor {n}")).await);
        }
        let keys = Statement { version: 1, hash: world.hash(), bytes: b"orgkeys".to_vec() };
        ok(world.store.org.publish_orgkeys(keys, one.id, START).await);
        for (kind, kid) in [(GroupKind::Team, TEAM), (GroupKind::Escalation, ESCALATION)] {
            ok(world.store.org.publish_group(world.group(kind, kid, &[one, two])).await);
        }
        let mut roster = world.roster(1, &[&[one, two], &supervisors[..]].concat());
        for new in roster.entries.iter_mut().skip(2) {
            new.entry.roles = [Role::Supervisor].into_iter().collect();
        }
        ok(world.store.org.publish_roster(roster).await);
        for person in [one, two] {
            assert!(ok(world.store.staff.set_status(person.id, Status::Available).await));
        }
        (world, one, two, supervisors.try_into().expect("so many"))
    }

    /// A world on another store over the same data.
    pub(super) fn on(&self, store: Store) -> Self {
        Self { store, next: Arc::clone(&self.next) }
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        bytes[..8].copy_from_slice(&n.to_be_bytes());
        bytes
    }

    pub(super) fn hash(&self) -> Hash {
        Hash::new(self.bytes())
    }

    pub(super) fn kid(&self) -> Kid {
        Kid::new(self.bytes())
    }

    pub(super) fn session_id(&self) -> SessionId {
        SessionId::new(self.bytes())
    }

    pub(super) fn raise_id(&self) -> EscId {
        EscId::new(self.bytes())
    }

    pub(super) fn opening_id(&self) -> OpeningId {
        OpeningId::new(self.bytes())
    }

    /// An invite for a counselor.
    pub(super) fn invite(&self) -> Invite {
        Invite {
            iid_hash: self.hash(),
            staff: StaffId::new(self.bytes()),
            roles: [Role::Counselor].into_iter().collect(),
            expires_at: at(3 * DAY),
        }
    }

    pub(super) fn enrolment(&self, invite: &Invite, name: &str) -> Enrolment {
        Enrolment {
            iid_hash: invite.iid_hash,
            q: format!("q of {name}").into_bytes(),
            sig: self.bytes(),
            mac: self.bytes(),
            sig_kid: self.kid(),
            kem_kid: self.kid(),
            display_name: name.to_owned(),
            email_tag: self.hash(),
            email: format!("{name}@example.org"),
            opaque: format!("opaque of {name}").into_bytes(),
            totp: b"totp".to_vec(),
            vault: b"vault 1".to_vec(),
            now: START,
        }
    }

    pub(super) async fn enrol(&self, name: &str) -> Person {
        let invite = self.invite();
        ok(self.store.staff.invite(invite.clone(), Actor::Cli("root".into()), START).await);
        let enrolment = self.enrolment(&invite, name);
        let (sig, kem) = (enrolment.sig_kid, enrolment.kem_kid);
        Person { id: ok(self.store.staff.enrol(enrolment).await), sig, kem }
    }

    pub(super) fn group(&self, kind: GroupKind, key: Kid, members: &[Person]) -> NewGroup {
        let boxed = |person: &Person| GroupBox {
            kind,
            generation: 1,
            rkid: person.kem,
            bytes: b"half".to_vec(),
        };
        NewGroup {
            kind,
            generation: 1,
            kem_pk: self.bytes(),
            kid: key,
            statement: b"group".to_vec(),
            sig: self.bytes(),
            maker: self.kid(),
            boxes: members.iter().map(boxed).collect(),
            by: StaffId::new([0; 16]),
            now: START,
        }
    }

    pub(super) fn roster(&self, version: u64, people: &[Person]) -> NewRoster {
        let entry = |(alias, person): (u32, &Person)| NewEntry {
            hash: self.hash(),
            entry: RosterEntry {
                staff: person.id,
                alias,
                roles: [Role::Counselor].into_iter().collect(),
                sig_kid: person.sig,
                kem_kid: person.kem,
                not_before: START,
                not_after: at(365 * DAY),
            },
            bytes: b"entry".to_vec(),
        };
        NewRoster {
            statement: Statement { version, hash: self.hash(), bytes: b"roster".to_vec() },
            orgkeys_version: 1,
            issued_at: START,
            entries: (1..).zip(people).map(entry).collect(),
            groups: vec![(GroupKind::Team, 1, TEAM), (GroupKind::Escalation, 1, ESCALATION)],
            strict: false,
            by: StaffId::new([0; 16]),
            now: START,
        }
    }

    /// A record with a box for each reader.
    pub(super) fn record(
        &self,
        lane: Lane,
        (prev, epoch): (Hash, u32),
        reason: Reason,
        readers: &[(ReaderType, Kid)],
    ) -> NewRecord {
        let reader = |&(rtype, rkid)| Reader { rtype, rkid, box_hash: self.hash() };
        let sealed = |&(rtype, rkid)| EpochBox { rtype, rkid, bytes: b"box".to_vec() };
        NewRecord {
            head: RecordHead {
                lane,
                epoch,
                prev,
                hash: self.hash(),
                reason,
                back_link: epoch > 0,
                creator: self.kid(),
                roster_version: 1,
                readers: readers.iter().map(reader).collect(),
            },
            body: format!("body {epoch}").into_bytes(),
            sig: self.bytes(),
            boxes: readers.iter().map(sealed).collect(),
        }
    }

    pub(super) fn message(&self, lane: Lane, epoch: u32, sender: Kid) -> NewMessage {
        NewMessage {
            id: MsgId::new(self.bytes()),
            lane,
            epoch,
            sender,
            leaf: self.hash(),
            ct_hash: self.hash(),
            envelope: b"envelope".to_vec(),
        }
    }

    pub(super) fn opening(&self, level: u8, now: Timestamp) -> (Opening, Client) {
        let (sig, kem) = (self.kid(), self.kid());
        let readers = [(ReaderType::Client, kem), (ReaderType::Team, TEAM), EVERY_CASE];
        let record = self.record(Lane::Chat, (Hash::ZERO, 0), Reason::Open, &readers);
        let client = Client {
            case: CaseId::new(self.bytes()),
            session: self.session_id(),
            token: self.hash(),
            sig,
            kem,
        };
        let opening = Opening {
            case: client.case,
            session: client.session,
            token: client.token,
            csig_kid: sig,
            csig_pk: self.bytes(),
            ckem_pk: self.bytes(),
            routing: Routing {
                language: Language::Indonesian,
                preference: Preference::Woman,
                skill: Some(1),
                excluded: vec![StaffId::new([9; 16])],
            },
            level: Level::try_from(level).unwrap(),
            escalation: self.raise_id(),
            record,
            messages: vec![self.message(Lane::Chat, 0, sig), self.message(Lane::Chat, 0, sig)],
            now,
        };
        (opening, client)
    }

    /// A client who waits, connected.
    pub(super) async fn open(&self, level: u8, now: Timestamp) -> Client {
        let (opening, client) = self.opening(level, now);
        assert!(ok(self.store.cases.open(opening).await).fresh);
        ok(self.store.sessions.client_back(client.session).await);
        client
    }

    pub(super) async fn claim(
        &self,
        client: &Client,
        by: &Person,
        now: Timestamp,
    ) -> Result<Claimed> {
        let claim = Claim { session: client.session, staff: by.id, now };
        self.store.sessions.claim(claim, &LevelThenFirstCome).await
    }

    /// The records of a claim, for the heads as they stand.
    pub(super) async fn claim_records(
        &self,
        client: &Client,
        by: &Person,
        now: Timestamp,
    ) -> ClaimRecords {
        let case = ok(self.store.cases.get(client.case).await);
        let chat = (case.chat.record, case.chat.epoch + 1);
        let (notes, reason) = match &case.notes {
            Some(head) => ((head.record, head.epoch + 1), Reason::Claim),
            None => ((Hash::ZERO, 0), Reason::Open),
        };
        let both = [(ReaderType::Client, client.kem), (ReaderType::Staff, by.kem), EVERY_CASE];
        let staff = [(ReaderType::Staff, by.kem), (ReaderType::Team, TEAM), EVERY_CASE];
        ClaimRecords {
            session: client.session,
            staff: by.id,
            chat: self.record(Lane::Chat, chat, Reason::Claim, &both),
            notes: self.record(Lane::Notes, notes, reason, &staff),
            messages: vec![self.message(Lane::Chat, chat.1, by.sig)],
            now,
        }
    }

    /// Both steps of a claim.
    pub(super) async fn take(&self, client: &Client, by: &Person, now: Timestamp) -> Moved {
        ok(self.claim(client, by, now).await);
        let records = self.claim_records(client, by, now).await;
        ok(self.store.sessions.claim_records(records).await)
    }

    /// The next records of both lanes, for these readers.
    pub(super) async fn both(
        &self,
        client: &Client,
        reason: Reason,
        people: &[&Person],
    ) -> [NewRecord; 2] {
        let case = ok(self.store.cases.get(client.case).await);
        let staff = people.iter().map(|person| (ReaderType::Staff, person.kem));
        let chat: Vec<_> = [(ReaderType::Client, client.kem)]
            .into_iter()
            .chain(staff.clone())
            .chain([EVERY_CASE])
            .collect();
        let notes: Vec<_> = staff.chain([(ReaderType::Team, TEAM), EVERY_CASE]).collect();
        let next = |head: &LaneHead| (head.record, head.epoch + 1);
        let head = case.notes.expect("claimed once");
        [
            self.record(Lane::Chat, next(&case.chat), reason, &chat),
            self.record(Lane::Notes, next(&head), reason, &notes),
        ]
    }

    /// What a supervisor posts to join, or to take over, for these readers.
    pub(super) async fn joining(
        &self,
        client: &Client,
        by: &Person,
        (reason, people): (Reason, &[&Person]),
        now: Timestamp,
    ) -> JoinRecords {
        let [chat, notes] = self.both(client, reason, people).await;
        let messages = vec![self.message(Lane::Chat, chat.head.epoch, by.sig)];
        JoinRecords { session: client.session, staff: by.id, chat, notes, messages, now }
    }

    /// A supervisor breaks the glass of a case; others are there.
    pub(super) fn glass(&self, client: &Client, by: &Person, now: Timestamp) -> BreakGlass {
        BreakGlass {
            id: self.opening_id(),
            case: client.case,
            by: by.id,
            reason: OpeningReason::Danger,
            others_here: true,
            now,
        }
    }

    /// A reopening record for the chat as it stands.
    pub(super) async fn reopening(&self, client: &Client) -> NewRecord {
        let head = ok(self.store.cases.get(client.case).await).chat;
        let readers = [(ReaderType::Client, client.kem), (ReaderType::Team, TEAM), EVERY_CASE];
        self.record(Lane::Chat, (head.record, head.epoch + 1), Reason::Reopen, &readers)
    }

    pub(super) async fn client_says(
        &self,
        client: &Client,
        message: &NewMessage,
        now: Timestamp,
    ) -> Result<Stored> {
        let writer = Writer::Client(client.session);
        let append = Append { case: client.case, writer, message: message.clone(), now };
        self.store.messages.append(append).await
    }

    pub(super) async fn staff_says(
        &self,
        client: &Client,
        by: &Person,
        message: &NewMessage,
        now: Timestamp,
    ) -> Result<Stored> {
        let writer = Writer::Staff { staff: by.id, rkid: by.kem };
        let append = Append { case: client.case, writer, message: message.clone(), now };
        self.store.messages.append(append).await
    }

    pub(super) async fn session(&self, client: &Client) -> Session {
        ok(self.store.sessions.get(client.session).await)
    }
}
