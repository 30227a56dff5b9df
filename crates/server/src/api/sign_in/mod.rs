//! Sign-in in three steps: OPAQUE's two, then the one-time code.

pub(crate) mod finish;
pub(crate) mod start;
pub(crate) mod totp;
