//! From danger to a supervisor who answers for it.

use actors::{Client, Counselor, Supervisor};
use anyhow::{Context, Result, ensure};
use crypto::Id;
use protocol::{
    ErrorCode, EscalationState, EscalationView, Event, RaiseSource, Reply, SessionState,
    StaffCommand,
};
use stories::{Engine, House, on_both_engines, open_to};

/// A client who talks with a counselor.
async fn in_a_talk(house: &House, index: usize) -> Result<(Client, Counselor, Id)> {
    let mut client = house.client("Halo.").await?;
    let mut counselor = house.counselor(index).await?;
    let case = counselor.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    Ok((client, counselor, case))
}

fn me(supervisor: &Supervisor) -> protocol::Id {
    protocol::Id(supervisor.member.staff_id())
}

fn is_resolved(one: &EscalationView) -> bool {
    one.state == EscalationState::Resolved
}

/// Every supervisor has it; one of two who acknowledge at once does, and the other is told who;
/// the counselor sees each step as it happens.
async fn danger_is_answered_by_one_before_everybodys_eyes(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    client.raise_level(3).await?;
    let id = sari.until_of(case, |one| one.level == 3).await?;
    ensure!(mira.until_of(case, |one| one.state == EscalationState::Raised).await? == id);
    dewi.until(|desk| desk.escalations.all.contains_key(&id)).await?;

    let acknowledge = StaffCommand::Acknowledge { escalation_id: protocol::Id(id) };
    let hers = sari.line()?.post(acknowledge.clone()).await?;
    let his = mira.line()?.post(acknowledge).await?;
    let answers = (sari.line()?.answer(hers).await?, mira.line()?.answer(his).await?);
    let (winner, loser, refused) = match answers {
        (Reply::Escalation { .. }, Reply::Refused(refused)) => (&mut sari, &mut mira, refused),
        (Reply::Refused(refused), Reply::Escalation { .. }) => (&mut mira, &mut sari, refused),
        other => anyhow::bail!("{other:?}"),
    };
    ensure!(refused.code == ErrorCode::EscalationAcknowledged);
    let by = me(winner);
    loser.until_of(case, |one| one.acknowledged.is_some_and(|deed| deed.by == by)).await?;

    winner.own(id, None).await?;
    loser.until_of(case, |one| one.owner.is_some_and(|deed| deed.by == by)).await?;
    let sees = |state| move |one: &EscalationView| one.state == state;
    let owned = sees(EscalationState::Owned);
    dewi.until(|desk| desk.escalations.of_case(case).is_some_and(&owned)).await?;

    loser.resolve(id, "safe_now", Some("2028-02-29")).await?;
    winner.until_of(case, is_resolved).await?;
    dewi.until(|desk| desk.escalations.of_case(case).is_some_and(is_resolved)).await?;
    let over = dewi.escalations.get(id)?;
    ensure!(over.outcome.as_deref() == Some("safe_now"));
    ensure!(over.follow_up.as_deref() == Some("2028-02-29"));

    winner.reopen(id).await?;
    loser.until_of(case, sees(EscalationState::Raised)).await?;
    let raised = sees(EscalationState::Raised);
    dewi.until(|desk| desk.escalations.of_case(case).is_some_and(&raised)).await?;
    Ok(())
}

/// Who is not there when danger is said finds it at the next sign-in, in the order of the queue.
async fn a_supervisor_who_comes_later_finds_what_is_open(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let intake = actors::Intake::saying("Halo.");
    let urgent = open_to(&house.browser(), &house, &intake.clone().at_level(2)).await?;
    let danger = open_to(&house.browser(), &house, &intake.at_level(3)).await?;
    let mut sari = house.supervisor(0).await?;
    let cases: Vec<Id> = sari
        .queue
        .iter()
        .map(|id| Ok(sari.escalations.get(*id)?.case_id.0))
        .collect::<Result<_>>()?;
    ensure!(cases == [danger.case_id(), urgent.case_id()]);
    let one = sari.escalations.of_case(danger.case_id()).context("danger")?;
    ensure!(one.not_yet_spoken_to && !one.by_staff);
    ensure!(one.raises.iter().all(|raise| raise.source == RaiseSource::ClientIntake));

    // Whoever claims her is shown it, and supervisors see that somebody speaks to her.
    let mut dewi = house.counselor(0).await?;
    ensure!(dewi.claim_next().await? == danger.case_id());
    sari.until_of(danger.case_id(), |one| !one.not_yet_spoken_to).await?;
    dewi.until(|desk| desk.escalations.of_case(danger.case_id()).is_some()).await?;
    Ok(())
}

/// Supervisors read why; the counselor of another case and the client hear nothing of it.
async fn a_counselors_reason_is_for_supervisors_alone(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    let (mut other, mut budi, foreign) = in_a_talk(&house, 1).await?;
    let reason = r#"{"code":"threat","t":"Dia pulang malam ini."}"#;
    let id = dewi.escalate(case, 3, reason).await?;
    for supervisor in [&mut sari, &mut mira] {
        ensure!(supervisor.until_of(case, |one| one.by_staff).await? == id);
        let raises = supervisor.escalations.get(id)?.raises.clone();
        let [raise] = raises.as_slice() else { anyhow::bail!("{} raises", raises.len()) };
        ensure!(supervisor.reason(case, raise)?.as_deref() == Some(reason));
        // A reason holds for its own case and raise alone.
        ensure!(supervisor.reason(foreign, raise).is_err());
    }
    // Her own desk has the escalation, and nobody's sealed reason.
    let own = dewi.escalations.get(id)?;
    ensure!(own.raises.iter().all(|raise| raise.record.is_none() && raise.sig.is_none()));

    // The answers come after whatever else was to be said.
    client.say("Masih di sini?").await?;
    other.say("Masih di sini?").await?;
    for client in [&mut client, &mut other] {
        client.catch_up().await.context("a client gets nothing of escalations")?;
    }
    budi.set_status(protocol::StaffStatus::Busy).await?;
    while let Some(event) = budi.line()?.event_at_hand() {
        ensure!(!matches!(event, Event::Escalation { .. }), "{event:?}");
    }
    Ok(())
}

