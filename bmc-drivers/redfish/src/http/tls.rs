//! Trust in a BMC's certificate: exactly one certificate by its digest, or a file of authorities (which may also hold the
//! BMC's own self-signed certificate, as most BMCs have). Signatures of the handshake are always checked.

use std::sync::Arc;

use bmc_core::BmcError;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
    version::{TLS12, TLS13},
};
use sha2::{Digest, Sha256};

/// Trusts the certificate with this SHA-256 over its DER, whatever name or dates it bears.
pub(super) fn pinned(sha256: [u8; 32], tls_1_3: bool) -> Result<ClientConfig, BmcError> {
    config(tls_1_3, |provider| Trust {
        exact: Exact::Digest(sha256),
        authorities: None,
        provider,
    })
}

/// Trusts what chains to a certificate of this PEM file, and the very certificates in it.
pub(super) fn trusting(pem: &[u8], tls_1_3: bool) -> Result<ClientConfig, BmcError> {
    let unusable = |reason: String| BmcError::Misconfigured {
        key: "redfish_verify_ca",
        reason,
    };
    let listed: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(format!("the file is not PEM: {error}")))?;
    if !listed
        .iter()
        .any(|certificate| ParsedCertificate::try_from(certificate).is_ok())
    {
        return Err(unusable(
            "the file holds no X.509 version 3 certificate".to_owned(),
        ));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(listed.iter().cloned());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .ok();
    config(tls_1_3, |provider| Trust {
        exact: Exact::Listed(listed),
        authorities,
        provider,
    })
}

fn config(
    tls_1_3: bool,
    trust: impl FnOnce(Arc<CryptoProvider>) -> Trust,
) -> Result<ClientConfig, BmcError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let versions: &[_] = match tls_1_3 {
        true => &[&TLS13],
        false => &[&TLS13, &TLS12],
    };
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(|error| BmcError::Internal {
            doing: "configure TLS",
            reason: error.to_string(),
        })?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust(provider)))
        .with_no_client_auth())
}

#[derive(Debug)]
enum Exact {
    Digest([u8; 32]),
    Listed(Vec<CertificateDer<'static>>),
}

#[derive(Debug)]
struct Trust {
    exact: Exact,
    authorities: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let known = match &self.exact {
            Exact::Digest(sha256) => Sha256::digest(end_entity).as_slice() == sha256.as_slice(),
            Exact::Listed(listed) => listed.iter().any(|certificate| certificate == end_entity),
        };
        match &self.authorities {
            _ if known => Ok(ServerCertVerified::assertion()),
            Some(chain) => {
                chain.verify_server_cert(end_entity, intermediates, server_name, ocsp, now)
            }
            None => match self.exact {
                Exact::Digest(_) => Err(CertificateError::ApplicationVerificationFailure.into()),
                Exact::Listed(_) => Err(CertificateError::UnknownIssuer.into()),
            },
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
