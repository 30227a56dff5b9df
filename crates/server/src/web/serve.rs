//! The listener, and how it ends.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use protocol::CloseCode;

use super::router;
use crate::jobs;
use crate::service::Service;
use crate::state::Shared;

/// How long requests in flight have to be answered after a request to stop.
const DRAIN: Duration = Duration::from_secs(6);
/// How long sockets and jobs then still have; with it the process ends within ten seconds.
const REST: Duration = Duration::from_secs(3);

/// A certificate chain and its private key, as PEM files.
#[derive(Debug)]
pub struct Tls {
    /// The chain, the server's own certificate first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Serves until SIGTERM or Ctrl-C, then lets what is in flight end.
///
/// # Errors
/// Says which address or certificate could not be used.
pub async fn serve(service: Service, tls: Option<Tls>) -> anyhow::Result<()> {
    let app = service.app.clone();
    let listen = app.settings.listen;
    let listener = std::net::TcpListener::bind(listen)
        .with_context(|| format!("cannot listen on {listen}"))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let make = router(&app)?.into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    // Before the address is told: from then on somebody may ask for the stop.
    let stop = stop_signal()?;
    jobs::start(&app);
    let scheme = if tls.is_some() { "https" } else { "http" };
    tracing::info!(url = format!("{scheme}://{address}/"), "serving");
    let listening = async {
        let server = axum_server::from_tcp(listener)?.handle(handle.clone());
        match tls {
            None => server.acceptor(NoDelayAcceptor::new()).serve(make).await,
            Some(Tls { cert, key }) => {
                let tls = RustlsConfig::from_pem_file(cert, key).await?;
                let tls = RustlsAcceptor::new(tls).acceptor(NoDelayAcceptor::new());
                server.acceptor(tls).serve(make).await
            }
        }
    };
    tokio::pin!(listening);
    tokio::select! {
        ended = &mut listening => return Ok(ended?),
        () = stop => {}
    }
    tracing::info!("stopping");
    stop_sockets(&app);
    handle.graceful_shutdown(Some(DRAIN));
    listening.await?;
    drop(app);
    if tokio::time::timeout(REST, service.close()).await.is_err() {
        tracing::warn!("something did not end in time and was left");
    }
    tracing::info!("stopped");
    Ok(())
}

/// No new socket from here on; the others finish the command in flight and close.
fn stop_sockets(app: &Shared) {
    app.stopping.cancel();
    app.hub.close_all(CloseCode::Stopping);
}

/// Listens for a request to stop; the future ends when it came.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
