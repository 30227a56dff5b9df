use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Secret bytes of a fixed length, wiped when dropped and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes the bytes over.
    pub fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Takes exactly `N` bytes, or nothing when the length differs.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes themselves; copy them nowhere.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{N}>(..)")
    }
}
