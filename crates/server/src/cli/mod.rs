//! The command line: one file a subcommand.

mod audit;
mod ceremony;
mod config_print;
mod demo;
mod door;
mod init;
mod people;
mod serve;
mod staff;
mod totp;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Confidential counseling chat for people who live with violence at home.
#[derive(Debug, Parser)]
#[command(name = "teduh", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Serve(serve::Args),
    #[command(name = <Sample as Plugin>::NAME)]
    Sample(<Sample as Plugin>::Args),
    Ceremony(ceremony::Args),
    #[command(subcommand)]
    Staff(staff::Command),
    #[command(subcommand)]
    Audit(audit::Command),
    Totp(totp::Args),
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Shows the settings.
#[derive(Debug, Subcommand)]
enum ConfigCommand {
    Print(config_print::Args),
}

/// The folder that holds everything of one service.
#[derive(Debug, clap::Args)]
struct Data {
    /// The data folder
    #[arg(long = "data", value_name = "DIR", default_value = "data")]
    path: PathBuf,
}

/// A subcommand that brings its own name, so that nothing else has to know it.
trait Plugin {
    /// Its arguments.
    type Args: clap::Args + std::fmt::Debug;
    /// Its name.
    const NAME: &'static str;
    /// The data folder that it makes.
    const FOLDER: &'static str;

    /// Runs it.
    fn run(args: Self::Args) -> anyhow::Result<()>;
}

/// The organisation to try things out with; its file says the rest.
#[derive(Debug)]
struct Sample;

/// Runs the command that the arguments name; errors end as one plain sentence and exit code 1.
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Init(args) => init::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Sample(args) => Sample::run(args),
        Command::Ceremony(args) => ceremony::run(&args),
        Command::Staff(command) => staff::run(command),
        Command::Audit(command) => audit::run(command),
        Command::Totp(args) => totp::run(&args),
        Command::Config(ConfigCommand::Print(args)) => config_print::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&format!("teduh: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints a line for the person at the terminal.
#[expect(clippy::print_stdout, reason = "the command line speaks to a person; the service logs")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "the command line speaks to a person; the service logs")]
fn say_error(line: &str) {
    eprintln!("{line}");
}
