//! Makes every value of a worked file from its inputs.

use crypto::case_id::CaseKeys;
use crypto::ceremony::RootSeed;
use crypto::code::{CaseCode, CodeKeys, CodeParams, tag, wrap_client};
use crypto::encode::c;
use crypto::enrol::{Enrolment, Invite};
use crypto::epoch::{
    Body, CreatorKind, Draft, EpochKey, LaneKind, Reader, ReaderKind, Record, build,
};
use crypto::group::GroupRecord;
use crypto::hash::hkdf;
use crypto::kem::KemKey;
use crypto::message::{Content, Header, open, seal, th_next, th_start};
use crypto::raise::Raise;
use crypto::sign::{SigningKey, fingerprint, kid_kem, kid_sig};
use crypto::statement::Statement;
use crypto::vault::VaultKey;
use crypto::{Hash, Id, Secret, audit, gcm};
use serde_json::{Value, json};

use super::read::group_half;
use crate::support::run::{bytes, fixed};

pub(crate) fn secret(value: &Value) -> Secret<32> {
    Secret::new(fixed(value))
}

pub(crate) fn text(value: &Value) -> Vec<u8> {
    value.as_str().unwrap().as_bytes().to_vec()
}

/// The inputs that make a second file: the shape's own, every key and nonce another.
pub(crate) fn other_inputs(shape: &Value) -> Value {
    let mut inputs = shape.clone();
    inputs["note"] = json!("the values of dvc1.json from other inputs, made by Rust");
    let code = CaseCode::draw(7_203_344_910_065_518_822).unwrap();
    inputs["code"] = json!(std::str::from_utf8(code.digits()).unwrap());
    let mut places: Vec<String> = [
        "/org_id",
        "/org_salt",
        "/pepper",
        "/csig_seed",
        "/ckem_sk",
        "/wrap_nonce",
        "/staff_sig_seed",
        "/staff_kem_sk",
        "/esc_sk",
        "/team_sk",
        "/root/seed",
        "/group_box/ikmE",
        "/vault/export_key",
        "/vault/staff_id",
        "/vault/nonce",
        "/enrol/inv",
        "/enrol/staff_id",
        "/raise/esc_id",
        "/raise/ikmE",
        "/row/key",
        "/row/nonce",
        "/row/row_key",
    ]
    .map(str::to_owned)
    .to_vec();
    places.extend((0..3).map(|n| format!("/records/{n}/E")));
    places.extend((0..4).map(|n| format!("/msgs/{n}/msg_id")));
    for place in places {
        let value = inputs.pointer_mut(&place).unwrap();
        let len = value.as_str().unwrap().len() / 2;
        let drawn: Secret<64> = hkdf(place.as_bytes(), b"", b"from rust");
        *value = json!(hex::encode(&drawn.expose()[..len]));
    }
    for n in 0..4 {
        let body = &mut inputs["msgs"][n]["body"];
        *body = json!(body.as_str().unwrap().replace("\"t\":\"", "\"t\":\"Halo — "));
    }
    inputs
}

/// The people of a worked file.
pub(crate) struct Cast {
    pub(crate) org_id: Id,
    pub(crate) case: CaseKeys,
    pub(crate) csig: SigningKey,
    pub(crate) ckem: KemKey,
    pub(crate) staff_sig: SigningKey,
    pub(crate) staff_kem: KemKey,
    pub(crate) team: KemKey,
    pub(crate) escalation: KemKey,
}

impl Cast {
    pub(crate) fn of(inputs: &Value) -> Self {
        let sig = |name: &str| SigningKey::from_seed(&secret(&inputs[name]));
        let kem = |name: &str| KemKey::new(secret(&inputs[name]));
        let (org_id, csig, ckem) = (fixed(&inputs["org_id"]), sig("csig_seed"), kem("ckem_sk"));
        Self {
            org_id,
            case: CaseKeys::new(org_id, csig.public(), ckem.public()),
            csig,
            ckem,
            staff_sig: sig("staff_sig_seed"),
            staff_kem: kem("staff_kem_sk"),
            team: kem("team_sk"),
            escalation: kem("esc_sk"),
        }
    }

