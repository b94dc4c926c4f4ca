//! The same files by HTTPS, with a certificate that a machine whose clock is years behind takes for one of the future.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use crate::lab::certificate;
use crate::lab::network::OUTSIDE;

const PORT: u16 = 8443;
const CERTIFICATE: &str = "web.crt";
/// A machine that begins to speak and does not end is in nobody's way for longer.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Where an image is served by HTTPS.
pub fn secure_image_url(name: &str) -> String {
    format!("https://{OUTSIDE}:{PORT}/images/{name}")
}

/// The authority that such a server in the lab with this folder is known by, PEM.
pub fn authority(lab: &Path) -> PathBuf {
    lab.join(CERTIFICATE)
}

/// Makes the certificate: valid since yesterday.
pub(super) fn identity(lab: &Path) -> Result<Arc<ServerConfig>> {
    let made = certificate::of_this_week(OUTSIDE)?;
    std::fs::write(authority(lab), made.cert.pem()).context("cannot write the certificate")?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())
        .map_err(|error| anyhow::anyhow!("the key: {error}"))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .context("the web server's certificate")?;
    Ok(Arc::new(config))
}

pub(super) async fn listen(address: IpAddr, identity: Arc<ServerConfig>) -> Result<Secure> {
    let listener = TcpListener::bind((address, PORT)).await;
    Ok(Secure {
        listener: listener.with_context(|| format!("cannot listen on port {PORT}"))?,
        acceptor: TlsAcceptor::from(identity),
    })
}

/// One handshake at a time: a lab has few machines.
pub(super) struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, from)) = self.listener.accept().await else {
                // No file descriptors left, for one; without the pause this would spin.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            match tokio::time::timeout(HANDSHAKE, self.acceptor.accept(stream)).await {
                Ok(Ok(stream)) => return (stream, from),
                Ok(Err(error)) => tracing::warn!("a TLS handshake with {from} failed: {error}"),
                Err(_) => tracing::warn!("{from} does not end its TLS handshake"),
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
