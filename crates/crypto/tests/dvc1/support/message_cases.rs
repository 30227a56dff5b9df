//! M: a receiver refuses.

use crypto::encode::c;
use crypto::epoch::LaneKind::{Chat, Notes};
use crypto::epoch::Reason::Open;
use crypto::epoch::{CreatorKind, EpochKey};
use crypto::hash::hkdf;
use crypto::message::{Content, Envelope, Header, seal, th_next, th_start};
use crypto::{Hash, gcm};
use serde_json::{Value, json};

use super::case::{case, records};
use super::reason_cases::claimed;
use super::world::{Story, case as the_case, id, message, signer, spec};

pub(crate) fn cases() -> Vec<Value> {
    [honest(), clear(), sealed(), transcript(), pages(), gone(), sending()].concat()
}

/// What was taken before, and the message under test.
struct Talk {
    story: Story,
    before: Vec<(u64, Envelope)>,
}

impl Talk {
    /// The client wrote in epoch 0, Anna claimed and answered in epoch 1.
    fn new() -> Self {
        let mut talk = Self { story: Story::of(Chat, &claimed()), before: Vec::new() };
        let first = message(talk.key(0), "client", 1, talk.seen()).2;
        talk.before.push((1, first));
        let second = message(talk.key(1), "anna", 1, talk.seen()).2;
        talk.before.push((2, second));
        talk
    }

    fn key(&self, epoch: usize) -> &EpochKey {
        &self.story.keys[epoch]
    }

    fn seen(&self) -> (u64, Hash) {
        let start = (0, th_start(&the_case().case_id, self.story.kind));
        self.before
            .iter()
            .fold(start, |(_, th), (seq, envelope)| (*seq, th_next(&th, *seq, &envelope.leaf())))
    }

    fn case(&self, rule: Option<&str>, what: &str, seq: u64, envelope: &Envelope) -> Value {
        let keys: serde_json::Map<String, Value> = self
            .story
            .keys
            .iter()
            .map(|key| (key.epoch.to_string(), json!(hex::encode(key.secret().expose()))))
            .collect();
        let row = |(seq, envelope): &(u64, Envelope)| row(*seq, envelope);
        let before: Value = self.before.iter().map(row).collect();
        let input = json!({
            "lane": self.story.kind.as_u8(), "chain": records(&self.story.records),
            "keys": keys, "before": before, "message": row(&(seq, envelope.clone())),
        });
        case(rule, what, "message", input)
    }

    /// The client's next message, changed before it is sealed and signed.
    fn with(
        &self,
        rule: &str,
        what: &str,
        change: impl FnOnce(&mut Header, &mut Content),
    ) -> Value {
        let (mut header, mut content, _) = message(self.key(1), "client", 2, self.seen());
        change(&mut header, &mut content);
        let envelope = seal(&header, &content, self.key(1), &signer("client")).unwrap();
        self.case(Some(rule), what, 3, &envelope)
    }

    fn from(&self, rule: &str, what: &str, name: &str, epoch: usize) -> Value {
        self.case(Some(rule), what, 3, &message(self.key(epoch), name, 2, self.seen()).2)
    }
}

fn row(seq: u64, envelope: &Envelope) -> Value {
    json!({ "seq": seq, "h": hex::encode(&envelope.header), "c": hex::encode(&envelope.ct) })
}

fn honest() -> Vec<Value> {
    let talk = Talk::new();
    let next = message(talk.key(1), "client", 2, talk.seen()).2;
    let mut unknown = message(talk.key(1), "client", 2, talk.seen());
    unknown.0.kind = 99;
    let unknown = seal(&unknown.0, &unknown.1, talk.key(1), &signer("client")).unwrap();
    vec![
        talk.case(None, "an honest message", 3, &next),
        talk.case(None, "an unknown kind is never dropped", 3, &unknown),
    ]
}

