//! `teduh init`: a new data folder with its settings, its secrets and the first admin's invite.

use anyhow::{Context, bail};
use crypto::Secret;
use crypto::enrol::Invite;
use domain::audit::Actor;
use domain::staff::Role;
use domain::{Hash, Roles, StaffId};

use crate::admin;
use crate::api::INVITE_LIFE;
use crate::clock::{Clock, Random, System};
use crate::data_folder::DataFolder;
use crate::secrets::Secrets;
use crate::service::open_store;
use crate::settings::{self, Settings};

/// Makes a new data folder: settings to edit, secrets that only this user can read, and an invite
/// for the first admin.
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
    let secrets = Secrets::draw()?;
    secrets.write_new(folder.path())?;
    let file = folder.path().join(settings::FILE_NAME);
    if !file.exists() {
        std::fs::write(&file, Settings::first_file(args.org_name.trim()))
            .with_context(|| file.display().to_string())?;
    }
    let settings = Settings::read(folder.path())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let invite = runtime.block_on(bootstrap_invite(&folder, &settings, &secrets))?;
    let at = folder.path().display();
    super::say(&format!("Made {at}. Settings: {at}/{}.", settings::FILE_NAME));
    super::say(&format!(
        "Back up {at}/{} apart from the database: without it a backup cannot be opened.",
        crate::secrets::FILE_NAME
    ));
    super::say("The first admin enrols within 72 hours at /staff with this invite, shown once:");
    super::say(&format!("  {invite}"));
    super::say(&format!("Next: teduh serve --data {at}"));
    Ok(())
}

/// Makes the invite of a first admin in a folder that nobody serves.
pub(super) async fn bootstrap_invite(
    folder: &DataFolder,
    settings: &Settings,
    secrets: &Secrets,
) -> anyhow::Result<String> {
    let (mut drawn, mut staff) = ([0; 16], [0; 16]);
    System.fill(&mut drawn)?;
    System.fill(&mut staff)?;
    let invite = Invite::new(Secret::new(drawn));
    let now = System.now();
    let stored = storage::staff::Invite {
        iid_hash: Hash::new(invite.id_hash()),
        staff: StaffId::new(staff),
        roles: Roles::default().with(Role::Admin),
        expires_at: now.plus(INVITE_LIFE),
    };
    let opened = open_store(folder.path(), settings, secrets).await?;
    let made = opened.store.staff.invite(stored, Actor::Cli(admin::own_user()), now).await;
    opened.close().await;
    made?;
    Ok(invite.to_text())
}
