//! A supervisor breaks the glass, and what she then does.

use actors::Supervisor;
use anyhow::{Context, Result, ensure};
use crypto::Id;
use protocol::{
    ErrorCode, Event, OpenedView, OpeningState, SessionState, SessionView, StaffCommand,
};
use stories::{Engine, House, on_both_engines};

use crate::scene::{in_a_talk, is_refused, refused};

fn me(supervisor: &Supervisor) -> protocol::Id {
    protocol::Id(supervisor.member.staff_id())
}

/// The one opening that whoever is in the case was told of.
fn the_opening(session: &SessionView) -> Result<&OpenedView> {
    match session.opened.as_slice() {
        [opened] => Ok(opened),
        other => anyhow::bail!("{} openings", other.len()),
    }
}

/// The counselor calls; the supervisor opens, reads everything, comes, talks and leaves.
async fn a_supervisor_reads_comes_and_leaves(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    client.say("Dia mengancam saya.").await?;
    dewi.note(case, "Pisau di dapur.").await?;
    dewi.until_reads(case, "Dia mengancam saya.").await?;
    let escalation = dewi.escalate(case, 3, "Dia di depan pintu.").await?;
    sari.until_of(case, |one| one.by_staff).await?;

    let opening = sari.break_glass(case, "danger").await?;
    ensure!(opening.state == OpeningState::Open && !opening.alone && opening.approved.is_none());
    let held = sari.case(case)?;
    ensure!(held.chat.texts() == ["Halo.", "Dia mengancam saya."]);
    ensure!(held.notes.texts() == ["Pisau di dapur."]);
    ensure!(held.chat.reads_all() && held.notes.reads_all());
    let id = opening.opening_id.0;
    mira.until(|known| known.openings.contains_key(&id)).await?;
    client.until(|client| !client.session.opened.is_empty()).await?;
    dewi.until(|desk| desk.cases.get(&case).is_some_and(|held| !held.session.opened.is_empty()))
        .await?;
    for session in [&client.session, &dewi.case(case)?.session] {
        let opened = the_opening(session)?;
        ensure!((opened.by, opened.reason.as_str(), opened.alone) == (me(&sari), "danger", false));
        ensure!(opened.open && !opened.countersigned);
        ensure!(opened.alias > 0 && Some(opened.at) == opening.opened_at);
    }
    // What is said meanwhile she reads too.
    client.say("Ibu masih di sana?").await?;
    sari.until_desk(|desk| {
        desk.cases.get(&case).is_some_and(|held| held.chat.texts().contains(&"Ibu masih di sana?"))
    })
    .await?;

    sari.join(case).await?;
    client.until(|client| client.session.joined.len() == 1).await?;
    dewi.until(|desk| desk.cases.get(&case).is_some_and(|held| held.session.joined.len() == 1))
        .await?;
    let joined = client.session.joined.first().context("joined")?;
    ensure!(joined.staff_id == me(&sari) && joined.here);
    all_three_talk(&mut client, &mut dewi, &mut sari, case).await?;

    sari.leave(case).await?;
    client.until(|client| client.session.joined.is_empty()).await?;
    dewi.until(|desk| desk.cases.get(&case).is_some_and(|held| held.session.joined.is_empty()))
        .await?;
    // She reads until it is closed, and then hears nothing more.
    client.say("Terima kasih.").await?;
    dewi.until_reads(case, "Terima kasih.").await?;
    sari.until_desk(|desk| {
        desk.cases.get(&case).is_some_and(|held| held.chat.texts().contains(&"Terima kasih."))
    })
    .await?;
    ensure!(sari.close_opening(id).await?.state == OpeningState::Closed);
    dewi.say(case, "Kita lanjutkan.").await?;
    client.until_reads("Kita lanjutkan.").await?;
    client.until(|client| client.session.opened.iter().all(|one| !one.open)).await?;
    sari.own(escalation, None).await?;
    sari.catch_up().await.context("nothing of a case that is closed again")?;
    refused(&sari.fetch_case(case).await, ErrorCode::NotAssigned)?;
    ensure!(the_opening(&client.session)?.reason == "danger", "she still sees who opened it");
    Ok(())
}

