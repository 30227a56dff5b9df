//! What is refused of escalations, each with its code.

use actors::{Counselor, Supervisor};
use anyhow::{Context, Result, ensure};
use crypto::raise::Raise;
use crypto::roster::GroupKind;
use protocol::{Blob, ErrorCode, Id, Reply, SessionState, StaffCommand};
use stories::{Engine, House, on_both_engines};

fn is_refused(answer: Reply, code: ErrorCode) -> Result<()> {
    match answer {
        Reply::Refused(problem) if problem.code == code => Ok(()),
        other => anyhow::bail!("{other:?} instead of {}", code.as_str()),
    }
}

async fn refuses(desk: &mut Counselor, command: StaffCommand, code: ErrorCode) -> Result<()> {
    is_refused(desk.line()?.ask(command).await?, code)
}

fn refused<T: std::fmt::Debug>(outcome: actors::Result<T>, code: ErrorCode) -> Result<()> {
    ensure!(outcome.as_ref().err().and_then(actors::Error::code) == Some(code), "{outcome:?}");
    Ok(())
}

/// A raise that is not what it says, or of somebody who is not there.
async fn a_raise_that_is_not_in_order(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut sari = house.supervisor(0).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    let waiting = house.client("Saya yang kedua.").await?;

    let good = dewi.raising(case, 3, "Dia di depan pintu.")?;
    let StaffCommand::Raise { case_id, raise_id, level, record, sig } = good.clone() else {
        anyhow::bail!("no raise");
    };
    let raise = |case_id, raise_id, level, record: &Blob, sig: &Blob| StaffCommand::Raise {
        case_id,
        raise_id,
        level,
        record: record.clone(),
        sig: sig.clone(),
    };
    let forged = |blob: &Blob| {
        let mut forged = blob.clone();
        forged.0.iter_mut().take(1).for_each(|byte| *byte ^= 1);
        forged
    };
    let refused_record = [
        raise(case_id, raise_id, 2, &record, &sig),
        raise(case_id, Id([9; 16]), level, &record, &sig),
        raise(case_id, raise_id, level, &record, &forged(&sig)),
        raise(case_id, raise_id, level, &record, &Blob(vec![1])),
        raise(case_id, raise_id, level, &forged(&record), &sig),
        raise(case_id, raise_id, level, &Blob(Vec::new()), &sig),
    ];
    for command in refused_record {
        refuses(&mut dewi, command, ErrorCode::RecordRefused).await?;
    }
    let to_the_team = to_the_team(&dewi, case)?;
    refuses(&mut dewi, to_the_team, ErrorCode::StaleRoster).await?;
    let mark = dewi.raising(case, 1, "Hanya tanda.")?;
    refuses(&mut dewi, mark, ErrorCode::BadFrame).await?;
    let beyond = raise(case_id, raise_id, 9, &record, &sig);
    refuses(&mut dewi, beyond, ErrorCode::BadFrame).await?;
    // A case that waits, one that does not exist, and somebody who is not in this one.
    for foreign in [Id(waiting.case_id()), Id([9; 16])] {
        let command = raise(foreign, raise_id, level, &record, &sig);
        refuses(&mut dewi, command, ErrorCode::NotAssigned).await?;
    }
    is_refused(sari.line()?.ask(good.clone()).await?, ErrorCode::NotAssigned)?;
    let mut budi = house.counselor(1).await?;
    refuses(&mut budi, good, ErrorCode::NotAssigned).await?;

    sari.connect().await?;
    ensure!(sari.queue.is_empty(), "nothing of all that was raised");
    Ok(())
}

