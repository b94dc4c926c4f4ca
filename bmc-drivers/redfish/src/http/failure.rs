//! Why no answer came: reads the causes below an HTTP error and names what a person can act on. Keeps URLs and bodies out.

use std::{error::Error, io};

use bmc_core::{BmcError, BmcMessage, Target};
use rustls::CertificateError;

use super::resolver::Outside;

/// The driver's error for an HTTP library's error.
pub(super) fn classify(target: &Target, doing: &str, error: reqwest::Error) -> BmcError {
    let address = target.address.clone();
    if let Some(Outside(ip)) = find::<Outside>(&error) {
        return BmcError::AddressNotAllowed { address, ip: *ip };
    }
    if let Some(tls) = find::<rustls::Error>(&error) {
        return BmcError::Tls {
            address,
            reason: tls_reason(tls),
            source: Some(Box::new(error.without_url())),
        };
    }
    let reason = if error.is_timeout() {
        "it took too long".to_owned()
    } else {
        innermost(&error)
    };
    let connecting = error.is_connect();
    let source: Option<bmc_core::BoxError> = Some(Box::new(error.without_url()));
    if connecting {
        BmcError::Connect {
            address,
            reason,
            source,
        }
    } else {
        BmcError::NoAnswer {
            address,
            doing: doing.to_owned(),
            reason,
            source,
        }
    }
}

/// The first cause of this type. An I/O error hides the error that it wraps from `source()`, so that is looked into too.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|inner| find::<T>(inner)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The words of the deepest cause.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(next) = deepest.source() {
        deepest = next;
    }
    BmcMessage::new(&deepest.to_string()).as_str().to_owned()
}

fn tls_reason(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return match error {
            rustls::Error::PeerIncompatible(_) => "the BMC offers no TLS 1.2 or 1.3".to_owned(),
            rustls::Error::InvalidMessage(_) => {
                "what answers there does not speak TLS (is it http:// instead of https://?)"
                    .to_owned()
            }
            other => BmcMessage::new(&other.to_string()).as_str().to_owned(),
        };
    };
    match certificate {
        CertificateError::UnknownIssuer => {
            "its certificate comes from an unknown authority".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, or this host's clock is wrong".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, or this host's clock is wrong".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name or address".to_owned()
        }
        CertificateError::ApplicationVerificationFailure => {
            "its certificate is not the pinned one".to_owned()
        }
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is self-signed".to_owned()
        }
        other => BmcMessage::new(&format!("its certificate is not usable ({other:?})"))
            .as_str()
            .to_owned(),
    }
}