fn clear() -> Vec<Value> {
    let talk = Talk::new();
    let next = message(talk.key(1), "client", 2, talk.seen()).2;
    let cut = Envelope { header: next.header[..next.header.len() - 1].to_vec(), ..next.clone() };
    let longer = Envelope { header: [&next.header[..], &[0]].concat(), ..next.clone() };
    let mut notes = Talk {
        story: Story::of(Notes, &[spec(Open, "anna", &["anna"], true)]),
        before: Vec::new(),
    };
    let client_in_notes = message(notes.key(0), "client", 1, notes.seen()).2;
    let client_in_notes = notes.case(Some("M4"), "the client in the notes", 1, &client_in_notes);
    notes.story.kind = Notes;
    // Anna writes while nobody has claimed the case.
    let early = Talk { story: Story::of(Chat, &claimed()[..1]), before: Vec::new() };
    let early_note = message(early.key(0), "anna", 1, early.seen()).2;
    vec![
        talk.case(Some("C3"), "a header cut off", 3, &cut),
        talk.case(Some("C5"), "a byte after the header", 3, &longer),
        talk.with("M1", "another organisation", |header, _| header.org_id[0] ^= 1),
        talk.with("M1", "another case", |header, _| header.case_id[0] ^= 1),
        talk.with("M1", "another lane", |header, _| header.lane = Notes),
        talk.case(Some("M2"), "a seq is missing", 4, &next),
        talk.case(Some("M2"), "a seq again", 2, &next),
        talk.with("M3", "an epoch without a record", |header, _| header.epoch = 7),
        talk.from("M14", "an epoch that falls", "client", 0),
        talk.from("M4", "a colleague who is no reader", "budi", 1),
        talk.from("M4", "an admin", "dewi", 1),
        talk.from("M4", "a stranger", "fajar", 1),
        talk.with("M4", "another client", |header, _| header.sender = signer("thief").kid()),
        talk.with("M4", "a counselor as the client", |header, _| {
            header.sender = signer("anna").kid();
        }),
        talk.with("M4", "the client as a counselor", |header, _| {
            header.sender_kind = CreatorKind::Staff;
        }),
        client_in_notes,
        early.case(Some("M4"), "staff in a waiting case", 1, &early_note),
    ]
}

/// Seals any inner text as a message.
fn seal_inner(header: &Header, key: &EpochKey, inner: &[u8]) -> Envelope {
    let place: [&[u8]; 4] =
        [&[header.lane.as_u8()], &header.epoch.to_be_bytes(), &header.sender, &header.msg_id];
    let both: crypto::Secret<44> =
        hkdf(key.secret().expose(), &header.case_id, &c("msg/key", &place));
    let (k, n) = both.expose().split_at(32);
    let hdr = header.to_bytes();
    let ct = gcm::seal(k.try_into().unwrap(), n.try_into().unwrap(), &hdr, inner);
    Envelope { header: hdr, ct }
}