/// A reason that is sealed to a key which is not that of escalations.
fn to_the_team(dewi: &Counselor, case: crypto::Id) -> Result<StaffCommand> {
    let (member, raise_id) = (&dewi.member, [7; 16]);
    let team = member.organisation()?.roster()?.roster.newest(GroupKind::Team).context("team")?;
    let ikm = member.browser.random.secret()?;
    let raise =
        Raise::seal(member.org_id(), case, raise_id, 3, &team.kem_pk, b"Dia di sini.", &ikm)?;
    Ok(StaffCommand::Raise {
        case_id: Id(case),
        raise_id: Id(raise_id),
        level: 3,
        record: Blob(raise.to_bytes()),
        sig: Blob(raise.sign(member.signing_key()).to_vec()),
    })
}

/// Counselors raise; supervisors answer, and nobody else.
async fn a_counselor_answers_for_nothing(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    let escalation_id = Id(dewi.escalate(case, 2, "Mohon ditengok.").await?);
    let (reason, outcome) = ("mistake".to_owned(), "plan".to_owned());
    for command in [
        StaffCommand::Acknowledge { escalation_id },
        StaffCommand::Own { escalation_id, from: None },
        StaffCommand::Lower { escalation_id, level: 2, reason },
        StaffCommand::Resolve { escalation_id, outcome, follow_up: None },
        StaffCommand::ReopenEscalation { escalation_id },
        StaffCommand::PageSeen { minute: 1 },
    ] {
        refuses(&mut dewi, command, ErrorCode::Forbidden).await?;
    }
    Ok(())
}

/// Each step in another order than the rules have it.
async fn an_answer_out_of_its_turn(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (mut sari, mut mira) = (house.supervisor(0).await?, house.supervisor(1).await?);
    let mut client = house.client("Halo.").await?;
    let case = client.case_id();
    client.raise_level(3).await?;
    let id = sari.until_of(case, |one| one.level == 3).await?;

    refused(sari.acknowledge([9; 16]).await, ErrorCode::NotFound)?;
    refused(sari.resolve(id, "plan", None).await, ErrorCode::EscalationNotOwned)?;
    sari.own(id, None).await?;
    refused(mira.acknowledge(id).await, ErrorCode::EscalationAcknowledged)?;
    refused(mira.own(id, None).await, ErrorCode::EscalationOwned)?;
    mira.own(id, Some(sari.member.staff_id())).await?;
    refused(sari.own(id, None).await, ErrorCode::EscalationOwned)?;
    not_a_level_or_a_code(&mut sari, id).await?;

    mira.resolve(id, "plan", None).await?;
    mira.resolve(id, "plan", None).await.context("the same again is the same")?;
    refused(mira.resolve(id, "moved", None).await, ErrorCode::EscalationClosed)?;
    refused(sari.resolve(id, "plan", None).await, ErrorCode::EscalationClosed)?;
    refused(sari.acknowledge(id).await, ErrorCode::EscalationClosed)?;
    refused(sari.own(id, None).await, ErrorCode::EscalationClosed)?;
    refused(sari.lower(id, 2, "mistake").await, ErrorCode::EscalationClosed)?;

    // The client says danger once more: another one, beside which the first stays closed.
    client.raise_level(3).await?;
    let other = protocol::Id(id);
    sari.until(|known| known.all.values().any(|one| one.escalation_id != other)).await?;
    refused(sari.reopen(id).await, ErrorCode::EscalationOpen)
}

async fn not_a_level_or_a_code(sari: &mut Supervisor, id: crypto::Id) -> Result<()> {
    refused(sari.lower(id, 3, "mistake").await, ErrorCode::LevelNotLower)?;
    refused(sari.lower(id, 1, "mistake").await, ErrorCode::BadFrame)?;
    refused(sari.lower(id, 9, "mistake").await, ErrorCode::BadFrame)?;
    refused(sari.lower(id, 2, "because").await, ErrorCode::BadFrame)?;
    refused(sari.resolve(id, "done", None).await, ErrorCode::BadFrame)?;
    refused(sari.resolve(id, "plan", Some("2026-02-30")).await, ErrorCode::BadFrame)
}

on_both_engines!(
    a_raise_that_is_not_in_order,
    a_counselor_answers_for_nothing,
    an_answer_out_of_its_turn,
);
