//! The listener on real sockets: plain and encrypted, a certificate that is replaced, slow and silent clients, the end.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{ListenerLimits, TlsConfig, serve};
use rustls_pki_types::{PrivateKeyDer, ServerName};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use support::Fake;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), api::ServeError>>,
}

async fn start(tls: Option<TlsConfig>, limits: ListenerLimits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let mut config = support::config();
    config.closing = Some(stopped.clone());
    let fake = Fake::new();
    let router = api::router(fake.clone(), fake, config);
    let task = tokio::spawn(serve(listener, router, tls, limits, stopped));
    Running {
        address,
        stop,
        task,
    }
}

/// Sends a text and reads all that comes until the other side closes.
async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, text: &str) -> String {
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

const GET: &str = "GET / HTTP/1.1\r\nhost: engine\r\n\r\n";

#[tokio::test]
async fn a_connection_serves_only_so_many_requests() {
    let limits = ListenerLimits {
        requests: 2,
        ..ListenerLimits::default()
    };
    let running = start(None, limits).await;
    let stream = TcpStream::connect(running.address).await.unwrap();
    let answer = talk(stream, &GET.repeat(3)).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2);
    assert!(answer.contains("connection: close"));
}

#[tokio::test]
async fn a_silent_client_is_let_go() {
    let limits = ListenerLimits {
        head: Duration::from_millis(20),
        ..ListenerLimits::default()
    };
    let running = start(None, limits).await;
    for sent in ["", "GET / HT"] {
        let stream = TcpStream::connect(running.address).await.unwrap();
        // Returns only because the server closes.
        assert!(!talk(stream, sent).await.contains("200 OK"));
    }
}

#[tokio::test]
async fn the_cap_makes_others_wait_not_fail() {
    let limits = ListenerLimits {
        connections: 1,
        ..ListenerLimits::default()
    };
    let running = start(None, limits).await;
    let first = TcpStream::connect(running.address).await.unwrap();
    let second = TcpStream::connect(running.address).await.unwrap();
    let waiting = tokio::spawn(talk(
        second,
        "GET / HTTP/1.1\r\nhost: e\r\nconnection: close\r\n\r\n",
    ));
    let first = talk(
        first,
        "GET / HTTP/1.1\r\nhost: e\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(first.contains("200 OK"));
    assert!(waiting.await.unwrap().contains("200 OK"));
}

#[tokio::test]
async fn streams_end_when_the_daemon_does() {
    let running = start(None, ListenerLimits::default()).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let request = "GET /hammerscale/v1/events HTTP/1.1\r\nhost: engine\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut begun = Vec::new();
    while !String::from_utf8_lossy(&begun).contains("event: start") {
        assert_ne!(stream.read_buf(&mut begun).await.unwrap(), 0);
    }
    running.stop.send(true).unwrap();
    running.task.await.unwrap().unwrap();
    stream.read_to_end(&mut begun).await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

fn certificate() -> (
    rustls_pki_types::CertificateDer<'static>,
    PrivateKeyDer<'static>,
    String,
    String,
) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    (
        made.cert.der().clone(),
        key,
        made.cert.pem(),
        made.signing_key.serialize_pem(),
    )
}

async fn get_trusting(
    address: SocketAddr,
    der: &rustls_pki_types::CertificateDer<'static>,
) -> Option<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(der.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector.connect(name, stream).await.ok()?;
    Some(
        talk(
            stream,
            "GET / HTTP/1.1\r\nhost: engine\r\nconnection: close\r\n\r\n",
        )
        .await,
    )
}

#[tokio::test]
async fn a_replaced_certificate_is_used_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, key) = (
        folder.path().join("chain.pem"),
        folder.path().join("key.pem"),
    );
    let write = |certificate: &str, secret: &str| {
        for (path, text) in [(&chain, certificate), (&key, secret)] {
            let fresh = path.with_extension("new");
            std::fs::write(&fresh, text).unwrap();
            std::fs::rename(&fresh, path).unwrap();
        }
    };
    let (old, _, old_pem, old_key) = certificate();
    let (new, _, new_pem, new_key) = certificate();
    write(&old_pem, &old_key);
    let tls = TlsConfig::from_files(&chain, &key).unwrap();
    let running = start(Some(tls), ListenerLimits::default()).await;
    let answer = get_trusting(running.address, &old).await.unwrap();
    assert!(answer.contains("https://engine/v1/"), "{answer}");
    assert!(get_trusting(running.address, &new).await.is_none());
    // A broken file leaves the old certificate in use.
    write("nonsense", &new_key);
    assert!(get_trusting(running.address, &old).await.is_some());
    write(&new_pem, &new_key);
    assert!(get_trusting(running.address, &new).await.is_some());
}

#[tokio::test]
async fn a_certificate_made_in_memory_does_as_well() {
    let (der, key, ..) = certificate();
    let tls = TlsConfig::from_parts(vec![der.clone()], key).unwrap();
    let running = start(Some(tls), ListenerLimits::default()).await;
    assert!(get_trusting(running.address, &der).await.is_some());
    // Plain HTTP on the encrypted port gets nothing, and harms nothing.
    let plain = TcpStream::connect(running.address).await.unwrap();
    assert!(!talk(plain, GET).await.contains("200 OK"));
    assert!(get_trusting(running.address, &der).await.is_some());
}

#[tokio::test]
async fn conflicting_lengths_end_the_connection() {
    let running = start(None, ListenerLimits::default()).await;
    let smuggled = "GET /v1/nodes HTTP/1.1\r\nhost: e\r\n\r\n";
    for headers in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 0\r\ntransfer-encoding: chunked\r\n",
        "content-length: -1\r\n",
        "content-length: 99999999999999999999999\r\n",
        "transfer-encoding: gzip\r\n",
    ] {
        let stream = TcpStream::connect(running.address).await.unwrap();
        let text =
            format!("POST /v1/nodes HTTP/1.1\r\nhost: e\r\n{headers}\r\nnonsense\r\n{smuggled}");
        // Returns only because the server closes.
        let answer = talk(stream, &text).await;
        assert!(!answer.contains("200 OK"), "{headers}: {answer}");
        assert!(
            answer.matches("HTTP/1.1 ").count() <= 1,
            "{headers}: {answer}"
        );
    }
}
