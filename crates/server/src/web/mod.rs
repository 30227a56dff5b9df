//! The web: one router, and the listener that serves it.

mod assets;
mod exit;
mod headers;
mod health;
mod log;
mod pages;
mod problem;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tower_http::compression::CompressionLayer;

use crate::settings::Settings;

/// How long commands in flight have to be answered after a request to stop.
const DRAIN: Duration = Duration::from_secs(8);

/// A certificate chain and its private key, as PEM files.
#[derive(Debug)]
pub struct Tls {
    /// The chain, the server's own certificate first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Every route of the service.
///
/// # Errors
/// Refuses a binary that was built without the web client: it would serve empty pages.
pub fn router(settings: &Settings) -> anyhow::Result<Router> {
    let pages = Arc::new(pages::Pages::new(settings)?);
    // Only what is the same for everybody is compressed: a secret beside chosen text would leak.
    let public = Router::new()
        .route("/", get(pages::indonesian))
        .route("/en", get(pages::english))
        .route("/icon.svg", get(assets::icon))
        .route("/assets/{name}", get(assets::asset))
        .with_state(pages)
        .layer(CompressionLayer::new());
    Ok(Router::new()
        .merge(public)
        .route("/keluar", get(exit::leave))
        .with_state(exit::ExitUrl::new(&settings.exit_url)?)
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(axum::middleware::from_fn(headers::add))
        .layer(axum::middleware::from_fn(log::request)))
}

/// Serves until SIGTERM or Ctrl-C, then lets what is in flight end.
///
/// # Errors
/// Says which address or certificate could not be used.
pub async fn serve(settings: Settings, tls: Option<Tls>) -> anyhow::Result<()> {
    let app = router(&settings)?.into_make_service();
    let listener = std::net::TcpListener::bind(settings.listen)
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let handle = Handle::new();
    // Before the address is told: from then on somebody may ask for the stop.
    let stop = stop_signal(handle.clone())?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    tracing::info!(url = format!("{scheme}://{address}/"), "serving");
    let serve = async {
        match tls {
            None => axum_server::from_tcp(listener)?.handle(handle).serve(app).await,
            Some(Tls { cert, key }) => {
                let tls = RustlsConfig::from_pem_file(cert, key).await?;
                axum_server::from_tcp_rustls(listener, tls)?.handle(handle).serve(app).await
            }
        }
    };
    tokio::pin!(serve);
    tokio::select! {
        ended = &mut serve => return Ok(ended?),
        () = stop => {}
    }
    tracing::info!("stopping");
    serve.await?;
    tracing::info!("stopped");
    Ok(())
}

/// Listens for a request to stop; the future ends when it came and was passed on.
fn stop_signal(
    handle: Handle<std::net::SocketAddr>,
) -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        handle.graceful_shutdown(Some(DRAIN));
    })
}
