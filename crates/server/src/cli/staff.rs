//! `teduh staff`: who is on the staff, and taking somebody's sign-in away at once.

use super::door::Door;
use crate::admin::{self, Answer, Request};

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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(async {
        let door = Door::open(&data.path).await?;
        let answer = door.ask(request).await;
        door.close().await;
        answer
    })?;
    match answer {
        Answer::Staff { people } if people.is_empty() => super::say("Nobody has enrolled yet."),
        Answer::Staff { people } => people.iter().for_each(say),
        _ => super::say("Done: signed out, and no longer able to sign in."),
    }
    Ok(())
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
