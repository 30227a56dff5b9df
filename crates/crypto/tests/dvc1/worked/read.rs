//! Reads a worked file back: opens, verifies and unwraps everything in it.

use crypto::Secret;
use crypto::ceremony::RootSeed;
use crypto::code::{CaseCode, CodeParams, unwrap_client};
use crypto::enrol::{Enrolment, Invite};
use crypto::epoch::{Body, CreatorKind, EpochKey, LaneKind, ReaderKind};
use crypto::group::{GroupHalf, GroupRecord};
use crypto::kem::{self, Sealed};
use crypto::message::{Envelope, Header, open, verify};
use crypto::raise::Raise;
use crypto::roster::GroupKind;
use crypto::sign;
use crypto::statement::Statement;
use crypto::vault::VaultKey;
use serde_json::Value;

use super::make::{Cast, secret, text};
use crate::support::run::{bytes, fixed};

pub(crate) fn everything(file: &Value) {
    let cast = Cast::of(file);
    case_code(&cast, file);
    records(&cast, file);
    messages(&cast, file);
    organisation(&cast, file);
    staff(&cast, file);
}

fn case_code(cast: &Cast, file: &Value) {
    let code = CaseCode::parse(file["code"].as_str().unwrap()).unwrap();
    let salt = fixed(&file["org_salt"]);
    let keys = code.keys(&cast.org_id, &salt, CodeParams::FIRST).unwrap();
    let (wrap, case_id) = (&keys.wrap, fixed(&file["case_id"]));
    let blob = bytes(&file["client_wrap"]);
    let (csig, ckem) = unwrap_client(wrap, &cast.org_id, &case_id, &blob).unwrap();
    assert_eq!(csig.public(), cast.case.csig_pk);
    assert_eq!(ckem.public(), cast.case.ckem_pk);
    assert!(unwrap_client(wrap, &cast.org_id, &[0; 16], &blob).is_err(), "another case");
}

fn records(cast: &Cast, file: &Value) {
    for row in file["records"].as_array().unwrap() {
        let raw = bytes(&row["body"]);
        let body = Body::parse(&raw).unwrap();
        assert_eq!(body.to_bytes(), raw);
        let key = key_of(cast, row, &body);
        assert_eq!(key.commitment(), body.kc);
        let hash = crypto::hash::h(&raw);
        let signed = crypto::encode::c("sig/epoch", &[&hash]);
        let signer = cast.signer(body.creator_kind).public();
        sign::verify(&signer, &signed, &bytes(&row["sig"])).unwrap();
        for (named, made) in body.readers.iter().zip(row["boxes"].as_array().unwrap()) {
            let bytes = bytes(&made["box"]);
            assert_eq!(crypto::hash::h(&bytes), named.box_hash);
            assert_eq!(open_box(cast, &body, named.kind, &bytes), key.secret().expose());
        }
        let before = key.open_back(&body).unwrap();
        assert_eq!(before.is_some(), body.epoch > 0);
        if let Some(before) = before {
            let rows = file["records"].as_array().unwrap();
            let is_before = |row: &&Value| {
                let other = Body::parse(&bytes(&row["body"])).unwrap();
                (other.lane, other.epoch + 1) == (body.lane, body.epoch)
            };
            let held = secret(&rows.iter().find(is_before).unwrap()["E"]);
            assert_eq!(before.secret().expose(), held.expose());
        }
    }
}

fn key_of(cast: &Cast, row: &Value, body: &Body) -> EpochKey {
    EpochKey::new(cast.org_id, cast.case.case_id, body.lane, body.epoch, secret(&row["E"]))
}

fn open_box(cast: &Cast, body: &Body, kind: ReaderKind, row: &[u8]) -> Vec<u8> {
    let reader = cast.reader(kind);
    let (lane, epoch) = ([body.lane.as_u8()], body.epoch.to_be_bytes());
    let place: [&[u8]; 6] =
        [&body.org_id, &body.case_id, &lane, &epoch, &[kind.as_u8()], &reader.kid()];
    let info = crypto::encode::c("epoch/seal", &place);
    let (enc, ct) = row[row.len() - 82..].split_at(32);
    kem::open(reader, enc.try_into().unwrap(), &info, &body.kc, &ct[2..]).unwrap()
}

