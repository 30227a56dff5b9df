//! R: the table of reasons, each reason kept and broken.

use crypto::epoch::LaneKind::{Chat, Notes};
use crypto::epoch::Reason::{Claim, Invite, Join, Leave, Open, Rekey, Reopen, Transfer};
use serde_json::{Value, json};

use super::case::{epoch, posted, records};
use super::world::{Spec, Story, id, spec};

pub(crate) fn opening() -> Spec {
    spec(Open, "client", &[], true)
}

pub(crate) fn claimed() -> Vec<Spec> {
    vec![opening(), spec(Claim, "anna", &["anna"], false)]
}

fn invited() -> Vec<Spec> {
    [claimed(), vec![spec(Invite, "anna", &["anna", "budi"], false)]].concat()
}

fn joined() -> Vec<Spec> {
    [claimed(), vec![spec(Join, "sari", &["anna", "sari"], false)]].concat()
}

fn notes() -> Vec<Spec> {
    vec![spec(Open, "anna", &["anna"], true)]
}

pub(crate) fn cases() -> Vec<Value> {
    [kept(), creators(), readers(), states(), posting()].concat()
}

type Row = (Option<&'static str>, &'static str, super::world::Story, Spec);

fn rows(rows: Vec<Row>) -> Vec<Value> {
    rows.into_iter()
        .map(|(rule, what, story, next)| epoch(rule, what, &story, &story.make(&next).0))
        .collect()
}

fn chat(specs: &[Spec]) -> Story {
    Story::of(Chat, specs)
}

fn lane_2(specs: &[Spec]) -> Story {
    Story::of(Notes, specs)
}

fn kept() -> Vec<Value> {
    let waits_again = [claimed(), vec![spec(Reopen, "client", &[], true)]].concat();
    let after_join = |rest: &[Spec]| [joined(), rest.to_vec()].concat();
    let taken_over = after_join(&[spec(Transfer, "sari", &["sari"], false)]);
    let left = after_join(&[spec(Leave, "sari", &["anna"], false)]);
    let anew = after_join(&[spec(Reopen, "client", &[], true), claimed()[1].clone()]);
    let alone = spec(Rekey, "sari", &[], true).version(2);
    let with_budi = vec![opening(), spec(Claim, "budi", &["budi"], false)];
    let gone = spec(Leave, "anna", &["anna"], false).version(2);
    let invite = spec(Invite, "anna", &["anna", "budi"], false).without_back();
    rows(vec![
        (None, "0 open, the chat", chat(&[]), opening()),
        (None, "0 open, the notes", lane_2(&[]), notes()[0].clone()),
        (None, "1 claim, the chat", chat(&[opening()]), claimed()[1].clone()),
        (None, "1 claim, the notes", lane_2(&notes()), spec(Claim, "budi", &["budi"], true)),
        (
            None,
            "1 claim by a supervisor",
            chat(&[opening()]),
            spec(Claim, "sari", &["sari"], false),
        ),
        (None, "2 invite", chat(&claimed()), invited()[2].clone()),
        (None, "2 invite without history", chat(&claimed()), invite),
        (
            None,
            "3 transfer on accepting",
            chat(&invited()),
            spec(Transfer, "budi", &["budi"], false),
        ),
        (None, "3 transfer, the notes", lane_2(&notes()), spec(Transfer, "budi", &["budi"], true)),
        (
            None,
            "3 transfer by a supervisor",
            chat(&claimed()),
            spec(Transfer, "sari", &["citra"], false),
        ),
        (
            None,
            "3 a joined supervisor takes over",
            chat(&joined()),
            spec(Transfer, "sari", &["sari"], false),
        ),
        (
            None,
            "3 joined supervisors stay",
            chat(&joined()),
            spec(Transfer, "tuti", &["budi", "sari"], false),
        ),
        (None, "4 join", chat(&claimed()), joined()[2].clone()),
        (None, "4 join, the notes", lane_2(&notes()), spec(Join, "sari", &["anna", "sari"], true)),
        (None, "5 reopen by the client", chat(&claimed()), waits_again[2].clone()),
        (None, "5 given back", chat(&claimed()), spec(Reopen, "anna", &[], true)),
        (None, "5 reopen by a supervisor", chat(&claimed()), spec(Reopen, "tuti", &[], true)),
        (None, "6 re-key by a reader", chat(&claimed()), spec(Rekey, "anna", &["anna"], false)),
        (
            None,
            "6 newest generations",
            chat(&claimed()),
            spec(Rekey, "sari", &["anna"], false).version(2),
        ),
        (None, "6 team alone, somebody fell out", chat(&with_budi), alone),
        (
            None,
            "6 team alone, somebody became an admin only",
            chat(&with_budi),
            spec(Rekey, "sari", &[], true).version(3),
        ),
        (
            None,
            "3 who took over has no longer joined",
            chat(&taken_over),
            spec(Transfer, "tuti", &["budi"], false),
        ),
        (
            None,
            "3 who left has no longer joined",
            chat(&left),
            spec(Transfer, "tuti", &["budi"], false),
        ),
        (
            None,
            "3 a claim forgets who joined",
            chat(&anew),
            spec(Transfer, "tuti", &["budi"], false),
        ),
        (None, "7 leave", chat(&joined()), spec(Leave, "sari", &["anna"], false)),
        (
            None,
            "7 the inviter takes the invite back",
            chat(&invited()),
            spec(Leave, "anna", &["anna"], false),
        ),
        (None, "7 the invited one fell out already", chat(&invited()), gone),
        (None, "1 claim after a reopen", chat(&waits_again), spec(Claim, "budi", &["budi"], false)),
    ])
}

