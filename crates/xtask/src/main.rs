//! `cargo xtask tidy` and `cargo xtask codegen [--check]`.

mod codegen;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["tidy"] => root().and_then(|root| tidy::run(&root)),
        ["codegen"] => root().and_then(|root| codegen::write(&root)),
        ["codegen", "--check"] => root().and_then(|root| codegen::check(&root)),
        _ => Err(anyhow::anyhow!("usage: cargo xtask tidy | codegen [--check]")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The project's top folder.
fn root() -> anyhow::Result<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = folder.ancestors().nth(2).context("xtask stands two folders below the top")?;
    if !root.join("Cargo.toml").is_file() {
        bail!("{} is not the project's top folder", root.display());
    }
    Ok(root.to_owned())
}

#[expect(clippy::print_stderr, reason = "a tool for the terminal")]
fn report(line: &str) {
    eprintln!("{line}");
}

/// Tests of the whole workspace run the checks: built alone, the tool would build the server anew.
#[cfg(test)]
mod tests {
    use super::{codegen, root, tidy};

    #[test]
    fn the_project_is_tidy() {
        tidy::run(&root().unwrap()).unwrap();
    }

    #[test]
    fn what_is_generated_is_up_to_date() {
        codegen::check(&root().unwrap()).unwrap();
    }
}