fn sealed() -> Vec<Value> {
    let talk = Talk::new();
    let (header, content, honest) = message(talk.key(1), "client", 2, talk.seen());
    let mut changed = honest.clone();
    changed.ct[40] ^= 1;
    let mut short = honest.clone();
    short.ct.truncate(15);
    let mut swapped = header;
    swapped.kind = 4;
    let swapped = Envelope { header: swapped.to_bytes(), ..honest.clone() };
    // The inner text as the receiver reads it, to be damaged and sealed again.
    let (_, sig) = crypto::message::open(&header, &honest, talk.key(1)).unwrap();
    let len = u32::try_from(content.body.len()).unwrap().to_be_bytes();
    let fixed: [&[u8]; 8] = [
        &[1],
        &content.ctr.to_be_bytes(),
        &content.ts_ms.to_be_bytes(),
        &content.seen_seq.to_be_bytes(),
        &content.seen_th,
        &sig,
        &len,
        &content.body,
    ];
    let inner = |size: usize, change: &dyn Fn(&mut Vec<u8>)| {
        let mut inner = fixed.concat();
        inner.resize(size, 0);
        change(&mut inner);
        seal_inner(&header, talk.key(1), &inner)
    };
    let with = |rule, what, envelope: &Envelope| talk.case(Some(rule), what, 3, envelope);
    let other = seal(&header, &content, talk.key(1), &signer("anna")).unwrap();
    vec![
        with("M5", "changed bytes", &changed),
        with("M5", "cut off", &short),
        with("M5", "another kind in the header", &swapped),
        with(
            "M5",
            "sealed with the key before",
            &seal(&header, &content, talk.key(0), &signer("client")).unwrap(),
        ),
        with("M6", "600 bytes", &inner(600, &|_| {})),
        with("M6", "not filled", &inner(fixed.concat().len(), &|_| {})),
        with("M7", "another version", &inner(512, &|inner| inner[0] = 2)),
        with("M8", "a fill that is not zero", &inner(512, &|inner| inner[511] = 1)),
        with("M8", "a length beyond the end", &inner(512, &|inner| inner[118] = 0xff)),
        with("M8", "a larger size than it needs", &inner(1024, &|_| {})),
        with("M13", "a body that is no text", &inner(512, &|inner| inner[121] = 0xff)),
        with("M9", "another body under the signature", &inner(512, &|inner| inner[122] ^= 1)),
        with("M9", "another time under the signature", &inner(512, &|inner| inner[12] ^= 1)),
        with("M9", "signed by another", &other),
    ]
}

fn transcript() -> Vec<Value> {
    let talk = Talk::new();
    let first_id = id("msg/client/1");
    vec![
        talk.with("M10", "a message id again", |header, _| header.msg_id = first_id),
        talk.with("M11", "the counter stays", |_, content| content.ctr = 1),
        talk.with("M11", "the counter falls", |_, content| content.ctr = 0),
        talk.with("M12", "another transcript", |_, content| content.seen_th[0] ^= 1),
        talk.with("M12", "a seq that is not there yet", |_, content| content.seen_seq = 3),
        talk.with("M12", "a seq far ahead", |_, content| content.seen_seq = 9),
        talk.with("M12", "the hash of another seq", |_, content| content.seen_seq = 1),
    ]
}

fn pages() -> Vec<Value> {
    let talk = Talk::new();
    let (before, th) = talk.seen();
    let page = |rule, what, th: Hash, seen: (u64, Hash)| {
        let next = message(talk.key(1), "client", 2, seen).2;
        let mut case = talk.case(rule, what, before + 1, &next);
        case["input"]["before"] = json!([]);
        case["input"]["page"] = json!({ "first_seq": before + 1, "th_before": hex::encode(th) });
        case
    };
    vec![
        page(None, "a page that meets its signature", th, (before, th)),
        page(None, "a page whose sender saw less than it", th, (1, [3; 32])),
        page(Some("M12"), "a page that comes with another hash", [3; 32], (before, th)),
    ]
}

/// Of the third message the server gives the leaf alone.
fn gone() -> Vec<Value> {
    let talk = Talk::new();
    let next = message(talk.key(1), "client", 2, talk.seen()).2;
    let case = |rule, what, before: bool| {
        let mut case = talk.case(rule, what, 3, &next);
        case["input"]["message"] = json!({ "seq": 3, "leaf": hex::encode(next.leaf()) });
        if !before {
            let th = hex::encode(talk.seen().1);
            case["input"]["before"] = json!([]);
            case["input"]["page"] = json!({ "first_seq": 3, "th_before": th });
        }
        case
    };
    vec![
        case(None, "gone, and nothing whole before it", false),
        case(Some("M16"), "gone, though older ones are whole", true),
    ]
}

fn sending() -> Vec<Value> {
    let body = |rule, what, len: usize| case(rule, what, "seal", json!({ "body_len": len }));
    vec![
        body(None, "the longest body", 16_263),
        body(Some("M15"), "a byte longer than the longest body", 16_264),
    ]
}