fn creators() -> Vec<Value> {
    let r3 = Some("R3");
    let inviter_left = [
        invited(),
        vec![
            spec(Join, "sari", &["anna", "budi", "sari"], false),
            spec(Leave, "anna", &["budi", "sari"], false),
        ],
    ]
    .concat();
    let invite_is_over = [
        claimed(),
        vec![
            spec(Invite, "anna", &["anna", "tuti"], false),
            spec(Transfer, "sari", &["anna"], false),
            spec(Join, "tuti", &["anna", "tuti"], false),
        ],
    ]
    .concat();
    rows(vec![
        (r3, "0 the notes opened by the client", lane_2(&[]), spec(Open, "client", &[], true)),
        (
            r3,
            "1 a claim by the client",
            chat(&[opening()]),
            spec(Claim, "client", &["anna"], false),
        ),
        (
            r3,
            "2 one invites oneself",
            chat(&claimed()),
            spec(Invite, "citra", &["anna", "citra"], false),
        ),
        (
            r3,
            "3 taken without an invite",
            chat(&claimed()),
            spec(Transfer, "citra", &["citra"], false),
        ),
        (r3, "3 pushed to a colleague", chat(&claimed()), spec(Transfer, "anna", &["budi"], false)),
        (
            r3,
            "3 pushed to a colleague, the notes",
            lane_2(&notes()),
            spec(Transfer, "anna", &["budi"], true),
        ),
        (
            r3,
            "4 a counselor joins",
            chat(&claimed()),
            spec(Join, "citra", &["anna", "citra"], false),
        ),
        (r3, "5 a reopen by a stranger", chat(&claimed()), spec(Reopen, "citra", &[], true)),
        (r3, "6 a re-key by the client", chat(&claimed()), spec(Rekey, "client", &["anna"], false)),
        (r3, "6 a re-key by a stranger", chat(&claimed()), spec(Rekey, "citra", &["anna"], false)),
        (
            r3,
            "7 the invited one puts the inviter out",
            chat(&invited()),
            spec(Leave, "budi", &["budi"], false),
        ),
        (
            r3,
            "7 by an inviter who has left",
            chat(&inviter_left),
            spec(Leave, "anna", &["sari"], false),
        ),
        (
            r3,
            "7 an invite that a transfer ended",
            chat(&invite_is_over),
            spec(Leave, "anna", &["anna"], false),
        ),
        (
            r3,
            "7 a supervisor puts somebody out",
            chat(&invited()),
            spec(Leave, "sari", &["anna"], false),
        ),
    ])
}