/// Client, counselor and supervisor write; each reads the others, and staff their notes.
async fn all_three_talk(
    client: &mut actors::Client,
    dewi: &mut actors::Counselor,
    sari: &mut Supervisor,
    case: Id,
) -> Result<()> {
    sari.say(case, "Saya Sari, saya ikut membaca.").await?;
    client.until_reads("Saya Sari, saya ikut membaca.").await?;
    dewi.until_reads(case, "Saya Sari, saya ikut membaca.").await?;
    dewi.say(case, "Kami berdua di sini.").await?;
    client.until_reads("Kami berdua di sini.").await?;
    client.say("Baik.").await?;
    sari.until_desk(|desk| {
        desk.cases
            .get(&case)
            .is_some_and(|held| held.chat.texts().ends_with(&["Kami berdua di sini.", "Baik."]))
    })
    .await?;
    dewi.until_reads(case, "Baik.").await?;
    sari.note(case, "Polsek dihubungi.").await?;
    dewi.until(|desk| {
        desk.cases.get(&case).is_some_and(|held| held.notes.texts().contains(&"Polsek dihubungi."))
    })
    .await?;
    ensure!(sari.case(case)?.chat.texts() == client.chat.texts(), "all read the same");
    ensure!(dewi.case(case)?.chat.texts() == client.chat.texts(), "all read the same");
    let me = Some(sari.member.staff_id());
    let greeted = client
        .chat
        .messages()
        .any(|shown| shown.kind == actors::kind::HELLO && shown.staff_id == me);
    ensure!(greeted, "the client was told who came");
    Ok(())
}

/// From then on the old counselor hears nothing more and cannot write.
async fn a_supervisor_takes_over(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    client.raise_level(3).await?;
    sari.until_of(case, |one| one.level == 3).await?;
    sari.break_glass(case, "danger").await?;
    sari.join(case).await?;
    sari.take_over(case).await?;
    client.until(|client| client.session.counselor == Some(me(&sari))).await?;
    ensure!(client.session.joined.is_empty());

    // What she writes before she has heard of it is not stored.
    dewi.write(case, "Saya teruskan.")?;
    refused(&dewi.flush(case).await, ErrorCode::NotAssigned)?;
    dewi.until(|desk| !desk.cases.contains_key(&case)).await?;
    client.say("Siapa sekarang?").await?;
    sari.say(case, "Saya.").await?;
    client.until_reads("Saya.").await?;
    let fetch = StaffCommand::FetchAfter { case_id: protocol::Id(case), lane: 1, seq: 0 };
    is_refused(dewi.line()?.ask(fetch).await?, ErrorCode::NotAssigned)?;
    while let Some(event) = dewi.line()?.event_at_hand() {
        ensure!(
            !matches!(event, protocol::Event::Message { .. } | protocol::Event::Record { .. }),
            "{event:?}"
        );
    }
    ensure!(client.chat.texts() == ["Halo.", "Siapa sekarang?", "Saya."]);
    sari.end(case).await?;
    client.until_state(SessionState::Ended).await?;
    Ok(())
}

