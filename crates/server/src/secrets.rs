//! The server's secrets: rings of keys in one file that only its owner can read.
//!
//! They are kept apart from the database, and without them a copy of it is worthless.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::opaque::{OpaqueError, ServerSetup};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The secrets' file name inside the data folder.
pub const FILE_NAME: &str = "secrets.json";

/// A 32-byte secret with its number in the ring.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct RingKey {
    /// 1 to 255; sealed values name it in their first byte.
    pub id: u8,
    #[serde(with = "base64_32")]
    key: [u8; 32],
}

impl RingKey {
    /// The secret itself; copy it nowhere.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.key
    }
}

impl std::fmt::Debug for RingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RingKey({}, redacted)", self.id)
    }
}

/// The setup of staff sign-in (OPAQUE), as `crypto` writes it; it is never rotated.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct OpaqueSetup(#[serde(with = "base64_bytes")] Vec<u8>);

impl std::fmt::Debug for OpaqueSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpaqueSetup(redacted)")
    }
}

impl OpaqueSetup {
    /// The setup to work with.
    ///
    /// # Errors
    /// Refuses bytes that no setup wrote; [`Secrets::read`] has checked them before.
    pub fn open(&self) -> Result<ServerSetup, OpaqueError> {
        ServerSetup::from_bytes(&self.0)
    }
}

/// Everything the server must not lose and must not show.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The organisation's id: public, but it belongs to these keys for ever.
    #[serde(with = "base64_16")]
    pub org_id: [u8; 16],
    /// Keys that seal rows at rest, newest first.
    pub kek: Vec<RingKey>,
    /// Keys that turn a case code's credential into its tag, newest first.
    pub pepper: Vec<RingKey>,
    /// Ed25519 seeds that sign staff tokens, newest first.
    pub jwt: Vec<RingKey>,
    /// Ed25519 seeds that sign the audit chain's checkpoints, newest first.
    pub audit: Vec<RingKey>,
    /// The setup of staff sign-in; losing it means that all staff enrol again.
    pub opaque: OpaqueSetup,
}

/// Why the secrets were not read or written.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// There is no secrets file: the folder was never initialised, or the file was lost.
    #[error(
        "{0} is missing. For a new folder run `teduh init`. If this folder held a service, restore the file from its backup: without it the data cannot be opened, and new secrets do not help"
    )]
    Missing(PathBuf),
    /// The secrets exist already; they are never made anew beside an existing service.
    #[error("{0} exists already, and is left as it is")]
    Exists(PathBuf),
    /// Others than the owner can read the file.
    #[error("{0} can be read by others. Run: chmod 600 {0}")]
    Open(PathBuf),
    /// The file is not what `teduh init` wrote.
    #[error("{0} is damaged: {1}")]
    Damaged(PathBuf, String),
    /// The disk or the system's randomness failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Secrets {
    /// Draws new secrets from the system's randomness.
    ///
    /// # Errors
    /// [`SecretsError::Io`] when the system gives no randomness.
    pub fn draw() -> Result<Self, SecretsError> {
        let ring = || Ok::<_, SecretsError>(vec![RingKey { id: 1, key: random()? }]);
        let opaque = ServerSetup::new(&crypto::Secret::new(random()?)).to_bytes();
        Ok(Self {
            org_id: random()?,
            kek: ring()?,
            pepper: ring()?,
            jwt: ring()?,
            audit: ring()?,
            opaque: OpaqueSetup(opaque.to_vec()),
        })
    }

    /// Writes the file, readable by its owner alone; refuses to replace one.
    ///
    /// # Errors
    /// [`SecretsError::Exists`], or what the disk says.
    pub fn write_new(&self, data: &Path) -> Result<(), SecretsError> {
        let path = data.join(FILE_NAME);
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(
                |error| match error.kind() {
                    std::io::ErrorKind::AlreadyExists => SecretsError::Exists(path.clone()),
                    _ => error.into(),
                },
            )?;
        let mut text = serde_json::to_string_pretty(self).map_err(std::io::Error::from)?;
        text.push('\n');
        file.write_all(text.as_bytes())?;
        text.zeroize();
        // The file and its name must both survive a power cut before anything is sealed with it.
        file.sync_all()?;
        std::fs::File::open(data)?.sync_all()?;
        Ok(())
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Refuses a missing, open or damaged file; the text says what to do.
    pub fn read(data: &Path) -> Result<Self, SecretsError> {
        let path = data.join(FILE_NAME);
        let mut text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SecretsError::Missing(path.clone()),
            _ => error.into(),
        })?;
        if std::fs::metadata(&path)?.permissions().mode() & 0o077 != 0 {
            return Err(SecretsError::Open(path));
        }
        let read = serde_json::from_str(&text);
        text.zeroize();
        // serde's own words may quote the value; the place is enough to find the damage.
        let secrets: Self = read.map_err(|error: serde_json::Error| {
            SecretsError::Damaged(
                path.clone(),
                format!("line {}, column {}", error.line(), error.column()),
            )
        })?;
        for (name, ring) in [
            ("kek", &secrets.kek),
            ("pepper", &secrets.pepper),
            ("jwt", &secrets.jwt),
            ("audit", &secrets.audit),
        ] {
            if ring.is_empty() {
                return Err(SecretsError::Damaged(path, format!("`{name}` has no key")));
            }
        }
        if secrets.opaque.open().is_err() {
            return Err(SecretsError::Damaged(path, "`opaque` is no setup".to_owned()));
        }
        Ok(secrets)
    }
}

