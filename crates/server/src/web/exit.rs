//! `/keluar`: the exit as a plain link, for pages whose script did not run.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::LOCATION};

/// Where the exit leads, checked once at start.
#[derive(Debug, Clone)]
pub(super) struct ExitUrl(HeaderValue);

impl ExitUrl {
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        Ok(Self(HeaderValue::from_str(url).map_err(|_| {
            anyhow::anyhow!("`exit_url` holds a character that no address can have")
        })?))
    }
}

pub(super) async fn leave(State(ExitUrl(url)): State<ExitUrl>) -> (StatusCode, HeaderMap) {
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, url);
    headers.insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""),
    );
    (StatusCode::SEE_OTHER, headers)
}
