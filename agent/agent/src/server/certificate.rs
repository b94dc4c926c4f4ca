//! The agent's self-signed certificate: one address, valid from an hour ago for thirty days. It is sent to the conductor
//! with each heartbeat and pinned there.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

const BACKDATED: Duration = Duration::from_secs(3600);
const VALID: Duration = Duration::from_secs(30 * 24 * 3600);

/// Certificate and key.
pub struct OwnCertificate {
    /// For the heartbeat.
    pub pem: String,
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl OwnCertificate {
    /// Makes a new key and certificate for an address.
    pub fn generate(address: IpAddr, hostname: &str) -> anyhow::Result<Self> {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, hostname);
        params.subject_alt_names = vec![SanType::IpAddress(address)];
        let now = SystemTime::now();
        params.not_before = (now - BACKDATED).into();
        params.not_after = (now + VALID).into();
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            key: key.serialize_der(),
        })
    }

    /// The TLS server's configuration; `min_version` is `1.2` or `1.3`.
    pub fn server_config(&self, min_version: Option<&str>) -> anyhow::Result<Arc<ServerConfig>> {
        let versions: &[_] = match min_version {
            Some("1.3") => &[&rustls::version::TLS13],
            _ => &[&rustls::version::TLS13, &rustls::version::TLS12],
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], key)?;
        Ok(Arc::new(config))
    }
}
