//! The settings: built-in values, then `teduh.toml` in the data folder, then the environment.

mod fields;
mod limits;
mod times;

use std::net::SocketAddr;
use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub use fields::{FIELDS, Field};
pub use limits::Limits;
pub use times::{Keep, Times};

/// The settings file's name inside the data folder.
pub const FILE_NAME: &str = "teduh.toml";
/// What every environment variable of the settings begins with; `__` stands for the dot.
pub const ENV_PREFIX: &str = "TEDUH_";

/// Everything that an operator can set. Unknown keys are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address to serve on.
    pub listen: SocketAddr,
    /// Where the exit leads.
    pub exit_url: String,
    /// The organisation that runs the service.
    pub org: Org,
    /// A line over every page.
    pub notice_band: NoticeBand,
    /// The database, where it is not the folder's own.
    pub database_url: String,
    /// The database of the shred keys that goes with it.
    pub keystore_url: String,
    /// How long each rule waits.
    pub times: Times,
    /// How much is taken at once.
    pub limits: Limits,
    /// How long things are kept.
    pub keep: Keep,
}

/// Who runs the service; shown on the client page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Org {
    /// Its name.
    pub name: String,
    /// How to reach it, in one line.
    pub contact: String,
}

/// A line over every page in both languages; empty means none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeBand {
    /// In Indonesian.
    pub id: String,
    /// In English.
    pub en: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            exit_url: "https://www.bmkg.go.id/".to_owned(),
            org: Org { name: String::new(), contact: String::new() },
            notice_band: NoticeBand { id: String::new(), en: String::new() },
            database_url: String::new(),
            keystore_url: String::new(),
            times: Times::default(),
            limits: Limits::default(),
            keep: Keep::default(),
        }
    }
}

/// Why the settings were not taken.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file or the environment holds an unknown key or a value of the wrong kind.
    #[error("the settings were not taken: {0}")]
    Unreadable(Box<figment::Error>),
    /// No name was given for the organisation, and the page would name nobody.
    #[error("`org.name` is empty: clients must be able to read who runs the service")]
    NoName,
    /// The shred keys are not kept where the rows are.
    #[error("`database_url` and `keystore_url` must both be given, and name two databases")]
    Keystore,
    /// The exit must lead somewhere a browser can go.
    #[error("`exit_url` must begin with https:// or http://")]
    ExitUrl,
}

impl Settings {
    /// Reads the settings of a data folder.
    ///
    /// # Errors
    /// Refuses unknown keys, wrong kinds of values and an empty `org.name`; the text names the key
    /// and where it came from.
    pub fn read(data: &Path) -> Result<Self, SettingsError> {
        let settings: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(data.join(FILE_NAME)))
            .merge(Env::prefixed(ENV_PREFIX).split("__"))
            .extract()
            .map_err(|error| SettingsError::Unreadable(Box::new(error)))?;
        if settings.org.name.trim().is_empty() {
            return Err(SettingsError::NoName);
        }
        if !["https://", "http://"].iter().any(|scheme| settings.exit_url.starts_with(scheme)) {
            return Err(SettingsError::ExitUrl);
        }
        let (database, keystore) = (&settings.database_url, &settings.keystore_url);
        if database.is_empty() != keystore.is_empty()
            || (!database.is_empty() && database == keystore)
        {
            return Err(SettingsError::Keystore);
        }
        Ok(settings)
    }

    /// The first settings file of a new data folder.
    pub fn first_file(org_name: &str) -> String {
        format!(
            "# Settings of this Teduh. Every key: docs/configuration.md.\n\n[org]\nname = {}\n",
            toml_string(org_name)
        )
    }

    /// The settings as a file would hold them; a database's password is not shown.
    pub fn to_toml(&self) -> String {
        let mut shown = self.clone();
        shown.database_url = without_password(&shown.database_url);
        shown.keystore_url = without_password(&shown.keystore_url);
        let all = serde_json::to_value(shown).unwrap_or_default();
        let (tables, values): (Vec<_>, Vec<_>) =
            all.as_object().into_iter().flatten().partition(|(_, value)| value.is_object());
        let mut text: String = values.into_iter().map(toml_line).collect();
        for (name, table) in tables {
            text.extend(["\n[", name, "]\n"]);
            text.extend(table.as_object().into_iter().flatten().map(toml_line));
        }
        text
    }
}

