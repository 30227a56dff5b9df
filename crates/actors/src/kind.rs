//! Message kinds (crypto.md 6).

/// A text.
pub const TEXT: u8 = 1;
/// A note of staff, lane 2.
pub const NOTE: u8 = 5;
/// The intake answers.
pub const INTAKE: u8 = 8;
/// The consent.
pub const CONSENT: u8 = 9;
/// A counselor's greeting.
pub const HELLO: u8 = 10;
