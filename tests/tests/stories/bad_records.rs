//! Bad input, row by row: records, openings and claims.

use actors::{Client, Error, Intake, Prepared};
use anyhow::{Context, Result, ensure};
use crypto::epoch::{CreatorKind, Draft, LaneKind, Reader, ReaderKind, Reason, build};
use protocol::{Blob, ClientCommand, ErrorCode, NewEpoch, Opened, Reply, SessionState};
use stories::{Engine, House};

/// An opening that a row may spoil before it is posted.
async fn prepared(house: &House) -> Result<Prepared> {
    let browser = house.browser();
    Ok(Client::prepare(&browser, house.people.root, &Intake::saying("Halo.")).await?)
}

/// Code and rule of an opening that was spoiled.
async fn opening_with(spoil: impl FnOnce(&mut protocol::Opening)) -> Result<(ErrorCode, String)> {
    let house = House::open(Engine::Sqlite).await?;
    let mut prepared = prepared(&house).await?;
    spoil(&mut prepared.opening);
    let answer: Result<Opened, Error> =
        house.browser().http.post("/api/sessions", &prepared.opening).await;
    refusal(answer)
}

fn refusal<A>(answer: Result<A, Error>) -> Result<(ErrorCode, String)> {
    match answer {
        Err(Error::Refused { code, rule }) => Ok((code, rule.unwrap_or_default())),
        Err(other) => Err(other.into()),
        Ok(_) => anyhow::bail!("it was taken"),
    }
}

/// The `n`th byte is another one.
fn change(blob: &mut Blob, n: usize) {
    if let Some(byte) = blob.0.get_mut(n) {
        *byte ^= 1;
    }
}

