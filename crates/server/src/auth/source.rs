//! Where a request comes from, as far as limits need to know: a keyed hash, in memory only.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use crypto::Secret;
use crypto::hash::hmac;

use crate::state::Shared;

/// So many bytes of an IPv6 address name a site; an IPv4 address is shorter.
const SITE: usize = 7;

/// A source of requests: `HMAC(k_ram, v4/32 or v6/56)[0..8]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source([u8; 8]);

/// The key that turns addresses into sources; drawn at each start and kept nowhere.
#[derive(Debug)]
pub struct SourceKey(Secret<32>);

impl Source {
    /// The source with these bytes.
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}

impl SourceKey {
    /// The key of 32 fresh random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(Secret::new(random))
    }

    /// The source that an address belongs to.
    pub fn source(&self, address: IpAddr) -> Source {
        let mut site = match address.to_canonical() {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        site.truncate(SITE);
        let tag = hmac(self.0.expose(), &site);
        Source(tag.first_chunk().copied().unwrap_or_default())
    }
}

impl FromRequestParts<Shared> for Source {
    type Rejection = Infallible;

    /// Requests whose address is unknown (a router driven without a listener) share one source.
    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = known.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(at)| at.ip());
        Ok(app.auth.sources.source(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_v6_site_and_a_mapped_v4_are_one_source() {
        let key = SourceKey::new([1; 32]);
        let source = |text: &str| key.source(text.parse().unwrap());
        assert_eq!(source("2001:db8:1:2ff::1"), source("2001:db8:1:200::9"));
        assert_ne!(source("2001:db8:1:2ff::1"), source("2001:db8:1:3ff::1"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
        assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
    }
}
