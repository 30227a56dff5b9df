//! Headers that every answer carries (crypto.md section 8).

use axum::extract::Request;
use axum::http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const FIXED: [(&str, &str); 10] = [
    ("cache-control", "no-store"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("referrer-policy", "no-referrer"),
    // Browsers heed it over TLS only.
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-robots-tag", "noindex, nofollow"),
];

/// The one script inside an answer that may count, as the policy names it: its import map, which
/// runs nothing and holds what the page's scripts import to a hash.
#[derive(Debug, Clone)]
pub(super) struct InlineScript(String);

impl InlineScript {
    /// Names a text by its hash.
    pub(super) fn of(text: &str) -> Self {
        Self(format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text))))
    }
}

/// Adds the headers; none of them depends on who asks.
pub(super) async fn add(request: Request, next: Next) -> Response {
    let socket = socket_address(request.headers());
    let mut response = next.run(request).await;
    let inline = response.extensions().get::<InlineScript>();
    let policy = content_security_policy(&socket, inline.map_or("", |InlineScript(hash)| hash));
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(HeaderName::from_static("content-security-policy"), policy);
    response
}

/// The policy names the WebSocket's address, since older Safaris do not count it to `'self'`.
fn socket_address(request: &HeaderMap) -> String {
    request
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| {
            !host.is_empty()
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        })
        .map(|host| format!(" wss://{host}"))
        .unwrap_or_default()
}

fn content_security_policy(socket: &str, inline: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{inline}; \
         connect-src 'self'{socket}; style-src 'self'; img-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy_for(host: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        content_security_policy(&socket_address(&headers), "").to_str().unwrap().to_owned()
    }

    #[test]
    fn the_socket_of_the_asked_host_is_allowed() {
        assert!(
            policy_for("teduh.example:8443")
                .contains("connect-src 'self' wss://teduh.example:8443;")
        );
    }

    #[test]
    fn a_host_cannot_write_into_the_policy() {
        assert!(policy_for("a; script-src *").contains("connect-src 'self';"));
    }
}
