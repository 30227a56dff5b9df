//! `teduh init`: a new data folder with its settings and secrets.

use anyhow::{Context, bail};

use crate::data_folder::DataFolder;
use crate::secrets::Secrets;
use crate::settings::{self, Settings};

/// Makes a new data folder: settings to edit, and secrets that only this user can read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh init --data data --org-name \"Rumah Aman\"")]
pub(super) struct Args {
    #[command(flatten)]
    data: super::Data,
    /// The organisation's name, as clients read it
    #[arg(long, value_name = "NAME")]
    org_name: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    if args.org_name.trim().is_empty() {
        bail!("--org-name is empty: clients must be able to read who runs the service");
    }
    let folder = DataFolder::open(&args.data.path)?;
    Secrets::draw()?.write_new(folder.path())?;
    let file = folder.path().join(settings::FILE_NAME);
    if !file.exists() {
        std::fs::write(&file, Settings::first_file(args.org_name.trim()))
            .with_context(|| file.display().to_string())?;
    }
    let at = folder.path().display();
    super::say(&format!("Made {at}. Settings: {at}/{}.", settings::FILE_NAME));
    super::say(&format!(
        "Back up {at}/{} apart from the database: without it a backup cannot be opened.",
        crate::secrets::FILE_NAME
    ));
    super::say(&format!("Next: teduh serve --data {at}"));
    Ok(())
}
