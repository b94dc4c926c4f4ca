//! Trust: pinned certificates, certificate files, and answers that break off, over real TLS.

use std::sync::Arc;

use bmc_core::{BmcError, Driver, ErrorKind, PowerState, Target, TlsPolicy};
use bmc_redfish::RedfishDriver;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::PrivateKeyDer,
    sign::{CertifiedKey, SingleCertAndKey},
};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use crate::fake::{NoWait, options};

struct Certified {
    der: Vec<u8>,
    pem: String,
    key: Vec<u8>,
}

fn certify(name: &str) -> Certified {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    Certified {
        der: made.cert.der().to_vec(),
        pem: made.cert.pem(),
        key: made.signing_key.serialize_der(),
    }
}

/// A server that answers every request with these bytes.
async fn serve(certificate: &Certified, answer: &'static str) -> Target {
    serve_by(certificate, answer, rustls::ALL_VERSIONS).await
}

/// The same by these versions of TLS only.
async fn serve_by(
    certificate: &Certified,
    answer: &'static str,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Target {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(certificate.key.clone()).unwrap();
    let key = provider.key_provider.load_private_key(key).unwrap();
    // Unlike the usual way, this does not check that certificate and key belong together.
    let pair = CertifiedKey::new(vec![certificate.der.clone().into()], key);
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut request = [0; 4096];
                if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    let mut target = Target::new(address.parse().unwrap());
    target.system_id = Some("/redfish/v1/Systems/1".into());
    target
}

const ON: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 19\r\nConnection: close\r\n\r\n{\"PowerState\":\"On\"}";
const BROKEN: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 900\r\nConnection: close\r\n\r\n{\"PowerState\":\"On\"}";

async fn ask(target: &Target) -> Result<PowerState, BmcError> {
    let driver = RedfishDriver::new(options(&Arc::new(NoWait::default())));
    driver.power().unwrap().power_state(target).await
}

fn refused(outcome: Result<PowerState, BmcError>, words: &str) {
    let error = outcome.unwrap_err();
    assert!(matches!(error, BmcError::Tls { .. }), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::OperatorMustAct);
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn a_pinned_certificate_is_trusted_and_no_other() {
    let certificate = certify("some.other.name");
    let mut target = serve(&certificate, ON).await;
    target.tls = TlsPolicy::Pinned(Sha256::digest(&certificate.der).into());
    assert_eq!(ask(&target).await.unwrap(), PowerState::On);
    target.tls = TlsPolicy::Pinned(Sha256::digest(certify("some.other.name").der).into());
    refused(ask(&target).await, "not the pinned one");
}

#[tokio::test]
async fn a_pinned_certificate_without_its_key_is_not_trusted() {
    let honest = certify("bmc");
    let copied = Certified {
        key: certify("bmc").key,
        ..certify("bmc")
    };
    let copied = Certified {
        der: honest.der.clone(),
        ..copied
    };
    let mut target = serve(&copied, ON).await;
    target.tls = TlsPolicy::Pinned(Sha256::digest(&honest.der).into());
    assert!(matches!(ask(&target).await, Err(BmcError::Tls { .. })));
    target.tls = TlsPolicy::CaFile(honest.pem.into_bytes());
    assert!(matches!(ask(&target).await, Err(BmcError::Tls { .. })));
}

#[tokio::test]
async fn a_file_may_hold_the_bmcs_own_certificate() {
    let certificate = certify("127.0.0.1");
    let mut target = serve(&certificate, ON).await;
    target.tls = TlsPolicy::CaFile(certificate.pem.clone().into_bytes());
    assert_eq!(ask(&target).await.unwrap(), PowerState::On);
    target.tls = TlsPolicy::CaFile(certify("127.0.0.1").pem.into_bytes());
    refused(ask(&target).await, "redfish_verify_ca");
}

#[tokio::test]
async fn a_file_without_certificates_is_a_mistake_in_the_settings() {
    let mut target = serve(&certify("127.0.0.1"), ON).await;
    for wrong in [
        "",
        "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n",
    ] {
        target.tls = TlsPolicy::CaFile(wrong.as_bytes().to_vec());
        let error = ask(&target).await.unwrap_err();
        assert!(
            matches!(
                error,
                BmcError::Misconfigured {
                    key: "redfish_verify_ca",
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn only_by_name_is_nothing_verified() {
    let mut target = serve(&certify("127.0.0.1"), ON).await;
    refused(ask(&target).await, "unknown authority");
    target.tls = TlsPolicy::NoVerify;
    assert_eq!(ask(&target).await.unwrap(), PowerState::On);
}

#[tokio::test]
async fn nothing_below_the_least_version_is_spoken() {
    let certificate = certify("127.0.0.1");
    let trusted = TlsPolicy::CaFile(certificate.pem.clone().into_bytes());
    for (offered, spoken) in [
        (&rustls::version::TLS12, false),
        (&rustls::version::TLS13, true),
    ] {
        let mut target = serve_by(&certificate, ON, &[offered]).await;
        for policy in [TlsPolicy::NoVerify, trusted.clone()] {
            target.tls = policy;
            target.tls_1_3 = false;
            assert_eq!(ask(&target).await.unwrap(), PowerState::On);
            target.tls_1_3 = true;
            assert_eq!(ask(&target).await.is_ok(), spoken);
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let mut target = serve(&certify("127.0.0.1"), BROKEN).await;
    target.tls = TlsPolicy::NoVerify;
    let error = ask(&target).await.unwrap_err();
    assert!(matches!(error, BmcError::NoAnswer { .. }), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Retryable);
}

#[tokio::test]
async fn a_port_without_tls_is_told_apart_from_a_bad_certificate() {
    let fake = crate::fake::Fake::start().await;
    let address = fake.target.address.origin().replace("http:", "https:");
    refused(
        ask(&Target::new(address.parse().unwrap())).await,
        "does not speak TLS",
    );
}
