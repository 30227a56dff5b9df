//! Whoever is gone drops out of the epochs, and the talk goes on without anybody doing anything.

use std::collections::BTreeSet;

use actors::{Client, Counselor, HeldLane, StaffMember, Supervisor};
use anyhow::{Context, Result, ensure};
use crypto::Id;
use crypto::epoch::ReaderKind;
use protocol::{ErrorCode, Role, StaffCommand};
use stories::{Engine, House, on_both_engines};

use crate::scene::{in_a_talk, is_refused};

/// A client in danger, her counselor, and the supervisors who have joined.
struct Circle {
    client: Client,
    dewi: Counselor,
    case: Id,
    joined: Vec<Supervisor>,
}

async fn circle(house: &House, supervisors: usize) -> Result<Circle> {
    let mut joined = Vec::new();
    for index in 0..supervisors {
        joined.push(house.supervisor(index).await?);
    }
    let (mut client, mut dewi, case) = in_a_talk(house, 0).await?;
    client.raise_level(3).await?;
    for (there, supervisor) in joined.iter_mut().enumerate() {
        supervisor.until_of(case, |one| one.level == 3).await?;
        supervisor.break_glass(case, "danger").await?;
        supervisor.join(case).await?;
        client.until(|client| client.session.joined.len() == there + 1).await?;
        dewi.until(|desk| {
            desk.cases.get(&case).is_some_and(|held| held.session.joined.len() == there + 1)
        })
        .await?;
    }
    Ok(Circle { client, dewi, case, joined })
}

/// The people whom the newest record of a lane names.
fn people(lane: &HeldLane, member: &StaffMember) -> Result<BTreeSet<Id>> {
    let last = lane.chain().last().context("a record")?;
    let roster = member.organisation()?.rosters().get(last.roster_version).context("its roster")?;
    let readers = last.of_kind(ReaderKind::Staff);
    let people = readers.map(|reader| roster.by_kem_kid(&reader.kid).map(|one| one.staff_id));
    people.collect::<Option<_>>().context("a reader of the roster")
}

impl Circle {
    fn supervisor(&mut self, index: usize) -> Result<&mut Supervisor> {
        self.joined.get_mut(index).context("a supervisor")
    }

    /// The counselor hears who is left, and her desk makes new epochs by itself; all talk on.
    async fn goes_on(&mut self, left: &[Id]) -> Result<()> {
        let Self { client, dewi, case, .. } = self;
        let case = *case;
        let still = left.len();
        dewi.until(|desk| {
            desk.cases.get(&case).is_some_and(|held| held.session.joined.len() == still)
        })
        .await?;
        client.until(|client| client.session.joined.len() == still).await?;
        client.say("Masih di sini.").await?;
        dewi.until_reads(case, "Masih di sini.").await?;
        dewi.say(case, "Saya juga.").await?;
        client.until_reads("Saya juga.").await?;
        dewi.note(case, "Kami lanjut.").await?;
        let held = dewi.case(case)?;
        let named: BTreeSet<Id> = left.iter().copied().chain([dewi.member.staff_id()]).collect();
        ensure!(people(&held.chat, &dewi.member)? == named);
        ensure!(people(&held.notes, &dewi.member)? == named);
        ensure!(held.chat.reads_all() && held.notes.reads_all());
        Ok(())
    }
}

/// Her sign-in is blocked; the staff list names her still.
async fn without_who_is_disabled(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut circle = Box::pin(circle(&house, 1)).await?;
    let email = circle.supervisor(0)?.member.credentials().email.clone();
    house.service.run(&["staff", "disable", &email])?;
    circle.goes_on(&[]).await?;
    let mut database = house.database().await?;
    ensure!(database.audited(circle.case, "case_rekeyed").await? == 1);
    // A desk that comes back finds nothing more to do.
    circle.dewi.connect().await?;
    ensure!(circle.dewi.case(circle.case)?.chat.reads_all());
    ensure!(database.audited(circle.case, "case_rekeyed").await? == 1);
    Ok(())
}

/// Nobody was at the counselor's desk in that moment: it is made up for when she comes back.
async fn once_the_counselor_is_back(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut circle = Box::pin(circle(&house, 1)).await?;
    circle.dewi.cut();
    let email = circle.supervisor(0)?.member.credentials().email.clone();
    house.service.run(&["staff", "disable", &email])?;
    circle.client.until(|client| client.session.joined.is_empty()).await?;
    circle.dewi.connect().await?;
    circle.goes_on(&[]).await
}

/// A roster drops her: reason 6 leaves out her alone, the other supervisor stays.
async fn without_who_is_dropped(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut admin = house.admin().await?;
    let mut circle = Box::pin(circle(&house, 2)).await?;
    let mira = circle.supervisor(1)?.member.staff_id();
    let sari = circle.supervisor(0)?.member.staff_id();
    admin.change_roles(mira, &[]).await?;
    circle.goes_on(&[sari]).await?;
    let case = circle.case;
    let sari = circle.supervisor(0)?;
    sari.until_desk(|desk| {
        desk.cases.get(&case).is_some_and(|held| held.chat.texts().contains(&"Saya juga."))
    })
    .await?;
    sari.say(case, "Saya ikut.").await?;
    circle.client.until_reads("Saya ikut.").await?;
    let mut database = house.database().await?;
    ensure!(database.audited(case, "case_rekeyed").await? == 1);
    Ok(())
}

/// A roster makes her a counselor: she is out of the talk at once, though still signed in.
async fn without_who_is_a_counselor_now(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let mut admin = house.admin().await?;
    let mut circle = Box::pin(circle(&house, 2)).await?;
    let mira = circle.supervisor(1)?.member.staff_id();
    admin.change_roles(mira, &[Role::Counselor]).await?;
    circle.goes_on(&[]).await?;
    let case = circle.case;
    let before = circle.client.chat.last_seq() - 1;
    let her = circle.supervisor(1)?;
    let fetch = StaffCommand::FetchAfter { case_id: protocol::Id(case), lane: 1, seq: 0 };
    is_refused(her.line()?.ask(fetch).await?, ErrorCode::NotAssigned)?;
    while let Some(event) = her.line()?.event_at_hand() {
        // What was said before the new epoch was for her; nothing after it is.
        if let protocol::Event::Message { message, .. } = &event {
            ensure!(message.seq < before, "{event:?}");
        }
    }
    // Whom the list names is asked back in by nobody but herself.
    let sari = circle.supervisor(0)?;
    sari.until_desk(|desk| {
        desk.cases.get(&case).is_some_and(|held| held.session.joined.is_empty())
    })
    .await?;
    sari.join(case).await?;
    sari.say(case, "Saya kembali.").await?;
    circle.client.until_reads("Saya kembali.").await?;
    Ok(())
}

on_both_engines!(
    without_who_is_disabled,
    once_the_counselor_is_back,
    without_who_is_dropped,
    without_who_is_a_counselor_now,
);