fn readers() -> Vec<Value> {
    let r4 = Some("R4");
    rows(vec![
        (r4, "0 the chat without the team", chat(&[]), spec(Open, "client", &[], false)),
        (r4, "0 the chat with a person", chat(&[]), spec(Open, "client", &["anna"], true)),
        (r4, "0 the notes without the team", lane_2(&[]), spec(Open, "anna", &["anna"], false)),
        (r4, "0 the notes for another", lane_2(&[]), spec(Open, "anna", &["budi"], true)),
        (r4, "1 the team stays", chat(&[opening()]), spec(Claim, "anna", &["anna"], true)),
        (r4, "1 for another", chat(&[opening()]), spec(Claim, "anna", &["budi"], false)),
        (r4, "1 for two", chat(&[opening()]), spec(Claim, "anna", &["anna", "budi"], false)),
        (
            r4,
            "1 the notes without the team",
            lane_2(&notes()),
            spec(Claim, "budi", &["budi"], false),
        ),
        (
            r4,
            "2 two at once",
            chat(&claimed()),
            spec(Invite, "anna", &["anna", "budi", "citra"], false),
        ),
        (r4, "2 nobody new", chat(&claimed()), spec(Invite, "anna", &["anna"], false)),
        (r4, "2 the inviter is gone", chat(&claimed()), spec(Invite, "anna", &["budi"], false)),
        (r4, "2 with the team", chat(&claimed()), spec(Invite, "anna", &["anna", "budi"], true)),
        (
            r4,
            "3 the inviter stays",
            chat(&invited()),
            spec(Transfer, "budi", &["anna", "budi"], false),
        ),
        (r4, "3 the joined one is gone", chat(&joined()), spec(Transfer, "tuti", &["budi"], false)),
        (r4, "3 nobody", chat(&claimed()), spec(Transfer, "sari", &[], false)),
        (
            r4,
            "3 the notes without the team",
            lane_2(&notes()),
            spec(Transfer, "budi", &["budi"], false),
        ),
        (r4, "4 the counselor is gone", chat(&claimed()), spec(Join, "sari", &["sari"], false)),
        (
            r4,
            "4 with a third",
            chat(&claimed()),
            spec(Join, "sari", &["anna", "sari", "tuti"], false),
        ),
        (r4, "5 without the team", chat(&claimed()), spec(Reopen, "client", &[], false)),
        (r4, "5 the counselor stays", chat(&claimed()), spec(Reopen, "client", &["anna"], true)),
        (r4, "6 somebody is dropped", chat(&invited()), spec(Rekey, "anna", &["anna"], false)),
        (r4, "6 somebody comes", chat(&claimed()), spec(Rekey, "anna", &["anna", "budi"], false)),
        (r4, "6 team alone, nobody fell out", chat(&claimed()), spec(Rekey, "sari", &[], true)),
        (r4, "6 nobody at all", chat(&claimed()), spec(Rekey, "sari", &[], false)),
        (
            r4,
            "7 nobody leaves: another reason over the same readers",
            chat(&invited()),
            spec(Leave, "anna", &["anna", "budi"], false),
        ),
        (r4, "7 somebody comes", chat(&invited()), spec(Leave, "anna", &["anna", "citra"], false)),
        (r4, "7 the team comes", chat(&invited()), spec(Leave, "budi", &["anna"], true)),
    ])
}

fn states() -> Vec<Value> {
    let mut first_with_back = Story::new(Chat).make(&opening()).0;
    let mut body = crypto::epoch::Body::parse(&first_with_back.body).unwrap();
    body.back = vec![7; 48];
    first_with_back =
        super::world::signed(body.to_bytes(), "client", first_with_back.boxes.clone());
    let mut cases = vec![epoch(
        Some("R6"),
        "a back link in the first record",
        &Story::new(Chat),
        &first_with_back,
    )];
    let (r5, r6) = (Some("R5"), Some("R6"));
    cases.extend(rows(vec![
        (
            Some("R1"),
            "an invite in the notes",
            lane_2(&notes()),
            spec(Invite, "anna", &["anna", "budi"], true),
        ),
        (Some("R1"), "a reopen in the notes", lane_2(&notes()), spec(Reopen, "anna", &[], true)),
        (Some("R2"), "0 again", chat(&claimed()), opening()),
        (Some("R2"), "the chat begins with 5", chat(&[]), spec(Reopen, "client", &[], true)),
        (Some("R2"), "the notes begin with 1", lane_2(&[]), spec(Claim, "anna", &["anna"], true)),
        (
            r5,
            "1 a claim of a claimed case",
            chat(&claimed()),
            spec(Claim, "budi", &["budi"], false),
        ),
        (r5, "2 while it waits", chat(&[opening()]), spec(Invite, "anna", &["anna"], false)),
        (r5, "3 while it waits", chat(&[opening()]), spec(Transfer, "sari", &["anna"], false)),
        (r5, "4 while it waits", chat(&[opening()]), spec(Join, "sari", &["sari"], false)),
        (r5, "7 while it waits", chat(&[opening()]), spec(Leave, "anna", &["anna"], false)),
        (r6, "1 without its back link", chat(&[opening()]), claimed()[1].clone().without_back()),
        (
            r6,
            "3 without its back link",
            chat(&invited()),
            spec(Transfer, "budi", &["budi"], false).without_back(),
        ),
        (r6, "4 without its back link", chat(&claimed()), joined()[2].clone().without_back()),
        (
            r6,
            "5 without its back link",
            chat(&claimed()),
            spec(Reopen, "client", &[], true).without_back(),
        ),
        (
            r6,
            "6 without its back link",
            chat(&claimed()),
            spec(Rekey, "anna", &["anna"], false).without_back(),
        ),
        (
            r6,
            "7 without its back link",
            chat(&invited()),
            spec(Leave, "budi", &["anna"], false).without_back(),
        ),
        (
            None,
            "1 the notes anew, where they do not open",
            lane_2(&notes()),
            spec(Claim, "budi", &["budi"], true).without_back(),
        ),
        (Some("R7"), "the last one leaves", chat(&claimed()), spec(Leave, "anna", &[], false)),
    ]));
    cases
}

