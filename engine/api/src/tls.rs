//! The certificate of a listener: loaded from files, and loaded again when they change while connections go on. It opens no sockets.

use crate::stamp::Stamp;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of the certificate chain cannot be read.
    #[error("cannot read certificates from {path}")]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// The file of the private key cannot be read.
    #[error("cannot read a private key from {path}")]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// Key and certificate cannot be used together.
    #[error("cannot use the certificate with its key")]
    Use(#[source] rustls::Error),
}

/// The certificate of a listener.
#[derive(Clone)]
pub struct TlsConfig {
    files: Option<(PathBuf, PathBuf)>,
    current: Arc<RwLock<Current>>,
}

struct Current {
    server: Arc<ServerConfig>,
    /// The files as they were looked at last.
    stamps: Stamps,
}

type Stamps = (Option<Stamp>, Option<Stamp>);

impl TlsConfig {
    /// From PEM files: the chain, own certificate first, and its key.
    ///
    /// # Errors
    /// Names the file that cannot be used.
    pub fn from_files(certificates: &Path, key: &Path) -> Result<Self, TlsError> {
        let stamps = (Stamp::of(certificates), Stamp::of(key));
        let server = load(certificates, key)?;
        Ok(Self {
            files: Some((certificates.to_owned(), key.to_owned())),
            current: Arc::new(RwLock::new(Current { server, stamps })),
        })
    }

    /// From a chain and a key in memory, such as one made at the first start.
    ///
    /// # Errors
    /// Key and certificate do not fit.
    pub fn from_parts(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, TlsError> {
        Ok(Self {
            files: None,
            current: Arc::new(RwLock::new(Current {
                server: build(chain, key)?,
                stamps: (None, None),
            })),
        })
    }

    /// Reads the files again; connections that begin from now on use them. A failure leaves the old certificate in use.
    ///
    /// # Errors
    /// Names the file that cannot be used.
    pub fn reload(&self) -> Result<(), TlsError> {
        let Some((certificates, key)) = &self.files else {
            return Ok(());
        };
        let stamps = (Stamp::of(certificates), Stamp::of(key));
        let loaded = load(certificates, key);
        let mut current = self.current.write().unwrap_or_else(|e| e.into_inner());
        // What cannot be used is not tried again until it changes once more.
        current.stamps = stamps;
        current.server = loaded?;
        Ok(())
    }

    /// What a new connection uses: the files as they are now, where they can be used.
    pub(crate) async fn fresh(&self) -> Arc<ServerConfig> {
        if self.changed() {
            let this = self.clone();
            let reloaded = tokio::task::spawn_blocking(move || this.reload()).await;
            match reloaded {
                Ok(Ok(())) => tracing::info!("the certificate changed and was read again"),
                Ok(Err(error)) => {
                    let source = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::error!(%error, source, "the certificate changed and cannot be used; the old one stays");
                }
                Err(_) => {}
            }
        }
        let current = self.current.read().unwrap_or_else(|e| e.into_inner());
        Arc::clone(&current.server)
    }

    fn changed(&self) -> bool {
        let Some((certificates, key)) = &self.files else {
            return false;
        };
        let now = (Stamp::of(certificates), Stamp::of(key));
        let current = self.current.read().unwrap_or_else(|e| e.into_inner());
        current.stamps != now
    }
}

fn load(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unreadable = |source| TlsError::Certificates {
        path: certificates.to_owned(),
        source,
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificates)
        .map_err(unreadable)?
        .collect();
    let chain = chain.map_err(unreadable)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Key {
        path: key.to_owned(),
        source,
    })?;
    build(chain, key)
}

fn build(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Use)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Use)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
