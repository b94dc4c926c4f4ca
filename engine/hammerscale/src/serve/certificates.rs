//! The engine's own certificate authority for the agents' listener: made at the first start, kept in the data folder, handed to agents with
//! the proof of their boot. Certificates have no practical end, since machines boot with clocks that are years off.

use anyhow::{Context, Result};
use api::TlsConfig;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fs;
use std::io::Write;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const CERTIFICATE_FILE: &str = "agents-ca.pem";
const KEY_FILE: &str = "agents-ca.key";

/// The authority that agents trust.
pub(super) struct Authority {
    pem: String,
    key: KeyPair,
}

impl Authority {
    /// Reads it from the data folder, or makes it there.
    pub fn load_or_make(data_dir: &Path) -> Result<Self> {
        let (certificate, key) = (data_dir.join(CERTIFICATE_FILE), data_dir.join(KEY_FILE));
        if certificate.exists() && key.exists() {
            let pem = fs::read_to_string(&certificate)
                .with_context(|| certificate.display().to_string())?;
            let key_pem = fs::read_to_string(&key).with_context(|| key.display().to_string())?;
            let key = KeyPair::from_pem(&key_pem)
                .with_context(|| format!("reading {}", key.display()))?;
            return Ok(Self { pem, key });
        }
        let made = Self::make().context("making the agents' certificate authority")?;
        fs::create_dir_all(data_dir).with_context(|| data_dir.display().to_string())?;
        write_private(&key, &made.key.serialize_pem())?;
        write_private(&certificate, &made.pem)?;
        Ok(made)
    }

    fn make() -> Result<Self> {
        let key = KeyPair::generate()?;
        let pem = Self::params().self_signed(&key)?.pem();
        Ok(Self { pem, key })
    }

    /// The same for every authority: only the key differs, so that it can sign again after a restart.
    fn params() -> CertificateParams {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "Hammerscale agents' authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
    }

    /// The authority's certificate, PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A fresh certificate for a listener at this address.
    pub fn certify(&self, address: IpAddr) -> Result<TlsConfig> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "hammerscale");
        params.subject_alt_names.push(SanType::IpAddress(address));
        let issuer = Issuer::new(Self::params(), &self.key);
        let certificate = params.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        TlsConfig::from_parts(vec![certificate.der().clone()], key).context("the agents' listener")
    }
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let attempt = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    attempt().with_context(|| format!("writing {}", path.display()))
}
