//! The refresh token: a cookie that scripts cannot read, one for each sign-in.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::SignInId;
use protocol::ErrorCode;
use storage::signins::Refresh;
use zeroize::Zeroizing;

use crate::refusal::Refusal;

/// The token as storage takes it.
///
/// Its hash takes the `sid` in: with another `sid` it is no token at all, so nothing rotates.
pub(crate) fn refresh(sid: SignInId, token: [u8; 32]) -> Refresh {
    Refresh { token, hash: hash(sid, &token) }
}

/// What the token of this sign-in is found by.
pub(crate) fn hash(sid: SignInId, token: &[u8; 32]) -> domain::Hash {
    domain::Hash::new(crypto::hash::h(&Zeroizing::new([sid.as_ref(), token].concat())))
}

/// The token that came in the cookie of this sign-in.
///
/// # Errors
/// `token_invalid` when there is none.
pub(crate) fn from_cookie(headers: &HeaderMap, sid: SignInId) -> Result<[u8; 32], Refusal> {
    let name = cookie_name(sid);
    let mut cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='));
    let token = cookies.find(|(key, _)| *key == name).map(|(_, value)| value);
    let bytes = token.and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| ErrorCode::TokenInvalid.into())
}

/// The header that sets the cookie; it ends with the browser's session.
///
/// # Errors
/// `internal`; the value is plain ASCII.
pub(crate) fn set(sid: SignInId, token: &[u8; 32]) -> Result<(HeaderName, HeaderValue), Refusal> {
    header(sid, &URL_SAFE_NO_PAD.encode(token), "")
}

/// The header that takes the cookie away.
///
/// # Errors
/// As [`set`].
pub(crate) fn clear(sid: SignInId) -> Result<(HeaderName, HeaderValue), Refusal> {
    header(sid, "", "; Max-Age=0")
}

fn header(sid: SignInId, value: &str, more: &str) -> Result<(HeaderName, HeaderValue), Refusal> {
    let name = cookie_name(sid);
    let text = format!("{name}={value}; Path=/; HttpOnly; Secure; SameSite=Strict{more}");
    let value = HeaderValue::from_str(&text).map_err(|error| Refusal::internal(&error))?;
    Ok((SET_COOKIE, value))
}

/// `__Host-r-` and the first 8 hex digits of the sign-in: several people may use one browser.
fn cookie_name(sid: SignInId) -> String {
    let start = sid.as_bytes().iter().take(4).map(|byte| format!("{byte:02x}"));
    format!("__Host-r-{}", start.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: SignInId = SignInId::new([0xab; 16]);

    #[test]
    fn the_cookie_is_read_back_by_its_own_sign_in_only() {
        let (_, set) = set(SID, &[7; 32]).unwrap();
        let text = set.to_str().unwrap();
        assert!(text.starts_with("__Host-r-abababab="), "{text}");
        assert!(text.ends_with("; Path=/; HttpOnly; Secure; SameSite=Strict"), "{text}");
        let mut headers = HeaderMap::new();
        let cookies = format!("a=b; {}", text.split(';').next().unwrap());
        headers.insert(COOKIE, HeaderValue::from_str(&cookies).unwrap());
        assert_eq!(from_cookie(&headers, SID).unwrap(), [7; 32]);
        assert!(from_cookie(&headers, SignInId::new([0xac; 16])).is_err());
    }

    #[test]
    fn the_same_token_under_another_sign_in_is_another_hash() {
        let mut same_start = [0xab; 16];
        same_start[15] = 0;
        assert_ne!(hash(SID, &[7; 32]), hash(SignInId::new(same_start), &[7; 32]));
    }
}
