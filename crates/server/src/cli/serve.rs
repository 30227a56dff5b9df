//! `teduh serve`: the service.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};

use crate::admin;
use crate::clock::System;
use crate::data_folder::DataFolder;
use crate::secrets::Secrets;
use crate::service::Service;
use crate::settings::Settings;
use crate::web::{self, Tls};

/// Serves the client page and the desks until it is told to stop.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh serve --data data --listen 127.0.0.1:8080")]
pub(super) struct Args {
    #[command(flatten)]
    data: super::Data,
    /// Address and port to serve on, instead of the setting `listen`
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// The certificate chain, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> anyhow::Result<()> {
    if !args.data.path.is_dir() {
        bail!("{} does not exist. Make it with `teduh init`", args.data.path.display());
    }
    let folder = DataFolder::open(&args.data.path)?;
    let mut settings = Settings::read(folder.path())?;
    if let Some(listen) = args.listen {
        settings.listen = listen;
    }
    let tls = args.tls_cert.zip(args.tls_key).map(|(cert, key)| Tls { cert, key });
    if tls.is_none() && !settings.listen.ip().is_loopback() {
        bail!(
            "{} can be reached from other machines, and without TLS a browser neither protects \
             nor opens the chat. Give --tls-cert and --tls-key, or serve on 127.0.0.1",
            settings.listen
        );
    }
    // Never made here: a folder without its secrets does not start to serve.
    let secrets = Secrets::read(folder.path())?;
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO)
        // A log reader that died must not take the service with it.
        .log_internal_errors(false)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (clock, random) = (Arc::new(System), Arc::new(System));
        let service = Service::open(folder.path(), settings, secrets, clock, random).await?;
        admin::listen(&service.app, folder.path())?;
        web::serve(service, tls).await.context("the service stopped")
    })
}
