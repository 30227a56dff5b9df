//! `people.json`: the sign-ins of an organisation that was made to be tried out.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use actors::Credentials;
use anyhow::Context;
use serde::{Deserialize, Serialize};

/// The file's name inside the data folder.
pub(super) const FILE_NAME: &str = "people.json";

/// Somebody with everything that they need to sign in.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    /// What they are, for the list.
    pub(super) role: String,
    /// The name that colleagues read.
    pub(super) name: String,
    /// E-mail, passphrase, seed of the one-time codes.
    pub(super) credentials: Credentials,
}

/// Reads the file; none where the folder has none.
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn read(data: &Path) -> anyhow::Result<Option<Vec<Person>>> {
    let path = data.join(FILE_NAME);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let people = serde_json::from_slice(&bytes).map_err(|error| {
                anyhow::anyhow!("{}: damaged in line {}", path.display(), error.line())
            })?;
            Ok(Some(people))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Writes a new file, readable by its owner alone.
///
/// # Errors
/// What the disk says.
pub(super) fn write_new(data: &Path, people: &[Person]) -> anyhow::Result<()> {
    let path = data.join(FILE_NAME);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(&serde_json::to_vec_pretty(people)?)?;
    file.sync_all()?;
    Ok(())
}
