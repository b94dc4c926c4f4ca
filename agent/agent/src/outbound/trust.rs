//! Whom TLS connections trust: the API's authority from the boot payload, the public roots, or (told so) anybody.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

const SYSTEM_BUNDLES: [&str; 2] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
];

/// What to trust.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Authority of the API's listeners, as PEM.
    pub api_ca_pem: Option<String>,
    /// Further authorities for images, as PEM, named by the conductor.
    pub image_ca_pem: Option<String>,
    /// Verify nothing.
    pub insecure: bool,
}

impl Trust {
    /// For calls to the API: its own authority alone when the boot payload names one.
    pub fn api_config(&self) -> Result<ClientConfig, rustls::Error> {
        let mut roots = RootCertStore::empty();
        match &self.api_ca_pem {
            Some(pem) => add_pem(&mut roots, pem.as_bytes()),
            None => add_public(&mut roots),
        }
        self.config(roots)
    }

    /// For images and config drives: public roots, the ramdisk's bundle, the API's authority and those named for images.
    pub fn image_config(&self) -> Result<ClientConfig, rustls::Error> {
        let mut roots = RootCertStore::empty();
        add_public(&mut roots);
        for pem in [&self.api_ca_pem, &self.image_ca_pem].into_iter().flatten() {
            add_pem(&mut roots, pem.as_bytes());
        }
        self.config(roots)
    }

    fn config(&self, roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        Ok(if self.insecure {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
                .with_no_client_auth()
        } else {
            builder.with_root_certificates(roots).with_no_client_auth()
        })
    }
}

fn add_public(roots: &mut RootCertStore) {
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for path in SYSTEM_BUNDLES {
        if let Ok(pem) = std::fs::read(path) {
            add_pem(roots, &pem);
        }
    }
}

fn add_pem(roots: &mut RootCertStore, pem: &[u8]) {
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).filter_map(Result::ok));
}

/// Verifier behind `ipa-insecure`: signatures must hold, names and issuers are not looked at.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