/// Given back, it is hers no longer to write in; by her opening she goes on hearing it.
async fn who_gives_back_reads_on(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let (mut client, _dewi, case) = in_a_talk(&house, 0).await?;
    client.raise_level(3).await?;
    sari.until_of(case, |one| one.level == 3).await?;
    let id = sari.break_glass(case, "danger").await?.opening_id.0;
    sari.join(case).await?;
    sari.take_over(case).await?;
    client.until(|client| client.session.counselor == Some(me(&sari))).await?;
    sari.give_back(case).await?;
    client.until_state(SessionState::Waiting).await?;

    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == case);
    budi.say(case, "Saya lanjutkan.").await?;
    client.until_reads("Saya lanjutkan.").await?;
    // Her desk was told who has it now, of the record, and of what is said.
    let (mut taken, mut recorded, mut said) = (false, false, false);
    while !(taken && recorded && said) {
        match sari.line()?.event().await? {
            Event::SessionChanged { session, .. } => {
                taken |= session.counselor == Some(protocol::Id(budi.member.staff_id()));
            }
            Event::Record { case_id, .. } => recorded |= case_id.0 == case,
            Event::Message { case_id, .. } => said |= case_id.0 == case,
            _ => {}
        }
    }
    sari.fetch_case(case).await?;
    ensure!(sari.case(case)?.chat.texts() == ["Halo.", "Saya lanjutkan."]);
    ensure!(sari.close_opening(id).await?.state == OpeningState::Closed);
    refused(&sari.fetch_case(case).await, ErrorCode::NotAssigned)
}

/// Counselor and clients are gone: one case is taken over, the other put back into the queue.
async fn what_is_left_behind_is_taken_or_put_back(engine: Engine) -> Result<()> {
    let house = House::with(engine, &[("TEDUH_TIMES__COUNSELOR_GONE_S", "1")]).await?;
    let (mut sari, mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, mut dewi, one) = in_a_talk(&house, 0).await?;
    let mut second = house.client("Saya yang kedua.").await?;
    let other = dewi.claim_next().await?;
    second.until_state(SessionState::Active).await?;
    client.say("Saya harus pergi.").await?;
    client.cut();
    second.cut();
    dewi.cut();
    sari.until(|known| known.is_left_behind(one) && known.is_left_behind(other)).await?;

    // Nobody else has to agree, though another supervisor is there.
    ensure!(sari.break_glass(one, "left_behind").await?.state == OpeningState::Open);
    sari.take_over(one).await?;
    client.connect().await?;
    ensure!(client.session.counselor == Some(me(&sari)));
    client.say("Saya kembali.").await?;
    sari.until_desk(|desk| {
        desk.cases.get(&one).is_some_and(|held| {
            held.chat.texts() == ["Halo.", "Saya harus pergi.", "Saya kembali."]
        })
    })
    .await?;

    ensure!(sari.break_glass(other, "left_behind").await?.state == OpeningState::Open);
    sari.requeue(other).await?;
    sari.until(|known| known.left_behind.is_empty()).await?;
    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == other);
    ensure!(budi.case(other)?.chat.texts() == ["Saya yang kedua."]);
    second.connect().await?;
    ensure!(second.session.state == SessionState::Active);
    ensure!(the_opening(&second.session)?.reason == "left_behind");
    drop(mira);
    Ok(())
}

/// Nobody called: a second supervisor agrees, or does not.
async fn a_second_supervisor_answers(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, _dewi, case) = in_a_talk(&house, 0).await?;
    let asked = sari.break_glass(case, "complaint").await?;
    let id = asked.opening_id.0;
    ensure!(asked.state == OpeningState::Asked && asked.alone_from.is_some());
    ensure!(sari.case(case).is_err(), "nothing of it yet");
    mira.until(|known| known.openings.contains_key(&id)).await?;
    ensure!(mira.approve(id).await?.approved.is_some_and(|deed| deed.by == me(&mira)));
    sari.until(|known| {
        known.openings.get(&id).is_some_and(|one| one.state == OpeningState::Approved)
    })
    .await?;
    ensure!(client.session.opened.is_empty(), "not opened yet");
    let opened = sari.break_glass_as(id, case, "complaint").await?;
    ensure!(opened.state == OpeningState::Open && !opened.alone);
    ensure!(sari.case(case)?.chat.texts() == ["Halo."]);
    client.until(|client| !client.session.opened.is_empty()).await?;
    ensure!(the_opening(&client.session)?.reason == "complaint");
    // Her desk comes back with it, and without a second entry.
    sari.connect().await?;
    ensure!(sari.case(case)?.chat.reads_all());
    sari.break_glass_as(id, case, "complaint").await?;
    let mut database = house.database().await?;
    ensure!(database.audited(case, "case_opened").await? == 1);

    let other = sari.break_glass(case, "follow_up").await?.opening_id.0;
    ensure!(mira.refuse(other).await?.state == OpeningState::Refused);
    sari.until(|known| {
        known.openings.get(&other).is_some_and(|one| one.state == OpeningState::Refused)
    })
    .await?;
    refused(&sari.break_glass_as(other, case, "follow_up").await, ErrorCode::OpeningOver)
}

