//! Bytes on the wire: base64url without padding.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

/// Bytes of any length: records, boxes, envelopes, statements.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = "byte")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|_| D::Error::custom("not base64url"))
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

macro_rules! fixed {
    ($(#[$meta:meta])* $name:ident, $length:literal, $debug:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
        #[schema(value_type = String, format = "byte")]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(pub [u8; $length]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let show: fn(&[u8]) -> String = $debug;
                write!(f, concat!(stringify!($name), "({})"), show(&self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let mut text = String::deserialize(from)?;
                let bytes = URL_SAFE_NO_PAD.decode(&text);
                text.zeroize();
                let bytes = bytes.map_err(|_| D::Error::custom("not base64url"))?;
                let bytes = bytes.try_into().map_err(|_| {
                    D::Error::custom(concat!("not ", stringify!($length), " bytes"))
                })?;
                Ok(Self(bytes))
            }
        }

        impl From<[u8; $length]> for $name {
            fn from(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }
        }
    };
}

fn shown(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn redacted(_: &[u8]) -> String {
    "redacted".to_owned()
}

fixed!(
    /// An id: 16 bytes.
    #[derive(Copy)]
    Id, 16, shown
);
fixed!(
    /// A key's id: 16 bytes of its hash.
    #[derive(Copy)]
    Kid, 16, shown
);
fixed!(
    /// A SHA-256 hash.
    #[derive(Copy)]
    Hash, 32, shown
);
fixed!(
    /// A public key, Ed25519 or X25519.
    #[derive(Copy)]
    PublicKey, 32, shown
);
fixed!(
    /// A client's session token; it stays in the page's memory and the server keeps its hash.
    #[derive(Zeroize, zeroize::ZeroizeOnDrop)]
    Token, 32, redacted
);
fixed!(
    /// The credential that a case code yields; the server keeps a keyed hash.
    #[derive(Zeroize, zeroize::ZeroizeOnDrop)]
    Credential, 32, redacted
);
fixed!(
    /// The id that an invite yields; the server keeps its hash.
    #[derive(Zeroize, zeroize::ZeroizeOnDrop)]
    InviteId, 16, redacted
);