fn random<const N: usize>() -> Result<[u8; N], SecretsError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}

macro_rules! base64_array {
    ($name:ident, $length:literal) => {
        mod $name {
            use super::{Engine, URL_SAFE_NO_PAD};
            use serde::{Deserialize, Deserializer, Serializer, de::Error};

            pub(super) fn serialize<S: Serializer>(
                bytes: &[u8; $length],
                to: S,
            ) -> Result<S::Ok, S::Error> {
                to.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                from: D,
            ) -> Result<[u8; $length], D::Error> {
                let text = String::deserialize(from)?;
                let bytes =
                    URL_SAFE_NO_PAD.decode(text).map_err(|_| D::Error::custom("not base64url"))?;
                bytes.try_into().map_err(|_| D::Error::custom("wrong length"))
            }
        }
    };
}
mod base64_bytes {
    use super::{Engine, URL_SAFE_NO_PAD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| D::Error::custom("not base64url"))
    }
}

base64_array!(base64_16, 16);
base64_array!(base64_32, 32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_back_and_only_by_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::draw().unwrap();
        secrets.write_new(folder.path()).unwrap();
        let path = folder.path().join(FILE_NAME);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = Secrets::read(folder.path()).unwrap();
        assert_eq!(read.org_id, secrets.org_id);
        assert_eq!(read.kek[0].key, secrets.kek[0].key);

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Secrets::read(folder.path()), Err(SecretsError::Open(_))));
    }

    #[test]
    fn secrets_are_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        Secrets::draw().unwrap().write_new(folder.path()).unwrap();
        let before = std::fs::read(folder.path().join(FILE_NAME)).unwrap();
        let again = Secrets::draw().unwrap().write_new(folder.path());
        assert!(matches!(again, Err(SecretsError::Exists(_))));
        assert_eq!(std::fs::read(folder.path().join(FILE_NAME)).unwrap(), before);
    }

    #[test]
    fn damage_is_named_without_showing_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        Secrets::draw().unwrap().write_new(folder.path()).unwrap();
        let path = folder.path().join(FILE_NAME);
        let text = std::fs::read_to_string(&path).unwrap();
        let key = text.lines().find(|line| line.contains("\"key\"")).unwrap();
        let key = key.split('"').nth(3).unwrap().to_owned();
        std::fs::write(&path, text.replacen(&key, &key[1..], 1)).unwrap();
        let error = Secrets::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("damaged") && !error.contains(&key[1..]), "{error}");
    }

    #[test]
    fn debug_shows_no_key() {
        let shown = format!("{:?}", Secrets::draw().unwrap().kek);
        assert_eq!(shown, "[RingKey(1, redacted)]");
    }
}
