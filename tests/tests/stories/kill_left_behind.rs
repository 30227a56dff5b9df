//! `kill -9` while a supervisor takes what is left behind, or puts it back into the queue.

use actors::{Client, Counselor, Supervisor, take_over};
use anyhow::{Context, Result, ensure};
use crypto::Id;
use crypto::epoch::Reason;
use protocol::{EscalationState, Reply, SessionState, StaffCommand};
use stories::{Engine, House, on_both_engines};

use crate::killing::{Seed, answer_if_any, kill_after, the_audit_holds};

const ROUNDS: u64 = 6;

#[derive(Debug, Clone, Copy)]
enum Deed {
    Take,
    PutBack,
}

/// A case with an open escalation that client and counselor have left, opened by the supervisor.
struct Left {
    deed: Deed,
    client: Client,
    case: Id,
    command: StaffCommand,
    /// How many records there are of each lane before the deed.
    records: (u32, u32),
}

/// It is left behind still, or taken or put back with all that belongs to it, and never between.
async fn what_is_left_behind_is_moved_whole(engine: Engine) -> Result<()> {
    let seed = Seed::of_run()?;
    let mut house = House::with(engine, &[("TEDUH_TIMES__COUNSELOR_GONE_S", "0")]).await?;
    let (mut sari, mut dewi) = (house.supervisor(0).await?, house.counselor(0).await?);
    for (round, deed) in (0..ROUNDS).zip([Deed::Take, Deed::PutBack].into_iter().cycle()) {
        let turns = seed.round(round).turns();
        let mut left = leave_behind(&house, &mut sari, &mut dewi, deed).await?;
        let done = left.play(&mut house, &mut sari, &mut dewi, turns).await;
        done.with_context(|| format!("round {round}, {deed:?}, {turns} turns, {seed}"))?;
    }
    Ok(())
}

async fn leave_behind(
    house: &House,
    sari: &mut Supervisor,
    dewi: &mut Counselor,
    deed: Deed,
) -> Result<Left> {
    let mut client = house.client("Halo.").await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    client.raise_level(3).await?;
    client.say("Saya harus pergi.").await?;
    client.write("Dia datang.")?;
    client.cut();
    dewi.cut();
    let escalation = sari.until_of(case, |one| one.level == 3).await?;
    sari.acknowledge(escalation).await?;
    sari.until(|known| known.is_left_behind(case)).await?;
    sari.break_glass(case, "left_behind").await?;
    let held = sari.case(case)?;
    let records = (held.chat.records(), held.notes.records());
    let command = match deed {
        Deed::Take => take_over(case, sari.coming(case, Reason::Transfer).await?),
        Deed::PutBack => sari.requeueing(case).await?,
    };
    Ok(Left { deed, client, case, command, records })
}

impl Left {
    async fn play(
        &mut self,
        house: &mut House,
        sari: &mut Supervisor,
        dewi: &mut Counselor,
        turns: u64,
    ) -> Result<()> {
        let line = sari.line()?;
        let number = line.post(self.command.clone()).await?;
        let (answer, killed) = tokio::join!(answer_if_any(line, number), kill_after(house, turns));
        killed?;
        let acknowledged = answer?.map(|reply| moved(&reply)).transpose()?.is_some();
        house.service.restart().await?;
        // A token is good for five minutes, the rounds of a slow machine take longer.
        sari.member.refresh().await?;
        sari.connect().await?;
        let stands = self.stands_whole(house, sari).await?;
        ensure!(stands || !acknowledged, "it was acknowledged, and is gone");

        moved(&sari.line()?.ask(self.command.clone()).await?).context("the same again")?;
        sari.fetch_case(self.case).await?;
        ensure!(self.stands_whole(house, sari).await?);
        dewi.member.refresh().await?;
        dewi.connect().await?;
        ensure!(!dewi.cases.contains_key(&self.case), "it is no longer hers");
        match self.deed {
            Deed::Take => self.talk_with(sari, house).await?,
            Deed::PutBack => {
                ensure!(dewi.claim_next().await? == self.case);
                self.talk_with(dewi, house).await?;
            }
        }
        let id = sari.until_of(self.case, |one| one.resolved.is_none()).await?;
        sari.own(id, None).await?;
        sari.resolve(id, "safe_now", None).await?;
        self.client.end().await?;
        let (case, ended) = (self.case, SessionState::Ended);
        let over =
            |desk: &Counselor| desk.cases.get(&case).is_none_or(|held| held.session.state == ended);
        Ok(dewi.until(over).await?)
    }

    /// Session, lanes, list and audit say the same, and the escalation stands; gives what they say.
    async fn stands_whole(&self, house: &House, sari: &Supervisor) -> Result<bool> {
        let her = protocol::Id(sari.member.staff_id());
        let held = sari.case(self.case)?;
        let (session, (chat, notes)) = (&held.session, self.records);
        let (stands, records, event) = match self.deed {
            Deed::Take => {
                (session.counselor == Some(her), (chat + 1, notes + 1), "case_taken_over")
            }
            Deed::PutBack => {
                (session.state == SessionState::Waiting, (chat + 1, notes), "case_requeued")
            }
        };
        let found = (held.chat.records(), held.notes.records());
        ensure!(found == if stands { records } else { self.records }, "{found:?}, {stands}");
        let mut database = house.database().await?;
        ensure!(database.audited(self.case, event).await? == usize::from(stands));
        let escalations = "SELECT count(*) FROM escalations WHERE case_id = $1";
        ensure!(database.count(escalations, self.case).await? == 1);
        let one = sari.escalations.of_case(self.case).context("its escalation")?;
        // Who had acknowledged it was gone for a moment: it may have been raised again.
        let is_open = matches!(one.state, EscalationState::Raised | EscalationState::Acknowledged);
        ensure!(one.level == 3 && is_open, "{:?}", one.state);
        ensure!(one.raises.len() == 1);
        the_audit_holds(house, self.case).await?;
        Ok(stands)
    }

    /// The client comes back to whom it went; what was written before the loss arrives.
    async fn talk_with(&mut self, desk: &mut Counselor, house: &House) -> Result<()> {
        self.client.connect().await?;
        ensure!(self.client.session.counselor == Some(protocol::Id(desk.member.staff_id())));
        self.client.flush().await?;
        desk.until_reads(self.case, "Dia datang.").await?;
        desk.say(self.case, "Saya di sini.").await?;
        self.client.until_reads("Saya di sini.").await?;
        let texts = ["Halo.", "Saya harus pergi.", "Dia datang.", "Saya di sini."];
        ensure!(self.client.chat.texts() == texts && desk.case(self.case)?.chat.texts() == texts);
        // Whoever claimed was given the team's boxes, each time with an entry.
        let mut database = house.database().await?;
        let claims = database.audited(self.case, "case_claimed").await?;
        ensure!(database.audited(self.case, "team_box_released").await? == claims);
        Ok(())
    }
}

/// To `take_over` the case, to `requeue` nothing.
fn moved(reply: &Reply) -> Result<()> {
    ensure!(matches!(reply, Reply::Case(_) | Reply::Done), "{reply:?}");
    Ok(())
}

on_both_engines!(what_is_left_behind_is_moved_whole);
