//! A certificate for a server inside the lab, signed by itself. It lives as long as the lab.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use rcgen::{CertificateParams, CertifiedKey, KeyPair};

use super::record::write_private;

/// Files of a certificate and its key, both PEM.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// The certificate; whoever trusts it reaches the server.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A certificate for `address` that is valid since yesterday, and for a week.
pub fn of_this_week(address: Ipv4Addr) -> Result<CertifiedKey<KeyPair>> {
    const DAY: Duration = Duration::from_secs(86_400);
    let mut wanted =
        CertificateParams::new([address.to_string()]).context("cannot make a certificate")?;
    let now = SystemTime::now();
    wanted.not_before = (now - DAY).into();
    wanted.not_after = (now + 7 * DAY).into();
    let signing_key = KeyPair::generate().context("cannot make a key")?;
    let cert = wanted
        .self_signed(&signing_key)
        .context("cannot sign a certificate")?;
    Ok(CertifiedKey { cert, signing_key })
}

/// Makes a certificate for `address` and writes it into `folder` under `name`.
pub fn create(folder: &Path, name: &str, address: Ipv4Addr) -> Result<CertificateFiles> {
    let made = rcgen::generate_simple_self_signed([address.to_string()])
        .context("cannot make a certificate")?;
    let files = CertificateFiles {
        certificate: folder.join(format!("{name}.crt")),
        key: folder.join(format!("{name}.key")),
    };
    write_private(&files.certificate, made.cert.pem().as_bytes())?;
    write_private(&files.key, made.signing_key.serialize_pem().as_bytes())?;
    Ok(files)
}
