//! S: older `orgkeys`, as a chain of a case names them.

use crypto::code::CodeParams;
use crypto::sign::SigningKey;
use crypto::statement::{FormerRoot, OrgKeys, Statement};
use serde_json::{Value, json};

use super::case::case;
use super::world::{id, opener, signer};

/// The newest is version 5, by the new root; the old root's last was version 3.
fn orgkeys(version: u64) -> OrgKeys {
    OrgKeys {
        org_id: id("org"),
        version,
        roster_keys: vec![signer("roster key").public()],
        code_params: vec![CodeParams::FIRST],
        org_salt: id("salt"),
        recovery_pk: opener("recovery").public(),
        opaque_pk: [7; 32],
        former: Vec::new(),
    }
}

fn sign(by: &SigningKey, keys: &OrgKeys) -> Statement {
    Statement::sign(by, keys).unwrap()
}

pub(crate) fn cases() -> Vec<Value> {
    let (root, old) = (signer("new root"), signer("old root"));
    let last = sign(&old, &orgkeys(3));
    let former = vec![FormerRoot { root_pk: old.public(), version: 3, hash: last.hash() }];
    let newest = sign(&root, &OrgKeys { former, ..orgkeys(5) });
    let older = |rule, what, statement: Statement| {
        let root = hex::encode(root.public());
        case(rule, what, "orgkeys", json!({ "root": root, "newest": newest, "older": statement }))
    };
    let mut bent = sign(&root, &orgkeys(4));
    bent.sig[5] ^= 1;
    let of_another = OrgKeys { org_id: id("elsewhere"), ..orgkeys(4) };
    let another_salt = |version| OrgKeys { org_salt: id("pepper"), ..orgkeys(version) };
    let another_third = OrgKeys { opaque_pk: [8; 32], ..orgkeys(3) };
    let no_payload = Statement::sign_bytes(&root, "orgkeys", b"{}".to_vec());
    vec![
        older(None, "older orgkeys of the same root", sign(&root, &orgkeys(4))),
        older(None, "the former root's last", last.clone()),
        older(None, "one before the former root's last", sign(&old, &orgkeys(2))),
        older(Some("S1"), "a bent signature", bent),
        older(Some("S2"), "a payload without its fields", no_payload),
        older(Some("S3"), "another organisation's", sign(&root, &of_another)),
        older(Some("S4"), "nobody's root", sign(&signer("thief"), &orgkeys(4))),
        older(Some("S4"), "a former root that signs on", sign(&old, &orgkeys(4))),
        older(Some("S4"), "another last of the former root", sign(&old, &another_third)),
        older(Some("S5"), "another of the newest's version", sign(&root, &orgkeys(5))),
        older(Some("S5"), "a newer one in an older one's place", sign(&root, &orgkeys(6))),
        older(Some("S7"), "another salt", sign(&root, &another_salt(4))),
        older(Some("S7"), "another salt under the former root", sign(&old, &another_salt(2))),
    ]
}