    pub(crate) fn reader(&self, kind: ReaderKind) -> &KemKey {
        match kind {
            ReaderKind::Client => &self.ckem,
            ReaderKind::Staff => &self.staff_kem,
            ReaderKind::Team => &self.team,
            ReaderKind::Escalation => &self.escalation,
        }
    }

    pub(crate) fn signer(&self, kind: CreatorKind) -> &SigningKey {
        match kind {
            CreatorKind::Client => &self.csig,
            CreatorKind::Staff => &self.staff_sig,
        }
    }
}

/// Makes a whole file; `shape` says who made each record, why and for whom.
pub(crate) fn from_inputs(inputs: &Value, shape: &Value) -> Value {
    let cast = Cast::of(inputs);
    let mut made = inputs.clone();
    case_code(&cast, &mut made);
    let keys = records(&cast, &mut made, shape);
    messages(&cast, &mut made, &keys);
    organisation(&cast, &mut made);
    staff(&cast, &mut made);
    server(&mut made);
    made
}

fn case_code(cast: &Cast, made: &mut Value) {
    let code = CaseCode::parse(made["code"].as_str().unwrap()).unwrap();
    let ck = code.stretch(&fixed(&made["org_salt"]), CodeParams::FIRST).unwrap();
    let keys = CodeKeys::of(&ck, &cast.org_id);
    let (nonce, case_id) = (fixed(&made["wrap_nonce"]), cast.case.case_id);
    let wrapped = wrap_client(&keys.wrap, &nonce, &cast.org_id, &case_id, &cast.csig, &cast.ckem);
    made["ck"] = json!(hex::encode(ck.expose()));
    made["cred"] = json!(hex::encode(keys.cred.expose()));
    made["wrap_key"] = json!(hex::encode(keys.wrap.expose()));
    made["tag"] = json!(hex::encode(tag(&secret(&made["pepper"]), &keys.cred)));
    made["csig_pk"] = json!(hex::encode(cast.case.csig_pk));
    made["ckem_pk"] = json!(hex::encode(cast.case.ckem_pk));
    made["case_id"] = json!(hex::encode(case_id));
    made["client_wrap"] = json!(hex::encode(wrapped));
    made["staff_sig_pk"] = json!(hex::encode(cast.staff_sig.public()));
    made["kids"] = json!({
        "csig": hex::encode(cast.csig.kid()),
        "staff_sig": hex::encode(cast.staff_sig.kid()),
        "client": hex::encode(cast.ckem.kid()),
        "staff": hex::encode(cast.staff_kem.kid()),
        "team": hex::encode(cast.team.kid()),
        "esc": hex::encode(cast.escalation.kid()),
    });
}

fn records(cast: &Cast, made: &mut Value, shape: &Value) -> Vec<EpochKey> {
    let mut keys: Vec<EpochKey> = Vec::new();
    let mut last: Option<(LaneKind, Hash)> = None;
    for (n, row) in made["records"].as_array_mut().unwrap().iter_mut().enumerate() {
        let as_shaped = Body::parse(&bytes(&shape["records"][n]["body"])).unwrap();
        let lane = as_shaped.lane;
        let before = keys.last().filter(|key| key.lane == lane);
        let readers = as_shaped
            .readers
            .iter()
            .map(|reader| Reader { kind: reader.kind, kem_pk: cast.reader(reader.kind).public() });
        let draft = Draft {
            case: &cast.case,
            lane,
            epoch: as_shaped.epoch,
            prev: last.filter(|(of, _)| *of == lane).map_or([0; 32], |(_, hash)| hash),
            creator_kind: as_shaped.creator_kind,
            reason: as_shaped.reason,
            roster_version: as_shaped.roster_version,
            readers: readers.collect(),
            before,
        };
        let signer = cast.signer(as_shaped.creator_kind);
        let (record, key) = build(&draft, signer, secret(&row["E"])).unwrap();
        last = Some((lane, record.hash()));
        record_row(row, &record, &key);
        keys.push(key);
    }
    keys
}

