//! Where several stories begin.

use actors::{Client, Counselor};
use anyhow::Result;
use crypto::Id;
use protocol::{ErrorCode, Reply, SessionState};
use stories::House;

/// A client who talks with a counselor.
pub(crate) async fn in_a_talk(house: &House, index: usize) -> Result<(Client, Counselor, Id)> {
    let mut client = house.client("Halo.").await?;
    let mut counselor = house.counselor(index).await?;
    let case = counselor.claim_next().await?;
    client.until_state(SessionState::Active).await?;
    Ok((client, counselor, case))
}

/// Two clients who talk with the same counselor.
pub(crate) async fn in_two_talks(house: &House) -> Result<([Client; 2], Counselor, [Id; 2])> {
    let (one, mut counselor, case) = in_a_talk(house, 0).await?;
    let mut other = house.client("Saya yang kedua.").await?;
    let second = counselor.claim_next().await?;
    other.until_state(SessionState::Active).await?;
    Ok(([one, other], counselor, [case, second]))
}

/// The answer is a refusal with this code.
pub(crate) fn is_refused(answer: Reply, code: ErrorCode) -> Result<()> {
    match answer {
        Reply::Refused(problem) if problem.code == code => Ok(()),
        other => anyhow::bail!("{other:?} instead of {}", code.as_str()),
    }
}

/// The deed was refused with this code.
pub(crate) fn refused<T: std::fmt::Debug>(
    outcome: &actors::Result<T>,
    code: ErrorCode,
) -> Result<()> {
    anyhow::ensure!(
        outcome.as_ref().err().and_then(actors::Error::code) == Some(code),
        "{outcome:?} instead of {}",
        code.as_str()
    );
    Ok(())
}
