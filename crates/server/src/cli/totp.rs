//! `teduh totp`: the current one-time code of somebody whose seed lies in the data folder.

use std::path::PathBuf;

use anyhow::Context;

use super::{Plugin, Sample, people};
use crate::clock::{Clock, System};

/// Shows the current one-time code of somebody in an organisation made to be tried out.
///
/// Seeds of a real organisation lie in its people's authenticators only.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh totp sari@teduh.example --data data")]
pub(super) struct Args {
    /// The e-mail address that the person signs in with
    email: String,
    /// The data folder
    #[arg(long, value_name = "DIR", default_value = <Sample as Plugin>::FOLDER)]
    data: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let people = people::read(&args.data)?.with_context(|| {
        format!("{} holds no seeds: codes come from the authenticator", args.data.display())
    })?;
    let person = people.iter().find(|person| person.credentials.email == args.email.trim());
    let person = person.with_context(|| format!("nobody here signs in as {}", args.email))?;
    super::say(&person.credentials.current_code(u64::try_from(System.now().0)?)?);
    Ok(())
}
