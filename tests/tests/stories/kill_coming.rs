//! `kill -9` while a supervisor joins, takes over or leaves, both sides write, and she calls.

use actors::{Client, Counselor, Error, HeldLane, Supervisor, join, take_over};
use anyhow::{Context, Result, ensure};
use crypto::Id;
use crypto::epoch::{LaneKind, Reason};
use protocol::{EscalationState, EscalationView, SessionState, SessionView, StaffCommand};
use stories::{Engine, House, on_both_engines};

use crate::killing::{Seed, answer_if_any, kill_after, stopped_by_the_kill, the_audit_holds};

const ROUNDS: u64 = 6;
const EACH_SIDE: usize = 6;

#[derive(Debug, Clone, Copy)]
enum Deed {
    Join,
    TakeOver,
    Leave,
}

impl Deed {
    /// What the audit calls it.
    fn event(self) -> &'static str {
        match self {
            Self::Join => "case_joined",
            Self::TakeOver => "case_taken_over",
            Self::Leave => "case_left",
        }
    }

    async fn command(self, sari: &mut Supervisor, case: Id) -> Result<StaffCommand> {
        Ok(match self {
            Self::Join => join(case, sari.coming(case, Reason::Join).await?),
            Self::TakeOver => take_over(case, sari.coming(case, Reason::Transfer).await?),
            Self::Leave => sari.leaving(case).await?,
        })
    }

    /// Whether the session says that she has done it.
    fn stands(self, session: &SessionView, her: Id) -> bool {
        let joined = session.joined.iter().any(|one| one.staff_id.0 == her);
        match self {
            Self::Join => joined,
            Self::TakeOver => session.counselor == Some(protocol::Id(her)),
            Self::Leave => !joined,
        }
    }
}

/// Every deed that was acknowledged stands, every other one stands whole or not at all, and
/// going on with the same bytes does it once. What was written and called arrives once too.
async fn who_comes_and_goes_does_it_whole(engine: Engine) -> Result<()> {
    let seed = Seed::of_run()?;
    let mut house = House::open(engine).await?;
    let (mut sari, mut dewi) = (house.supervisor(0).await?, house.counselor(0).await?);
    let deeds = [Deed::Join, Deed::TakeOver, Deed::Leave].into_iter().cycle();
    for (round, deed) in (0..ROUNDS).zip(deeds) {
        let turns = seed.round(round).turns();
        let mut scene = Scene::begin(&house, &mut sari, &mut dewi, deed).await?;
        let done = scene.play(&mut house, turns).await;
        done.with_context(|| format!("round {round}, {deed:?}, {turns} turns, {seed}"))?;
    }
    Ok(())
}

/// One case, called for by its counselor and opened by the supervisor.
struct Scene<'a> {
    deed: Deed,
    case: Id,
    client: Client,
    dewi: &'a mut Counselor,
    sari: &'a mut Supervisor,
    escalation: Id,
    /// What the client presses while the deed is under way.
    press: protocol::Id,
    command: StaffCommand,
    /// How many records there are of each lane before it.
    records: (u32, u32),
}

/// What was acknowledged before the service was gone.
struct Acknowledged {
    deed: bool,
    press: bool,
    by_client: usize,
    by_dewi: usize,
}

impl<'a> Scene<'a> {
    async fn begin(
        house: &House,
        sari: &'a mut Supervisor,
        dewi: &'a mut Counselor,
        deed: Deed,
    ) -> Result<Self> {
        let mut client = house.client("Halo.").await?;
        let case = dewi.claim_next().await?;
        client.until_state(SessionState::Active).await?;
        let escalation = dewi.escalate(case, 2, "Dia di depan pintu.").await?;
        sari.until_of(case, |one| one.by_staff).await?;
        sari.acknowledge(escalation).await?;
        sari.break_glass(case, "danger").await?;
        if !matches!(deed, Deed::Join) {
            sari.join(case).await?;
            client.until(|client| client.session.joined.len() == 1).await?;
            let joined = |desk: &Counselor| {
                desk.cases.get(&case).is_some_and(|held| held.session.joined.len() == 1)
            };
            dewi.until(joined).await?;
        }
        let command = deed.command(sari, case).await?;
        let press = protocol::Id(client.browser.random.bytes()?);
        let held = sari.case(case)?;
        let records = (held.chat.records(), held.notes.records());
        Ok(Self { deed, case, client, dewi, sari, escalation, press, command, records })
    }

