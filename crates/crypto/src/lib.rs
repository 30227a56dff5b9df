//! The dvc1 protocol: what both sides compute, without I/O.
//!
//! Nothing here reads a clock or draws randomness: keys, nonces, ids and the time are arguments.
//! Every refusal names the numbered rule that was broken; `tests/vectors/README.md` lists them.

#![expect(clippy::similar_names, reason = "kid, kind and key are the protocol's own words")]

pub mod audit;
pub mod base64url;
pub mod case_id;
pub mod ceremony;
pub mod code;
pub mod encode;
pub mod enrol;
pub mod epoch;
pub mod gcm;
pub mod group;
pub mod hash;
pub mod kem;
pub mod message;
pub mod opaque;
pub mod outbox;
pub mod raise;
pub mod receiver;
pub mod roster;
mod secret;
pub mod sign;
pub mod statement;
pub mod vault;

pub use secret::Secret;

/// Sixteen bytes: `org_id`, `staff_id`, `case_id`, `msg_id`, `esc_id` and key ids.
pub type Id = [u8; 16];

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// An Ed25519 or X25519 public key.
pub type PublicKey = [u8; 32];

/// An Ed25519 signature.
pub type Signature = [u8; 64];
