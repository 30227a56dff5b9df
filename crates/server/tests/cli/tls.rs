//! Serving with a certificate, seen by a TLS client that trusts nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::{Serving, initialised, refused, teduh};

/// A pair of files that name `localhost`, as an operator makes them.
fn certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// The head of what the service answers to somebody who trusts this certificate alone.
fn get(serving: &Serving, cert: &Path, ask: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(cert).unwrap()).unwrap();
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(&serving.address).unwrap());
    stream.write_all(ask.as_bytes())?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[test]
fn a_service_with_a_certificate_speaks_tls_and_nothing_else() {
    let folder = initialised();
    certificate(folder.path());
    let pair = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let serving =
        Serving::start(folder.path(), &[&["--listen", "127.0.0.1:0"], &pair[..]].concat());
    let cert = folder.path().join("cert.pem");
    let ask = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = get(&serving, &cert, ask).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let socket = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                  Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    let answer = get(&serving, &cert, socket).unwrap();
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");

    // Somebody in between has another certificate.
    let other = tempfile::tempdir().unwrap();
    certificate(other.path());
    assert!(get(&serving, &other.path().join("cert.pem"), ask).is_err());
    // Without TLS nothing is answered.
    let mut plain = TcpStream::connect(&serving.address).unwrap();
    plain.write_all(ask.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn a_certificate_that_is_not_there_stops_the_start() {
    let folder = initialised();
    certificate(folder.path());
    let args =
        ["serve", "--listen", "127.0.0.1:0", "--tls-cert", "none.pem", "--tls-key", "key.pem"];
    let error = refused(&teduh(folder.path(), &args));
    assert!(error.contains("none.pem") || error.contains("No such file"), "{error}");
}