/// The client says danger and leaves: somebody still has to answer.
async fn it_stays_open_when_the_client_leaves(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let mut client = house.client("Halo.").await?;
    let case = client.case_id();
    client.raise_level(3).await?;
    let id = sari.until_of(case, |one| one.client_left.is_none()).await?;
    client.end().await?;
    sari.until_of(case, |one| one.client_left.is_some()).await?;
    sari.connect().await?;
    ensure!(sari.queue == [id], "still open");
    // She comes back, and the mark goes.
    client.reopen().await?;
    sari.until_of(case, |one| one.client_left.is_none()).await?;
    ensure!(sari.escalations.get(id)?.state == EscalationState::Raised);
    Ok(())
}

/// However often it is said: one escalation, whose level goes up.
async fn later_raises_join_the_one_that_is_open(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let (mut client, mut dewi, case) = in_a_talk(&house, 0).await?;
    client.raise_level(2).await?;
    client.raise_level(2).await?;
    let id = sari.until_of(case, |one| one.level == 2 && one.raises.len() == 1).await?;
    sari.own(id, None).await?;

    let raising = dewi.raising(case, 3, "Dia di depan pintu.")?;
    for _ in 0..2 {
        let answer = dewi.line()?.ask(raising.clone()).await?;
        let Reply::Escalation { escalation } = answer else { anyhow::bail!("{answer:?}") };
        ensure!(escalation.escalation_id.0 == id, "the same again is the same");
    }
    sari.until_of(case, |one| one.level == 3).await?;
    let risen = sari.escalations.get(id)?;
    ensure!(risen.state == EscalationState::Raised && risen.due.is_some(), "acknowledged anew");
    ensure!(risen.owner.is_some_and(|owner| owner.by == me(&sari)), "its owner stays");
    ensure!(risen.raises.len() == 2 && risen.by_staff);
    sari.connect().await?;
    ensure!(sari.queue == [id]);

    // Lowering is a supervisor's judgement, and acknowledges.
    sari.lower(id, 2, "person_away").await?;
    let lowered = sari.escalations.get(id)?;
    ensure!(lowered.level == 2 && lowered.state == EscalationState::Owned);
    dewi.until(|desk| desk.escalations.of_case(case).is_some_and(|one| one.level == 2)).await?;
    dewi.until(|desk| desk.cases.get(&case).is_some_and(|held| held.session.level == 2))
        .await
        .map_err(Into::into)
}

/// Every desk knows how many supervisors are there.
async fn who_is_there_to_answer_is_known_at_every_desk(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut dewi = house.counselor(0).await?;
    ensure!(dewi.escalations.supervisors == 0);
    let mut sari = house.supervisor(0).await?;
    dewi.until(|desk| desk.escalations.supervisors == 1).await?;
    let mira = house.supervisor(1).await?;
    ensure!(mira.escalations.supervisors == 2);
    dewi.until(|desk| desk.escalations.supervisors == 2).await?;
    sari.until(|known| known.supervisors == 2).await?;
    drop(mira);
    sari.until(|known| known.supervisors == 1).await?;
    sari.cut();
    dewi.until(|desk| desk.escalations.supervisors == 0).await?;
    Ok(())
}

/// Who owns it signs out: it is raised again for those who are here, and the counselor sees that.
async fn whoever_answers_for_it_and_is_gone_leaves_it_to_the_others(engine: Engine) -> Result<()> {
    let house = House::with(engine, &[("TEDUH_TIMES__COUNSELOR_GONE_S", "1")]).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let (_client, mut dewi, case) = in_a_talk(&house, 0).await?;
    let id = dewi.escalate(case, 3, "Dia di depan pintu.").await?;
    sari.until_of(case, |one| one.by_staff).await?;
    sari.own(id, None).await?;
    let by = me(&sari);
    mira.until_of(case, |one| one.owner.is_some_and(|deed| deed.by == by)).await?;

    sari.cut();
    let raised_anew = |one: &EscalationView| {
        one.state == EscalationState::Raised && one.owner.is_none() && one.due.is_some()
    };
    mira.until_of(case, raised_anew).await?;
    dewi.until(|desk| desk.escalations.of_case(case).is_some_and(raised_anew)).await?;
    mira.own(id, None).await?;
    sari.connect().await?;
    let by = me(&mira);
    sari.until_of(case, |one| one.owner.is_some_and(|deed| deed.by == by)).await?;
    Ok(())
}

on_both_engines!(
    danger_is_answered_by_one_before_everybodys_eyes,
    a_supervisor_who_comes_later_finds_what_is_open,
    a_counselors_reason_is_for_supervisors_alone,
    it_stays_open_when_the_client_leaves,
    later_raises_join_the_one_that_is_open,
    who_is_there_to_answer_is_known_at_every_desk,
    whoever_answers_for_it_and_is_gone_leaves_it_to_the_others,
);
