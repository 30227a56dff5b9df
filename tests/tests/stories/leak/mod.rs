//! Nothing of what is sealed stands anywhere else, and nobody gets what is not theirs: every address
//! of the `OpenAPI` document and every kind of frame, as each role.

mod play;
mod sight;
mod walk;

use actors::{StaffMember, Tape};
use anyhow::{Context, Result, ensure};
use crypto::epoch::ReaderKind;
use crypto::sign::kid_kem;
use protocol::Id;
use stories::{Engine, House, find_marker, find_markers, on_both_engines};

use play::{
    Cast, EMAIL, HASTE, IN_CHAT, IN_INTAKE, IN_NOTE, IN_REASON, IN_REPLY, NAME, PASSPHRASE,
};
use sight::Sight;
use walk::Asker;

async fn what_is_sealed_comes_to_nobody_else(engine: Engine) -> Result<()> {
    let house = House::with(engine, &HASTE).await?;
    let mut cast = Box::pin(Cast::gather(&house)).await?;
    cast.talk().await.context("talk")?;
    cast.supervise().await.context("supervise")?;
    cast.leave_behind().await.context("leave_behind")?;
    cast.come_back(&house).await.context("come_back")?;
    cast.organise(&house).await.context("organise")?;

    let (stranger, strangers) = play::taped(&house);
    let (open, opens) = play::taped(&house);
    walk_frames(&cast, &stranger.http).await.context("frames")?;
    let routes = walk::routes(&house.browser().http, &cast.asked_for()).await?;
    for (http, asker) in askers(&cast, &stranger.http) {
        walk::ask_for_all(http, &routes, asker).await?;
    }
    walk::ask_again(&open.http, &routes).await?;

    walk::all_kinds_came(&cast.tapes())?;
    for sight in sights(&cast, &strangers) {
        sight.is_kept()?;
    }
    let mut tapes = cast.tapes().to_vec();
    tapes.extend([("stranger", &strangers), ("open", &opens)]);
    nothing_sealed_stands(&house, &cast, &tapes)
}

/// Everybody sends each command, about the case of the one client.
async fn walk_frames(cast: &Cast, stranger: &actors::Http) -> Result<()> {
    let (rina, sari) = (&cast.rina.0, &cast.sari.0);
    let hers = rina.case_id();
    let escalation = sari.escalations.of_case(hers).map(|one| one.escalation_id);
    let opening = sari.escalations.openings.values().find(|one| one.case_id.0 == hers);
    let (Some(escalation), Some(opening)) = (escalation, opening) else {
        anyhow::bail!("no escalation and opening of the case")
    };
    let commands = walk::commands(&[
        ("case_id", Id(hers)),
        ("session_id", rina.session.session_id),
        ("escalation_id", escalation),
        ("opening_id", opening.opening_id),
    ])?;
    let tia = walk::hello(Some(cast.tia.0.token()), None);
    walk::command_all(&cast.tia.0.browser.http, tia.as_ref(), &commands).await?;
    for member in [&cast.dewi.0.member, &cast.budi.0.member, &cast.admin.0, &sari.member] {
        let hello = walk::hello(None, Some(member.token()));
        walk::command_all(&member.browser.http, hello.as_ref(), &commands).await?;
    }
    walk::command_all(stranger, None, &commands).await
}

/// Who asks for what wants a token: each role, a client with hers, and nobody.
fn askers<'a>(cast: &'a Cast, stranger: &'a actors::Http) -> Vec<(&'a actors::Http, Asker<'a>)> {
    let staff = |member: &'a StaffMember, supervises| {
        let token = Some(member.token());
        (&member.browser.http, Asker { token, staff: true, supervises })
    };
    vec![
        (stranger, Asker { token: None, staff: false, supervises: false }),
        (&cast.tia.0.browser.http, Asker { token: Some("x"), staff: false, supervises: false }),
        staff(&cast.dewi.0.member, false),
        staff(&cast.budi.0.member, false),
        staff(&cast.sari.0.member, true),
        staff(&cast.admin.0, true),
    ]
}