/// A case whose session is active, and what its client posts as the next record.
async fn reopening_with(
    spoil: impl FnOnce(&mut Draft<'_>),
    spoil_made: impl FnOnce(&mut NewEpoch),
) -> Result<(ErrorCode, String)> {
    let house = House::open(Engine::Sqlite).await?;
    let mut client = house.client("Halo.").await?;
    let mut dewi = house.counselor(0).await?;
    let case = dewi.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    dewi.end(case).await?;
    client.until_state(SessionState::Ended).await?;

    let organisation = client.organisation();
    let chain = client.chat.chain();
    let readers = chain.readers_for(
        Reason::Reopen,
        None,
        None,
        organisation.rosters(),
        organisation.roster()?,
    )?;
    let mut draft = Draft {
        case: client.case(),
        lane: LaneKind::Chat,
        epoch: chain.next_epoch(),
        prev: chain.last_hash(),
        creator_kind: CreatorKind::Client,
        reason: Reason::Reopen,
        roster_version: organisation.roster_head().0,
        readers,
        before: client.chat.newest_key(),
    };
    spoil(&mut draft);
    let (record, _) = build(&draft, client.signing_key(), client.browser.random.secret()?)?;
    let mut epoch = NewEpoch {
        body: Blob(record.body),
        sig: Blob(record.sig.to_vec()),
        boxes: record.boxes.into_iter().map(|row| Blob(row.bytes)).collect(),
    };
    spoil_made(&mut epoch);
    let answer = client.line()?.ask(ClientCommand::Reopen { epoch: Some(epoch) }).await?;
    match answer {
        Reply::Refused(problem) => Ok((problem.code, problem.rule.unwrap_or_default())),
        other => anyhow::bail!("it was taken: {other:?}"),
    }
}

fn without(readers: &mut Vec<Reader>, kind: ReaderKind) {
    readers.retain(|reader| reader.kind != kind);
}

fn is(met: &(ErrorCode, String), code: ErrorCode, rule: &str) -> Result<()> {
    ensure!(met.0 == code && met.1.starts_with(rule), "{met:?}");
    Ok(())
}

#[tokio::test]
async fn a_bad_signature_is_record_refused_a1() -> Result<()> {
    let met = opening_with(|opening| change(&mut opening.epoch.sig, 5)).await?;
    is(&met, ErrorCode::RecordRefused, "A1")
}

#[tokio::test]
async fn keys_of_another_case_are_refused() -> Result<()> {
    let met = opening_with(|opening| opening.ckem_pk = protocol::PublicKey([7; 32])).await?;
    ensure!(matches!(met.0, ErrorCode::RecordRefused | ErrorCode::CaseMismatch), "{met:?}");
    Ok(())
}

#[tokio::test]
async fn a_box_with_another_hash_is_record_refused_b3() -> Result<()> {
    let spoil = |opening: &mut protocol::Opening| {
        if let Some(row) = opening.epoch.boxes.first_mut() {
            let last = row.0.len() - 1;
            change(row, last);
        }
    };
    is(&opening_with(spoil).await?, ErrorCode::RecordRefused, "B3")
}

#[tokio::test]
async fn a_missing_box_is_record_refused_b2() -> Result<()> {
    let met = opening_with(|opening| drop(opening.epoch.boxes.pop())).await?;
    is(&met, ErrorCode::RecordRefused, "B2")
}

#[tokio::test]
async fn a_wrong_prev_is_stale_epoch() -> Result<()> {
    let met = reopening_with(|draft| draft.prev = [7; 32], |_| ()).await?;
    ensure!(met.0 == ErrorCode::StaleEpoch, "{met:?}");
    Ok(())
}

#[tokio::test]
async fn a_reason_that_is_not_the_clients_is_record_refused() -> Result<()> {
    let met = reopening_with(|draft| draft.reason = Reason::Rekey, |_| ()).await?;
    is(&met, ErrorCode::RecordRefused, "R")
}

#[tokio::test]
async fn a_missing_client_reader_is_record_refused_a8() -> Result<()> {
    let spoil = |draft: &mut Draft<'_>| without(&mut draft.readers, ReaderKind::Client);
    is(&reopening_with(spoil, |_| ()).await?, ErrorCode::RecordRefused, "A8")
}

#[tokio::test]
async fn a_missing_escalation_reader_is_record_refused_a9() -> Result<()> {
    let spoil = |draft: &mut Draft<'_>| without(&mut draft.readers, ReaderKind::Escalation);
    is(&reopening_with(spoil, |_| ()).await?, ErrorCode::RecordRefused, "A9")
}

#[tokio::test]
async fn a_missing_team_reader_is_record_refused_r4() -> Result<()> {
    let spoil = |draft: &mut Draft<'_>| without(&mut draft.readers, ReaderKind::Team);
    is(&reopening_with(spoil, |_| ()).await?, ErrorCode::RecordRefused, "R4")
}

#[tokio::test]
async fn a_missing_back_link_is_record_refused_r6() -> Result<()> {
    let met = reopening_with(|draft| draft.before = None, |_| ()).await?;
    is(&met, ErrorCode::RecordRefused, "R6")
}

#[tokio::test]
async fn a_roster_that_is_not_there_is_stale_roster() -> Result<()> {
    let met = reopening_with(|draft| draft.roster_version = 99, |_| ()).await?;
    ensure!(met.0 == ErrorCode::StaleRoster, "{met:?}");
    Ok(())
}

#[tokio::test]
async fn the_record_of_another_lane_is_record_refused_a13() -> Result<()> {
    let met = reopening_with(|draft| draft.lane = LaneKind::Notes, |_| ()).await?;
    is(&met, ErrorCode::RecordRefused, "A")
}

#[tokio::test]
async fn a_record_cut_off_is_record_refused() -> Result<()> {
    let met = reopening_with(|_| (), |epoch| epoch.body.0.truncate(100)).await?;
    is(&met, ErrorCode::RecordRefused, "C")
}

#[tokio::test]
async fn a_claim_of_a_taken_session_is_taken() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let _client = house.client("Halo.").await?;
    let mut dewi = house.available(0).await?;
    let mut budi = house.available(1).await?;
    dewi.until(|desk| desk.queue.next.is_some()).await?;
    let next = dewi.queue.next.context("next")?;
    dewi.claim(next).await?;
    let met = refusal(budi.claim(next).await)?;
    ensure!(met.0 == ErrorCode::Taken, "{met:?}");
    Ok(())
}

#[tokio::test]
async fn a_claim_of_nothing_is_taken() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let mut dewi = house.available(0).await?;
    let met = refusal(dewi.claim(protocol::Id([7; 16])).await)?;
    ensure!(met.0 == ErrorCode::Taken, "{met:?}");
    Ok(())
}

#[tokio::test]
async fn records_of_a_claim_with_a_bad_signature_are_refused_and_can_be_mended() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let client = house.client("Halo.").await?;
    let mut dewi = house.available(0).await?;
    dewi.until(|desk| desk.queue.next.is_some()).await?;
    let next = dewi.queue.next.context("next")?;
    let claiming = dewi.claim(next).await?;
    let mut records = claiming.records(&dewi.member)?;
    change(&mut records.notes.sig, 9);
    let met = dewi.post_claim(&claiming, records).await?;
    ensure!(matches!(met, Reply::Refused(p) if p.code == ErrorCode::RecordRefused));
    ensure!(dewi.finish_claim(claiming).await? == client.case_id());
    Ok(())
}

#[tokio::test]
async fn a_well_formed_code_of_nobody_is_code_unknown() -> Result<()> {
    let house = House::open(Engine::Sqlite).await?;
    let nobodys = crypto::code::CaseCode::draw(4_821_093_755_621_180_337).context("a code")?;
    let met = Client::come_back(&house.browser(), house.people.root, &nobodys.grouped()).await;
    ensure!(met.err().and_then(|why| why.code()) == Some(ErrorCode::CodeUnknown));
    Ok(())
}