    async fn play(&mut self, house: &mut House, turns: u64) -> Result<()> {
        for n in 0..EACH_SIDE {
            self.client.write(&format!("klien {n}"))?;
            self.dewi.write(self.case, &format!("konselor {n}"))?;
        }
        let acked = self.interrupted(house, turns).await.context("interrupted")?;
        house.service.restart().await?;
        self.connect().await?;
        let stands = self.stands_whole(house, &acked).await?;
        ensure!(stands || !acked.deed, "it was acknowledged, and is gone");
        self.go_on(stands).await.context("going on")?;
        self.answer_for_it(house).await
    }

    async fn interrupted(&mut self, house: &mut House, turns: u64) -> Result<Acknowledged> {
        let Self { client, dewi, sari, case, press, .. } = self;
        let line = sari.line()?;
        let number = line.post(self.command.clone()).await?;
        let (deed, press, dewis, killed) = tokio::join!(
            answer_if_any(line, number),
            client_calls_and_writes(client, *press),
            dewi_writes(dewi, *case),
            kill_after(house, turns),
        );
        killed?;
        Ok(Acknowledged {
            deed: deed?.map(|reply| done(&reply)).transpose()?.is_some(),
            press: press?,
            by_client: EACH_SIDE - self.client.chat.unsent(),
            by_dewi: dewis?,
        })
    }

    /// A token is good for five minutes, the rounds of a slow machine take longer.
    async fn connect(&mut self) -> Result<()> {
        self.sari.member.refresh().await?;
        self.sari.connect().await.context("sari")?;
        self.client.connect().await.context("client")?;
        self.dewi.member.refresh().await?;
        self.dewi.connect().await.context("dewi")
    }

    /// Session, both lanes, greeting and audit say the same of the deed; gives what they say.
    async fn stands_whole(&self, house: &House, acked: &Acknowledged) -> Result<bool> {
        let her = self.sari.member.staff_id();
        let held = self.sari.case(self.case)?;
        let stands = self.deed.stands(&held.session, her);
        ensure!(self.deed.stands(&self.client.session, her) == stands, "the client's session");
        self.has_records(stands)?;
        let greeted = |shown: &&actors::Shown| shown.kind == actors::kind::HELLO;
        let hers = self.client.chat.messages().filter(greeted);
        let hers = hers.filter(|shown| shown.staff_id == Some(her)).count();
        let greets = usize::from(stands && !matches!(self.deed, Deed::Leave));
        let came = usize::from(!matches!(self.deed, Deed::Join));
        ensure!(hers == came + greets, "{hers} greetings");
        let entries = house.database().await?.audited(self.case, self.deed.event()).await?;
        ensure!(entries == usize::from(stands), "{entries} entries of it");
        the_audit_holds(house, self.case).await?;
        self.is_called(acked)?;
        self.has_texts("klien", acked.by_client)?;
        self.has_texts("konselor", acked.by_dewi)?;
        Ok(stands)
    }

    /// All who read it hold the same chains: of both lanes one record more, or of none.
    fn has_records(&self, stands: bool) -> Result<()> {
        let held = self.sari.case(self.case)?;
        let more = u32::from(stands);
        let records = (held.chat.records(), held.notes.records());
        ensure!(records == (self.records.0 + more, self.records.1 + more), "{records:?}");
        let newest = held.chat.chain().last_hash();
        ensure!(self.client.chat.chain().last_hash() == newest, "another chat at the client's");
        match self.dewi.cases.get(&self.case) {
            Some(own) => {
                ensure!(own.chat.chain().last_hash() == newest, "another chat at the counselor's");
                let notes = held.notes.chain().last_hash();
                ensure!(own.notes.chain().last_hash() == notes, "other notes");
            }
            None => ensure!(stands && matches!(self.deed, Deed::TakeOver), "off her desk"),
        }
        Ok(())
    }

    /// The one escalation stands where it stood, or where the press that was stored brought it.
    fn is_called(&self, acked: &Acknowledged) -> Result<()> {
        let one = self.the_escalation()?;
        let pressed = one.raises.iter().any(|raise| raise.raise_id == self.press);
        ensure!(pressed || !acked.press, "she was told that it is stored");
        ensure!(one.raises.len() == 1 + usize::from(pressed), "{} raises", one.raises.len());
        if pressed {
            ensure!((one.level, one.state) == (3, EscalationState::Raised) && one.due.is_some());
        } else {
            ensure!((one.level, one.state) == (2, EscalationState::Acknowledged));
        }
        Ok(())
    }

    fn the_escalation(&self) -> Result<&EscalationView> {
        let all = self.sari.escalations.all.values();
        let of_it: Vec<_> = all.filter(|one| one.case_id.0 == self.case).collect();
        match of_it.as_slice() {
            [one] if one.escalation_id.0 == self.escalation => Ok(one),
            other => anyhow::bail!("{} escalations", other.len()),
        }
    }

