//! Ids: bytes with a type, so that one kind cannot be passed for another.

use std::fmt;

/// Bytes of another length than the id has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id of the wrong length")]
pub struct InvalidLength;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// The id with these bytes.
            pub const fn new(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            /// Its bytes, on the heap, as drivers take them.
            pub fn to_vec(self) -> Vec<u8> {
                self.0.to_vec()
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = InvalidLength;

            fn try_from(bytes: &[u8]) -> Result<Self, InvalidLength> {
                bytes.try_into().map(Self).map_err(|_| InvalidLength)
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            /// The first four bytes: enough to tell two apart, too few to look one up.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "("))?;
                for byte in self.0.iter().take(4) {
                    write!(f, "{byte:02x}")?;
                }
                write!(f, "..)")
            }
        }
    };
}

id!(
    /// The organisation, drawn once.
    OrgId,
    16
);
id!(
    /// A case: the first 16 bytes of a hash over the client's public keys, so it certifies them.
    CaseId,
    16
);
id!(
    /// One visit of a client.
    SessionId,
    16
);
id!(
    /// A staff member; survives a re-enrolment with new keys.
    StaffId,
    16
);
id!(
    /// A message, drawn by its sender; what makes a retry safe.
    MsgId,
    16
);
id!(
    /// A raise, drawn by who raises; the first of an escalation is its id.
    EscId,
    16
);
id!(
    /// A break glass, drawn by the supervisor's browser; what makes a retry safe.
    OpeningId,
    16
);
id!(
    /// A public key: the first 16 bytes of its labelled hash.
    Kid,
    16
);
id!(
    /// One sign-in of a staff member (`sid`).
    SignInId,
    16
);
id!(
    /// A SHA-256 value.
    Hash,
    32
);

impl Hash {
    /// What epoch 0 names as its predecessor.
    pub const ZERO: Self = Self([0; 32]);
}