/// Nobody is there to agree: all are paged, and somebody confirms it afterwards.
async fn what_was_opened_alone_is_countersigned(engine: Engine) -> Result<()> {
    let house = House::with(engine, &[("TEDUH_TIMES__OPENING_ALONE_AFTER_S", "0")]).await?;
    let mut sari = house.supervisor(0).await?;
    let (mut client, _dewi, case) = in_a_talk(&house, 0).await?;
    let opening = sari.break_glass(case, "complaint").await?;
    ensure!(opening.state == OpeningState::Open && opening.alone);
    ensure!(opening.countersign_before.is_some());
    let id = opening.opening_id.0;
    client.until(|client| !client.session.opened.is_empty()).await?;
    ensure!(the_opening(&client.session)?.alone, "and she is told so");

    let mut mira = house.supervisor(1).await?;
    ensure!(mira.escalations.pages.iter().any(|page| page.alone == 1), "paged");
    ensure!(mira.escalations.openings.contains_key(&id));
    // With another one there it is to be asked for again.
    let asked = sari.break_glass(case, "data_request").await?;
    ensure!(asked.state == OpeningState::Asked);
    mira.countersign(id).await?;
    sari.until(|known| {
        known.openings.get(&id).is_some_and(|one| {
            one.countersigned.is_some_and(|deed| deed.by == me(&mira))
                && one.countersign_before.is_none()
        })
    })
    .await?;
    client.until(|client| client.session.opened.iter().any(|one| one.countersigned)).await?;
    ensure!(the_opening(&client.session)?.alone, "it stays marked");
    Ok(())
}

/// Disabled: out at once, from the case too.
async fn a_disabled_supervisor_is_out(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    client.raise_level(3).await?;
    sari.until_of(case, |_| true).await?;
    let id = sari.break_glass(case, "danger").await?.opening_id.0;
    sari.join(case).await?;
    client.until(|client| client.session.joined.len() == 1).await?;
    dewi.until(|desk| desk.cases.get(&case).is_some_and(|held| held.session.joined.len() == 1))
        .await?;
    let email = sari.member.credentials().email.clone();
    house.service.run(&["staff", "disable", &email])?;
    ensure!(sari.line()?.closed().await? == protocol::CloseCode::SignedOut as u16);
    client.until(|client| client.session.joined.is_empty()).await?;
    dewi.until(|desk| desk.cases.get(&case).is_some_and(|held| held.session.joined.is_empty()))
        .await?;
    mira.until(|known| {
        known.openings.get(&id).is_some_and(|one| one.state == OpeningState::Closed)
    })
    .await?;
    ensure!(sari.connect().await.is_err(), "not even back to the desk");
    // The counselor is still assigned: the case is hers to give back, and is taken anew.
    dewi.give_back(case).await?;
    let mut budi = house.counselor(1).await?;
    ensure!(budi.claim_next().await? == case);
    client.say("Masih di sini.").await?;
    budi.until_reads(case, "Masih di sini.").await?;
    Ok(())
}

on_both_engines!(
    a_supervisor_reads_comes_and_leaves,
    a_supervisor_takes_over,
    who_gives_back_reads_on,
    what_is_left_behind_is_taken_or_put_back,
    a_second_supervisor_answers,
    what_was_opened_alone_is_countersigned,
    a_disabled_supervisor_is_out,
);