fn posting() -> Vec<Value> {
    let now = |opened: bool, assigned: Option<&str>, lane_1: Option<&Story>| {
        json!({
            "current": 1, "previous_too": false, "opened": opened,
            "assigned": assigned.map(|name| hex::encode(id(name))),
            "lane_1": lane_1.map(|story| records(&story.records)),
        })
    };
    let with = |rule, what, story: Story, next: Spec, posting| {
        posted(rule, what, &story, &story.make(&next).0, posting)
    };
    let first_notes = notes()[0].clone();
    let join = joined()[2].clone();
    let gives = spec(Transfer, "sari", &["citra"], false);
    let old = spec(Claim, "anna", &["anna"], false).version(1);
    let later = json!({ "current": 2, "previous_too": false, "opened": false, "assigned": null, "lane_1": null });
    let grace = json!({ "current": 2, "previous_too": true, "opened": false, "assigned": null, "lane_1": null });
    let by_budi = spec(Claim, "budi", &["budi"], false);
    let with_anna = chat(&claimed());
    vec![
        with(
            None,
            "posted: a claim",
            chat(&[opening()]),
            claimed()[1].clone(),
            now(false, None, None),
        ),
        with(
            None,
            "posted: the notes with it",
            lane_2(&[]),
            first_notes.clone(),
            now(false, None, Some(&with_anna)),
        ),
        with(
            None,
            "posted: a join",
            with_anna.clone(),
            join.clone(),
            now(true, Some("anna"), None),
        ),
        with(
            None,
            "posted: the roster before, just replaced",
            chat(&[opening()]),
            old.clone(),
            grace.clone(),
        ),
        with(Some("A16"), "the roster before", chat(&[opening()]), old, later.clone()),
        with(Some("A17"), "removed since the roster it names", chat(&[opening()]), by_budi, grace),
        with(
            Some("R8"),
            "the notes alone",
            lane_2(&[]),
            first_notes.clone(),
            now(false, None, None),
        ),
        with(
            Some("R8"),
            "the notes with another's claim",
            lane_2(&[]),
            spec(Open, "budi", &["budi"], true),
            now(false, None, Some(&with_anna)),
        ),
        with(
            Some("R8"),
            "the notes with another reason",
            lane_2(&[]),
            first_notes,
            now(false, None, Some(&chat(&joined()))),
        ),
        with(
            Some("R9"),
            "a join without an opening",
            with_anna.clone(),
            join.clone(),
            now(false, Some("anna"), None),
        ),
        with(
            Some("R9"),
            "a transfer by a supervisor without an opening",
            with_anna.clone(),
            gives,
            now(false, Some("anna"), None),
        ),
        with(
            Some("R9"),
            "a re-key by a supervisor without an opening",
            with_anna.clone(),
            spec(Rekey, "sari", &["anna"], false),
            now(false, None, None),
        ),
        with(
            Some("R9"),
            "a reopen by a supervisor without an opening",
            with_anna.clone(),
            spec(Reopen, "sari", &[], true),
            now(false, None, None),
        ),
        with(Some("R10"), "a join with nobody assigned", with_anna, join, now(true, None, None)),
    ]
}