/// What may come to whom.
fn sights<'a>(cast: &'a Cast, strangers: &'a Tape) -> Vec<Sight<'a>> {
    let rina = ("rina's case", cast.rina.0.case_id().to_vec());
    let tia = ("tia's case", cast.tia.0.case_id().to_vec());
    let address = ("an address", b"rumah-aman.example".to_vec());
    let name = ("a colleague's name", NAME.as_bytes().to_vec());
    let client = |client: &'a (actors::Client, Tape), who, own, others| Sight {
        who,
        tape: &client.1,
        boxes: vec![(ReaderKind::Client, Some(kid_kem(&client.0.case().ckem_pk)), &[])],
        own: None,
        hidden: vec![others, address.clone(), name.clone()],
        known: vec![own],
    };
    let staff = |member: &'a StaffMember, tape, who, hidden: Vec<_>, known| {
        let own = kid_kem(&member.kem_key().public());
        let mut boxes: Vec<(_, _, &'static [&'static str])> =
            vec![(ReaderKind::Staff, Some(own), &[]), (ReaderKind::Team, None, &["claimed"])];
        if member.roles().contains(&protocol::Role::Supervisor) {
            boxes.push((ReaderKind::Escalation, None, &["glass", "case", "record"]));
        }
        let hidden = [hidden, vec![address.clone()]].concat();
        Sight { who, tape, boxes, own: Some(own), hidden, known }
    };
    let (dewi, budi) = (&cast.dewi, &cast.budi);
    let (sari, mira, admin) = (&cast.sari, &cast.mira, &cast.admin);
    let both = || vec![rina.clone(), tia.clone()];
    let nobody = |who, tape| Sight {
        who,
        tape,
        boxes: Vec::new(),
        own: None,
        hidden: [both(), vec![address.clone(), name.clone()]].concat(),
        known: vec![("the kind of an answer", b"application/problem+json".to_vec())],
    };
    vec![
        client(&cast.rina, "rina", rina.clone(), tia.clone()),
        client(&cast.tia, "tia", tia.clone(), rina.clone()),
        staff(&dewi.0.member, &dewi.1, "dewi", vec![tia.clone()], vec![rina.clone(), name.clone()]),
        staff(&budi.0.member, &budi.1, "budi", vec![rina.clone()], vec![tia.clone()]),
        staff(&sari.0.member, &sari.1, "sari", Vec::new(), both()),
        staff(&mira.0.member, &mira.1, "mira", Vec::new(), both()),
        staff(&admin.0, &admin.1, "admin", both(), vec![name.clone()]),
        nobody("stranger", strangers),
    ]
}

/// No marker is on a tape, in the log, in the database or in another file, in any form.
fn nothing_sealed_stands(
    house: &House,
    cast: &Cast,
    tapes: &[(&'static str, &Tape)],
) -> Result<()> {
    std::fs::write(house.folder().join("log"), house.service.log())?;
    for (who, tape) in tapes {
        let passed = [tape.said(), tape.heard()].concat();
        std::fs::write(house.folder().join(format!("tape-{who}")), passed)?;
    }
    let pg = house.postgres.as_ref().map(stories::Postgres::data);
    let mut folders = vec![house.folder()];
    folders.extend(pg.as_deref());
    let typed = [IN_CHAT, IN_REPLY, IN_NOTE, IN_REASON, IN_INTAKE, PASSPHRASE];
    let secrets = cast.secrets.iter().map(String::as_str);
    let found = find_markers(&folders, &typed.into_iter().chain(secrets).collect::<Vec<_>>())?;
    ensure!(found.is_empty(), "{found:?}");
    // Address and name go to the service, which keeps them sealed.
    for marker in [EMAIL, NAME] {
        let found = find_marker(&folders, marker)?;
        let is_tape = |name: &str| name.starts_with("tape-");
        let (tapes, files): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| {
            found.file.file_name().is_some_and(|name| is_tape(&name.to_string_lossy()))
        });
        ensure!(files.is_empty(), "{marker} in {files:?}");
        ensure!(!tapes.is_empty(), "{marker} was typed, and the search does not see it");
    }
    Ok(())
}

on_both_engines!(what_is_sealed_comes_to_nobody_else);