fn without_password(url: &str) -> String {
    let parts =
        url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?)));
    parts.map_or_else(|| url.to_owned(), |(scheme, (_, host))| format!("{scheme}://...@{host}"))
}

/// Numbers and text are written the same in JSON and TOML, but for one character.
fn toml_line((key, value): (&String, &serde_json::Value)) -> String {
    format!("{key} = {}\n", value.to_string().replace('\u{7f}', "\\u007F"))
}

/// A TOML basic string: JSON's escapes are a subset of TOML's.
fn toml_string(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

/// The text of `docs/configuration.md`.
pub fn documentation() -> String {
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let mut text = format!(
        "# Configuration\n\n\
         <!-- Generated by `cargo xtask codegen`. Do not edit. -->\n\n\
         Settings come from `{FILE_NAME}` in the data folder, then from the environment, which wins. \
         Unknown keys are refused at start. `teduh config print` shows what is in force.\n\n\
         | key | environment | default | what it does |\n|---|---|---|---|\n"
    );
    text.extend(FIELDS.iter().map(|Field { key, meaning }| {
        let pointer = format!("/{}", key.replace('.', "/"));
        let default = defaults.pointer(&pointer).cloned().unwrap_or_default();
        let env = format!("{ENV_PREFIX}{}", key.replace('.', "__").to_uppercase());
        format!("| `{key}` | `{env}` | `{default}` | {meaning} |\n")
    }));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(file: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), file).unwrap();
        folder
    }

    #[test]
    fn a_first_file_is_enough() {
        let name = "Rumah \"Aman\"\n\\ Semarang";
        let folder = folder(&Settings::first_file(name));
        let settings = Settings::read(folder.path()).unwrap();
        assert_eq!(settings.org.name, name);
        assert_eq!(settings.listen, Settings::default().listen);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let folder = folder("lisen = \"127.0.0.1:1\"\n[org]\nname = \"a\"\n");
        let error = Settings::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("lisen"), "{error}");
    }

    #[test]
    fn a_service_without_a_name_is_refused() {
        let folder = folder("");
        assert!(matches!(Settings::read(folder.path()), Err(SettingsError::NoName)));
    }

    #[test]
    fn an_exit_that_leads_nowhere_is_refused() {
        let folder = folder("exit_url = \"javascript:alert(1)\"\n[org]\nname = \"a\"\n");
        assert!(matches!(Settings::read(folder.path()), Err(SettingsError::ExitUrl)));
    }

    #[test]
    fn printed_settings_read_back_the_same() {
        let mut settings = Settings::default();
        settings.org.name = "Rumah Aman".to_owned();
        let folder = folder(&settings.to_toml());
        assert_eq!(Settings::read(folder.path()).unwrap(), settings);
    }

    #[test]
    fn rows_and_shred_keys_live_in_two_databases() {
        for urls in [
            "database_url = \"postgres://a/b\"",
            "database_url = \"postgres://a/b\"\nkeystore_url = \"postgres://a/b\"",
        ] {
            let folder = folder(&format!("{urls}\n[org]\nname = \"a\"\n"));
            assert!(matches!(Settings::read(folder.path()), Err(SettingsError::Keystore)));
        }
    }

    #[test]
    fn a_database_password_is_not_printed() {
        let settings = Settings {
            database_url: "postgres://teduh:geheim@db/teduh".to_owned(),
            ..Settings::default()
        };
        assert!(settings.to_toml().contains("postgres://...@db/teduh"));
        assert!(!settings.to_toml().contains("geheim"));
    }

    #[test]
    fn every_setting_is_documented_once() {
        fn keys(value: &serde_json::Value, path: &str, found: &mut Vec<String>) {
            match value.as_object() {
                Some(map) => {
                    for (key, value) in map {
                        let dot = if path.is_empty() { "" } else { "." };
                        keys(value, &format!("{path}{dot}{key}"), found);
                    }
                }
                None => found.push(path.to_owned()),
            }
        }
        let mut found = Vec::new();
        keys(&serde_json::to_value(Settings::default()).unwrap(), "", &mut found);
        let mut documented: Vec<_> = FIELDS.iter().map(|field| field.key.to_owned()).collect();
        found.sort();
        documented.sort();
        assert_eq!(found, documented);
    }
}
