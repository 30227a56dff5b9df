//! `teduh config print`: the settings in force.

use crate::settings::Settings;

/// Prints the settings that are in force, from the file and the environment together.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh config print --data data")]
pub(super) struct Args {
    #[command(flatten)]
    data: super::Data,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    super::say(Settings::read(&args.data.path)?.to_toml().trim_end());
    Ok(())
}
