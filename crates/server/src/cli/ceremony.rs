//! `teduh ceremony`: the root certifies the organisation's keys, on a machine without a network.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use crypto::Secret;
use crypto::ceremony::RootSeed;
use crypto::sign::fingerprint;
use protocol::OrgKeysPut;
use zeroize::Zeroizing;

use crate::ceremony::{self, CeremonyRequest};

/// Signs the organisation's keys with its root, offline. The root is 24 words on paper.
///
/// The first time it draws the words and shows them once. With --before it asks for them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  teduh ceremony --request teduh-ceremony.json --out orgkeys.json"
)]
pub(super) struct Args {
    /// The file that the admin's desk offers
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// Where to write the signed keys, for the admin's desk
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The signed keys of the ceremony before, where there was one
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let request: CeremonyRequest = read(&args.request)?;
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.out)
        .with_context(|| format!("{} is not written over", args.out.display()))?;
    show(&request);
    let signed = match &args.before {
        None => first(&request)?,
        Some(before) => ceremony::next(&request, &asked_words()?, &read(before)?)?,
    };
    out.write_all(serde_json::to_string_pretty(&signed)?.as_bytes())?;
    out.write_all(b"\n")?;
    out.sync_all()?;
    super::say(&format!("Root key: {}", fingerprint(&signed.root_pk.0)));
    super::say(&format!("Wrote {}. Load it in the admin's desk.", args.out.display()));
    Ok(())
}

/// What both sides compare before the root signs it.
fn show(request: &CeremonyRequest) {
    for key in &request.roster_keys {
        super::say(&format!("Roster key: {}", fingerprint(key)));
    }
    super::say(&format!("Sign-in key of the server: {}", fingerprint(&request.opaque_pk)));
}

fn first(request: &CeremonyRequest) -> anyhow::Result<OrgKeysPut> {
    let mut drawn = Zeroizing::new([0; 32]);
    getrandom::fill(drawn.as_mut_slice()).map_err(std::io::Error::other)?;
    let mut org_salt = [0; 16];
    getrandom::fill(&mut org_salt).map_err(std::io::Error::other)?;
    let seed = RootSeed::new(Secret::new(*drawn));
    let signed = ceremony::first(request, &seed, org_salt)?;
    super::say("Write these 24 words on paper, twice, and keep them in two sealed envelopes.");
    super::say("They are shown only now, and stored nowhere:");
    super::say("");
    let words = seed.words();
    let words: Vec<&str> = words.split(' ').collect();
    for (row, six) in words.chunks(6).enumerate() {
        super::say(&format!("  {:>2}  {}", row * 6 + 1, six.join("  ")));
    }
    super::say("");
    Ok(signed)
}

/// The words come from the terminal, never from an argument: other people read those.
fn asked_words() -> anyhow::Result<RootSeed> {
    super::say("Type the 24 words of the root, in one line:");
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line)?;
    Ok(RootSeed::parse(&line)?)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    match serde_json::from_slice(&bytes) {
        Ok(read) => Ok(read),
        Err(error) => bail!("{} is not the expected file: {error}", path.display()),
    }
}
