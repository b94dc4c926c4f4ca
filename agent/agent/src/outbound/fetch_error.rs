//! Why a fetch failed, in words that name the cause and the remedy and never a password or a signature.

use reqwest::Url;
use rustls::CertificateError;

use super::client::MAX_REDIRECTS;

/// Why a fetch failed before or at its first answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not a URL, or not of a scheme that is fetched.
    #[error("{0} is not an http or https URL")]
    BadUrl(String),
    /// The rules forbid the address.
    #[error("{url} is refused: {reason}")]
    Refused {
        /// Where.
        url: String,
        /// Why.
        reason: String,
    },
    /// Too many hops.
    #[error("{0} redirects more than {MAX_REDIRECTS} times")]
    TooManyRedirects(String),
    /// A redirect that would give up encryption.
    #[error(
        "{from} redirects to {to}, which is not encrypted; correct the server, or name an http URL if that is meant"
    )]
    Downgrade {
        /// Where it began.
        from: String,
        /// Where it would go.
        to: String,
    },
    /// The server's certificate is not accepted.
    #[error("{url}: {reason}")]
    Untrusted {
        /// Where.
        url: String,
        /// What is wrong with the certificate, and what to do.
        reason: String,
    },
    /// The server does not accept the credentials, or asks for them in a way that is not understood.
    #[error("{url}: {reason}")]
    Denied {
        /// Where.
        url: String,
        /// What was asked for, and what to do.
        reason: String,
    },
    /// The connection or the request failed.
    #[error("{url}: {reason}")]
    Transport {
        /// Where.
        url: String,
        /// The innermost reason.
        reason: String,
    },
}

impl FetchError {
    /// Whether trying again may help.
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Transport { .. })
    }

    /// Sorts a client's error.
    pub(super) fn of(url: &Url, error: &reqwest::Error) -> Self {
        let url = shown(url);
        if let Some(reason) = certificate_problem(error) {
            return Self::Untrusted { url, reason };
        }
        let reason = reason(error);
        match reason.strip_prefix("refused: ") {
            Some(reason) => Self::Refused {
                url,
                reason: reason.to_owned(),
            },
            None => Self::Transport { url, reason },
        }
    }
}

/// The URL without user, password and query, as messages may show it.
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both only fail for URLs without a host, which are never fetched.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

/// As [`shown`], for a text.
pub fn shown_text(url: &str) -> String {
    Url::parse(url).map_or_else(|_| "an unreadable URL".to_owned(), |u| shown(&u))
}

/// The innermost reason of a client error, without the URL that reqwest puts in front.
pub fn reason(error: &reqwest::Error) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    if error.is_timeout() {
        "timed out".to_owned()
    } else {
        source.to_string()
    }
}

/// What is wrong with a server's certificate, when that is why the connection failed.
fn certificate_problem(error: &reqwest::Error) -> Option<String> {
    let problem = tls_error(error)?;
    let rustls::Error::InvalidCertificate(found) = problem else {
        return None;
    };
    let remedy = match found {
        CertificateError::UnknownIssuer => {
            "no authority that is trusted here signed it; give that authority's certificate to the engine (agents.image_ca_file)"
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            "renew it, or correct the engine's clock, which this machine follows"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "use a name in the URL that the certificate is for"
        }
        _ => "replace it on the server",
    };
    Some(format!(
        "the server's certificate is refused ({problem}): {remedy}"
    ))
}

/// The TLS library's own error inside of a client error. An `io::Error` shows what it wraps by another way than `source`, and
/// there may be several around one another.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref() {
            return Some(found);
        }
        next = match current.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as _),
            None => current.source(),
        };
    }
    None
}
