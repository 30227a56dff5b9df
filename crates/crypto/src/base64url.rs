//! Base64url without padding, the form of every byte string on the wire.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Writes bytes as base64url.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url strictly: no padding, no white space, no loose bits at the end.
pub fn decode(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotBase64Url)
}

/// Reads base64url of exactly `N` bytes.
pub fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], NotBase64Url> {
    decode(text)?.try_into().map_err(|_| NotBase64Url)
}

/// The text is not base64url, or not of the length asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64url of the right length")]
pub struct NotBase64Url;

/// For `#[serde(with = "base64url::array")]` on `[u8; N]`.
pub mod array {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the bytes as base64url.
    pub fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::encode(bytes))
    }

    /// Reads base64url of exactly `N` bytes.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        from: D,
    ) -> Result<[u8; N], D::Error> {
        super::decode_array(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// For `#[serde(with = "base64url::arrays")]` on `Vec<[u8; N]>`.
pub mod arrays {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes a list of base64url texts.
    pub fn serialize<S: Serializer, const N: usize>(
        list: &[[u8; N]],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(list.iter().map(super::encode))
    }

    /// Reads a list of base64url texts of exactly `N` bytes each.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        from: D,
    ) -> Result<Vec<[u8; N]>, D::Error> {
        Vec::<String>::deserialize(from)?
            .iter()
            .map(|text| super::decode_array(text).map_err(D::Error::custom))
            .collect()
    }
}

/// For `#[serde(with = "base64url::bytes")]` on `Vec<u8>`.
pub mod bytes {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the bytes as base64url.
    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::encode(bytes))
    }

    /// Reads base64url of any length.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        super::decode(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}