fn record_row(row: &mut Value, record: &Record, key: &EpochKey) {
    let ikm = |kind: ReaderKind, kid: &Id| {
        let place: [&[u8]; 4] =
            [&[key.lane.as_u8()], &key.epoch.to_be_bytes(), &[kind.as_u8()], kid];
        let ikm: Secret<32> = hkdf(key.secret().expose(), &key.case_id, &c("epoch/ikm", &place));
        hex::encode(ikm.expose())
    };
    let boxes: Vec<Value> = record
        .boxes
        .iter()
        .map(|b| {
            let ikm_e = ikm(b.kind, &b.kid);
            json!({ "rtype": b.kind.as_u8(), "ikmE": ikm_e, "box": hex::encode(&b.bytes) })
        })
        .collect();
    row["kc"] = json!(hex::encode(key.commitment()));
    row["body"] = json!(hex::encode(&record.body));
    row["hash"] = json!(hex::encode(record.hash()));
    row["sig"] = json!(hex::encode(record.sig));
    row["boxes"] = json!(boxes);
}

fn messages(cast: &Cast, made: &mut Value, keys: &[EpochKey]) {
    let start = |lane| (0, th_start(&cast.case.case_id, lane));
    let mut seen = [start(LaneKind::Chat), start(LaneKind::Notes)];
    for row in made["msgs"].as_array_mut().unwrap() {
        let number = |name: &str| row[name].as_u64().unwrap();
        let small = |name: &str| u8::try_from(number(name)).unwrap();
        let lane = LaneKind::from_u8(small("lane")).unwrap();
        let epoch = u32::try_from(number("epoch")).unwrap();
        let key = keys.iter().find(|key| (key.lane, key.epoch) == (lane, epoch)).unwrap();
        let sender_kind = CreatorKind::from_u8(small("stype")).unwrap();
        let signer = cast.signer(sender_kind);
        let seen = &mut seen[usize::from(lane == LaneKind::Notes)];
        let header = Header {
            org_id: cast.org_id,
            case_id: cast.case.case_id,
            lane,
            epoch,
            msg_id: fixed(&row["msg_id"]),
            sender_kind,
            sender: signer.kid(),
            kind: small("kind"),
        };
        let content = Content {
            ctr: u32::try_from(number("ctr")).unwrap(),
            ts_ms: number("ts_ms"),
            seen_seq: seen.0,
            seen_th: seen.1,
            body: text(&row["body"]).into(),
        };
        let seq = number("seq");
        let envelope = seal(&header, &content, key, signer).unwrap();
        let (_, sig) = open(&header, &envelope, key).unwrap();
        row["seen_seq"] = json!(seen.0);
        row["seen_th"] = json!(hex::encode(seen.1));
        row["sig"] = json!(hex::encode(sig));
        row["hdr"] = json!(hex::encode(&envelope.header));
        row["ct"] = json!(hex::encode(&envelope.ct));
        *seen = (seq, th_next(&seen.1, seq, &envelope.leaf()));
        row["th"] = json!(hex::encode(seen.1));
    }
}

fn organisation(cast: &Cast, made: &mut Value) {
    let root = RootSeed::new(secret(&made["root"]["seed"]));
    let (key, recovery) = (root.root_key(&cast.org_id), root.recovery_key(&cast.org_id));
    let row = &mut made["root"];
    row["sig_seed"] = json!(hex::encode(key.seed().expose()));
    row["pk"] = json!(hex::encode(key.public()));
    row["recovery_sk"] = json!(hex::encode(recovery.secret().expose()));
    row["recovery_pk"] = json!(hex::encode(recovery.public()));
    row["fingerprint"] = json!(fingerprint(&key.public()));
    let row = &mut made["statement"];
    let kind = row["type"].as_str().unwrap().to_owned();
    let statement = Statement::sign_bytes(&key, &kind, text(&row["payload"]));
    row["kid"] = json!(hex::encode(statement.kid));
    assert_eq!(statement.kid, kid_sig(&key.public()));
    row["sig"] = json!(hex::encode(statement.sig));
}

