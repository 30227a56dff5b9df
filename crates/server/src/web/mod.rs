//! The web: one router, and the listener that serves it.

mod assets;
mod exit;
mod headers;
mod health;
mod log;
mod pages;
mod serve;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use protocol::ErrorCode;
use tower_http::compression::CompressionLayer;

use crate::refusal::Refusal;
use crate::state::Shared;
use crate::{api, ws};

pub use serve::{Tls, serve};

/// Every route of the service.
///
/// # Errors
/// Refuses a binary that was built without the web client: it would serve empty pages.
pub fn router(app: &Shared) -> anyhow::Result<Router> {
    let pages = Arc::new(pages::Pages::new(app)?);
    // Only what is the same for everybody is compressed: a secret beside chosen text would leak.
    let public = Router::new()
        .route("/", get(pages::indonesian))
        .route("/en", get(pages::english))
        .route("/staff", get(pages::staff_indonesian))
        .route("/en/staff", get(pages::staff_english))
        .route("/icon.svg", get(assets::icon))
        .route("/assets/{name}", get(assets::asset))
        .with_state(pages)
        .layer(CompressionLayer::new());
    let limited = from_fn_with_state(app.clone(), api::limited);
    let private = Router::new()
        .route("/readyz", get(health::ready))
        .route("/ws", get(ws::upgrade))
        .merge(api::exit())
        .merge(api::router().layer(limited))
        .with_state(app.clone());
    Ok(Router::new()
        .merge(public)
        .merge(private)
        .route("/keluar", get(exit::leave))
        .with_state(exit::ExitUrl::new(&app.settings.exit_url)?)
        .route("/healthz", get(health::alive))
        .fallback(async || Refusal::from(ErrorCode::NotFound))
        .method_not_allowed_fallback(async || Refusal::from(ErrorCode::MethodNotAllowed))
        .layer(from_fn(headers::add))
        .layer(from_fn(log::request)))
}
