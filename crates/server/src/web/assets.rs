//! The web client's files, inside the binary.

use axum::extract::Path;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use rust_embed::RustEmbed;

use crate::refusal::Refusal;

/// What `web-client` was built to. Debug builds read the folder at each request.
#[derive(RustEmbed)]
#[folder = "../../web-client/dist"]
#[allow_missing = true]
pub(super) struct Dist;

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    file(&format!("assets/{name}"))
}

pub(super) async fn icon() -> Response {
    file("icon.svg")
}

fn file(path: &str) -> Response {
    let kind = match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => return Refusal::from(ErrorCode::NotFound).into_response(),
    };
    match Dist::get(path) {
        Some(file) => ([(CONTENT_TYPE, HeaderValue::from_static(kind))], file.data).into_response(),
        None => Refusal::from(ErrorCode::NotFound).into_response(),
    }
}