fn messages(cast: &Cast, file: &Value) {
    for row in file["msgs"].as_array().unwrap() {
        let envelope = Envelope { header: bytes(&row["hdr"]), ct: bytes(&row["ct"]) };
        let header = Header::parse(&envelope.header).unwrap();
        assert_eq!(header.to_bytes(), envelope.header);
        let rows = file["records"].as_array().unwrap();
        let place = (header.lane.as_u8(), u64::from(header.epoch));
        let of = |row: &&Value| {
            (row["lane"].as_u64().unwrap(), row["epoch"].as_u64().unwrap())
                == (u64::from(place.0), place.1)
        };
        let record = rows.iter().find(of).unwrap();
        let body = Body::parse(&bytes(&record["body"])).unwrap();
        let (content, sig) = open(&header, &envelope, &key_of(cast, record, &body)).unwrap();
        verify(&envelope, &content, &sig, &cast.signer(header.sender_kind).public()).unwrap();
        assert_eq!(*content.body, text(&row["body"]));
        assert_eq!(hex::encode(sig), row["sig"].as_str().unwrap());
    }
    assert_eq!(LaneKind::from_u8(3), None);
    assert_eq!(CreatorKind::from_u8(3), None);
}

fn organisation(cast: &Cast, file: &Value) {
    let root = RootSeed::new(secret(&file["root"]["seed"]));
    let again = RootSeed::parse(&root.words()).unwrap();
    let pk = again.root_key(&cast.org_id).public();
    assert_eq!(pk, fixed(&file["root"]["pk"]));
    let row = &file["statement"];
    let statement = Statement {
        payload: text(&row["payload"]),
        kid: fixed(&row["kid"]),
        sig: fixed(&row["sig"]),
    };
    statement.verify_bytes(row["type"].as_str().unwrap(), &pk).unwrap();
    statement.verify_bytes("orgkeys", &pk).unwrap_err();
}

fn staff(cast: &Cast, file: &Value) {
    let row = &file["group_box"];
    let half = group_half(cast, row);
    let sealed = Sealed { enc: fixed(&row["enc"]), ct: bytes(&row["ct"]) };
    let opened = half.open(&cast.staff_kem, &cast.team.public(), &sealed).unwrap();
    assert_eq!(opened.public(), cast.team.public());

    let row = &file["vault"];
    let export_key = Secret::new(fixed(&row["export_key"]));
    let vault = VaultKey::new(&export_key, &cast.org_id, &fixed(&row["staff_id"]));
    let version = u32::try_from(row["ver"].as_u64().unwrap()).unwrap();
    let blob = bytes(&row["blob"]);
    assert_eq!(vault.open(version, &blob).unwrap(), text(&row["plain"]));
    assert!(vault.open(version + 1, &blob).is_err(), "another version");

    let row = &file["enrol"];
    let invite = Invite::new(Secret::new(fixed(&row["inv"])));
    let enrolment =
        Enrolment { record: bytes(&row["q"]), sig: fixed(&row["sig"]), mac: fixed(&row["mac"]) };
    let keys = enrolment.check(&invite, &cast.org_id).unwrap();
    assert_eq!(keys.sig_pk, cast.staff_sig.public());

    let row = &file["group_record"];
    let signer = cast.staff_sig.public();
    let record = GroupRecord::verify(&bytes(&row["rec"]), &fixed(&row["sig"]), &signer).unwrap();
    assert_eq!(record.kem_pk, cast.team.public());

    let row = &file["raise"];
    let (sig, signer) = (fixed(&row["sig"]), cast.staff_sig.public());
    let raise = Raise::verify(&bytes(&row["rec"]), &sig, &signer).unwrap();
    assert_eq!(raise.open(&cast.escalation).unwrap(), text(&row["reason"]));
}

/// The group half that a row names.
pub(crate) fn group_half(cast: &Cast, row: &Value) -> GroupHalf {
    let kind: GroupKind = serde_json::from_value(row["kind"].clone()).unwrap();
    let generation = u32::try_from(row["gen"].as_u64().unwrap()).unwrap();
    GroupHalf { org_id: cast.org_id, kind, generation }
}
