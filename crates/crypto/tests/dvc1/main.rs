//! The protocol against every vector there is, and against its own numbered rules.

#![expect(clippy::similar_names, reason = "kid, kind and key are the protocol's own words")]

#[cfg(test)]
mod epochs;
#[cfg(test)]
mod negative;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod public;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod support;
#[cfg(test)]
mod talk;
#[cfg(test)]
mod worked;
