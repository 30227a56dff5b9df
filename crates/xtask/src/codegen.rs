//! Files that are generated from the code: committed, and compared at every check.

use std::path::Path;

use anyhow::{Context, bail};

/// Each generated file with its text as the code has it now.
fn files() -> Vec<(&'static str, String)> {
    vec![
        ("docs/configuration.md", server::settings::documentation()),
        ("docs/openapi.json", server::api::document()),
        ("web-client/src/lib/protocol/generated/wire.ts", protocol::typescript()),
    ]
}

/// Writes every generated file.
pub(crate) fn write(root: &Path) -> anyhow::Result<()> {
    for (path, text) in files() {
        std::fs::write(root.join(path), text).context(path)?;
    }
    Ok(())
}

/// Compares every generated file with the code; writes nothing.
pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    let stale: Vec<&str> = files()
        .into_iter()
        .filter(|(path, text)| std::fs::read_to_string(root.join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    if !stale.is_empty() {
        bail!("run `cargo xtask codegen`; not up to date: {}", stale.join(", "));
    }
    Ok(())
}
