//! `teduh staff`: who is on the staff, and taking somebody's sign-in away at once.

use std::sync::Arc;

use anyhow::bail;
use domain::audit::Actor;

use crate::admin::{self, Answer, Request};
use crate::clock::System;
use crate::data_folder::{DataFolder, DataFolderError};
use crate::secrets::Secrets;
use crate::service::Service;
use crate::settings::Settings;

/// Shows the staff, or takes somebody's sign-in away.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    List(ListArgs),
    Disable(DisableArgs),
}

/// Shows everybody who ever enrolled, with their roles.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh staff list --data data")]
pub(super) struct ListArgs {
    #[command(flatten)]
    data: super::Data,
}

/// Takes somebody's sign-in away at once; their cases go to colleagues.
///
/// Afterwards an admin signs a staff list without them, so that new keys leave them out.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh staff disable sari@teduh.example --data data")]
pub(super) struct DisableArgs {
    /// The e-mail address that the person signs in with
    email: String,
    #[command(flatten)]
    data: super::Data,
}

pub(super) fn run(command: Command) -> anyhow::Result<()> {
    let (data, request) = match command {
        Command::List(args) => (args.data, Request::List),
        Command::Disable(args) => (args.data, Request::Disable { email: args.email }),
    };
    if !data.path.is_dir() {
        bail!("{} does not exist. Make it with `teduh init`", data.path.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = match DataFolder::open(&data.path) {
        Ok(folder) => runtime.block_on(alone(&folder, request))?,
        Err(DataFolderError::InUse(_)) => runtime.block_on(admin::ask(&data.path, &request))?,
        Err(error) => return Err(error.into()),
    };
    match answer {
        Answer::Staff { people } if people.is_empty() => super::say("Nobody has enrolled yet."),
        Answer::Staff { people } => people.iter().for_each(say),
        Answer::Done => super::say("Done: signed out, and no longer able to sign in."),
        Answer::Refused { why } => bail!(why),
    }
    Ok(())
}

/// Without a running service: the folder's lock is held meanwhile.
async fn alone(folder: &DataFolder, request: Request) -> anyhow::Result<Answer> {
    let settings = Settings::read(folder.path())?;
    let secrets = Secrets::read(folder.path())?;
    let (clock, random) = (Arc::new(System), Arc::new(System));
    let service = Service::open(folder.path(), settings, secrets, clock, random).await?;
    let answer = admin::answer(&service.app, request, Actor::Cli(admin::own_user())).await;
    service.close().await;
    Ok(answer)
}

fn say(person: &admin::Person) {
    let roles = person.roles.iter().map(|role| match role {
        protocol::Role::Counselor => "counselor",
        protocol::Role::Supervisor => "supervisor",
        protocol::Role::Admin => "admin",
    });
    let roles = roles.collect::<Vec<_>>().join(", ");
    super::say(&format!("{:<24} {:<32} {}", person.name, roles, person.state));
}