    /// The acknowledged ones are there, once and in order, and at most the one after them.
    fn has_texts(&self, who: &str, acked: usize) -> Result<()> {
        let there = texts_of(who, &self.sari.case(self.case)?.chat);
        let written: Vec<_> = (0..there.len()).map(|n| format!("{who} {n}")).collect();
        ensure!(there == written, "{there:?}");
        ensure!((acked..=acked + 1).contains(&there.len()), "{} of {acked} {who}", there.len());
        Ok(())
    }

    /// The same bytes again, the same press again, the rest of the texts; and they talk.
    async fn go_on(&mut self, stands: bool) -> Result<()> {
        done(&self.sari.line()?.ask(self.command.clone()).await?)?;
        self.client.raise_level_as(self.press, 3).await?;
        self.sari.fetch_case(self.case).await?;
        let head = self.sari.case(self.case)?.chat.chain().last_hash();
        self.client.until(|client| client.chat.chain().last_hash() == head).await?;
        self.client.flush().await.context("flush")?;
        let case = self.case;
        if matches!(self.deed, Deed::TakeOver) {
            // What she could not send any more stays with her, to be copied.
            self.dewi.until(|desk| !desk.cases.contains_key(&case)).await.context("off")?;
        } else {
            self.dewi.flush(case).await?;
        }
        if matches!(self.deed, Deed::Leave) {
            self.dewi.say(case, "Kita lanjutkan.").await?;
        } else {
            self.sari.say(case, "Kita lanjutkan.").await?;
        }
        self.client.until_reads("Kita lanjutkan.").await?;
        self.sari.fetch_case(case).await?;
        self.has_records(true).with_context(|| format!("again, stood: {stands}"))?;
        self.has_texts("klien", EACH_SIDE)?;
        if !matches!(self.deed, Deed::TakeOver) {
            self.has_texts("konselor", EACH_SIDE)?;
        }
        ensure!(
            self.sari.case(case)?.chat.texts() == self.client.chat.texts(),
            "all read the same"
        );
        Ok(())
    }

    /// Nothing was doubled on the way, and what was called for is answered for.
    async fn answer_for_it(&mut self, house: &House) -> Result<()> {
        let (case, id) = (self.case, self.escalation);
        self.sari.until_of(case, |one| one.level == 3).await?;
        ensure!(self.the_escalation()?.raises.len() == 2);
        self.sari.acknowledge(id).await?;
        self.sari.own(id, None).await?;
        self.sari.resolve(id, "safe_now", None).await?;
        let mut database = house.database().await?;
        ensure!(database.audited(case, self.deed.event()).await? == 1, "one entry");
        let escalations = "SELECT count(*) FROM escalations WHERE case_id = $1";
        ensure!(database.count(escalations, case).await? == 1);
        self.client.end().await?;
        let ended = |desk: &Counselor| {
            desk.cases.get(&case).is_none_or(|held| held.session.state == SessionState::Ended)
        };
        Ok(self.dewi.until(ended).await?)
    }
}

fn texts_of<'a>(who: &str, chat: &'a HeldLane) -> Vec<&'a str> {
    chat.texts().into_iter().filter(|text| text.starts_with(who)).collect()
}

/// To `join` and `take_over` the case, to `leave` nothing.
fn done(reply: &protocol::Reply) -> Result<()> {
    ensure!(matches!(reply, protocol::Reply::Case(_) | protocol::Reply::Done), "{reply:?}");
    Ok(())
}

/// Half of her texts, the button, the other half; gives whether the press was acknowledged.
async fn client_calls_and_writes(client: &mut Client, press: protocol::Id) -> Result<bool> {
    while client.chat.unsent() > EACH_SIDE / 2 {
        if stopped_by_the_kill(client.send_next().await)?.is_none() {
            return Ok(false);
        }
    }
    if stopped_by_the_kill(client.raise_level_as(press, 3).await)?.is_none() {
        return Ok(false);
    }
    stopped_by_the_kill(client.flush().await)?;
    Ok(true)
}

/// Gives how many of hers were stored. Who is taken over from is told so at her next text.
async fn dewi_writes(dewi: &mut Counselor, case: Id) -> Result<usize> {
    let mut stored = 0;
    loop {
        let records = dewi.case(case)?.chat.records();
        match dewi.send_next(case, LaneKind::Chat).await {
            // With a newer record it was refused, and is to be sealed anew.
            Ok(true) if dewi.case(case)?.chat.records() > records => {}
            Ok(true) => stored += 1,
            Ok(false) | Err(Error::NoAnswer(_)) => return Ok(stored),
            Err(why) if why.code() == Some(protocol::ErrorCode::NotAssigned) => return Ok(stored),
            Err(other) => return Err(other.into()),
        }
    }
}

on_both_engines!(who_comes_and_goes_does_it_whole);