fn staff(cast: &Cast, made: &mut Value) {
    let (org_id, member) = (cast.org_id, cast.staff_kem.public());
    let half = group_half(cast, &made["group_box"]);
    let ikm_e = secret(&made["group_box"]["ikmE"]);
    let sealed = half.seal(&cast.team, &member, &ikm_e).unwrap();
    made["group_box"]["enc"] = json!(hex::encode(sealed.enc));
    made["group_box"]["ct"] = json!(hex::encode(sealed.ct));

    let row = &mut made["vault"];
    let export_key = Secret::new(fixed(&row["export_key"]));
    let vault = VaultKey::new(&export_key, &org_id, &fixed(&row["staff_id"]));
    let version = u32::try_from(row["ver"].as_u64().unwrap()).unwrap();
    let blob = vault.seal(version, &fixed(&row["nonce"]), &text(&row["plain"]));
    row["vk"] = json!(hex::encode(vault.secret().expose()));
    row["blob"] = json!(hex::encode(blob));

    let row = &mut made["enrol"];
    let inv: Secret<16> = Secret::new(fixed(&row["inv"]));
    let invite = Invite::new(inv.clone());
    let staff_id = fixed(&row["staff_id"]);
    let enrolment = Enrolment::new(&invite, &org_id, &staff_id, &cast.staff_sig, &member);
    let imac: Secret<32> = hkdf(inv.expose(), b"", &c("inv/mac", &[]));
    row["iid"] = json!(hex::encode(invite.id()));
    row["iid_hash"] = json!(hex::encode(invite.id_hash()));
    row["imac"] = json!(hex::encode(imac.expose()));
    row["q"] = json!(hex::encode(&enrolment.record));
    row["sig"] = json!(hex::encode(enrolment.sig));
    row["mac"] = json!(hex::encode(enrolment.mac));

    let row = &mut made["group_record"];
    let half = group_half(cast, row);
    let record = GroupRecord {
        org_id,
        kind: half.kind,
        generation: half.generation,
        kem_pk: cast.team.public(),
        roster_version: row["roster_version"].as_u64().unwrap(),
    };
    row["rec"] = json!(hex::encode(record.to_bytes()));
    row["sig"] = json!(hex::encode(record.sign(&cast.staff_sig)));

    let row = &mut made["raise"];
    let level = u8::try_from(row["level"].as_u64().unwrap()).unwrap();
    let (to, reason) = (cast.escalation.public(), text(&row["reason"]));
    assert_eq!(kid_kem(&to), cast.escalation.kid());
    let (esc_id, ikm_e) = (fixed(&row["esc_id"]), secret(&row["ikmE"]));
    let case_id = cast.case.case_id;
    let raise = Raise::seal(org_id, case_id, esc_id, level, &to, &reason, &ikm_e).unwrap();
    row["rec"] = json!(hex::encode(raise.to_bytes()));
    row["sig"] = json!(hex::encode(raise.sign(&cast.staff_sig)));
}

fn server(made: &mut Value) {
    let mut chain = vec![audit::START];
    for (n, entry) in (1..).zip(made["audit"]["entries"].as_array().unwrap()) {
        chain.push(audit::next(chain.last().unwrap(), n, &text(entry)));
    }
    made["audit"]["a"] = chain.iter().map(hex::encode).collect();
    let row = &mut made["row"];
    let place = [text(&row["table"]), bytes(&row["row_key"]), text(&row["column"])];
    let aad = c("srv/row", &place.each_ref().map(Vec::as_slice));
    let nonce: [u8; 12] = fixed(&row["nonce"]);
    let sealed = gcm::seal(&fixed(&row["key"]), &nonce, &aad, &text(&row["plain"]));
    let key_id = u8::try_from(row["key_id"].as_u64().unwrap()).unwrap();
    row["sealed"] = json!(hex::encode([&[key_id][..], &nonce, &sealed].concat()));
}
