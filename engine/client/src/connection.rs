//! How to reach the API: address, account, certificates. There is deliberately no way to skip the check of a certificate.

use crate::error::ClientError;
use crate::retry::RetryPolicy;
use reqwest::Url;
use std::time::Duration;

/// Name and password for HTTP basic authentication. No `Debug`: it is a secret.
#[derive(Clone)]
pub struct Account {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

/// How to reach the API.
#[derive(Clone)]
pub struct Connection {
    /// The API's address, with or without `/v1` at its end.
    pub endpoint: String,
    /// Who asks; none: nobody in particular.
    pub account: Option<Account>,
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_certificates: Option<Vec<u8>>,
    /// How long one request may take.
    pub timeout: Duration,
    /// When a request is tried again.
    pub retry: RetryPolicy,
}

impl Connection {
    /// To this address, without an account, with the system's certificates.
    pub fn to(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            account: None,
            ca_certificates: None,
            timeout: Duration::from_secs(60),
            retry: RetryPolicy::default(),
        }
    }

    /// The address without `/v1`, query and fragment.
    pub(crate) fn base(&self) -> Result<Url, ClientError> {
        let refuse = || ClientError::Endpoint(self.endpoint.clone());
        let mut url = Url::parse(&self.endpoint).map_err(|_| refuse())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(refuse());
        }
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path).to_owned();
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        Ok(url)
    }

    pub(crate) fn http(&self, base: &Url) -> Result<reqwest::Client, ClientError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.timeout.min(Duration::from_secs(10)))
            .redirect(reqwest::redirect::Policy::none())
            // The API stands on a management network: a proxy for the internet is never the way there.
            .no_proxy();
        if let Some(pem) = &self.ca_certificates {
            let certificates = reqwest::Certificate::from_pem_bundle(pem);
            builder = builder.tls_certs_only(certificates.map_err(ClientError::Certificates)?);
        } else if base.scheme() == "http" {
            // Nothing to verify: spare the reading of the system's certificates, which a small container may not even have.
            builder = builder.tls_certs_only([]);
        }
        builder.build().map_err(ClientError::SetUp)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_version_at_the_end_of_an_address_is_optional() {
        for (endpoint, base) in [
            ("http://h:6385", "http://h:6385/"),
            ("http://h:6385/v1/", "http://h:6385/"),
            ("https://h/baremetal/v1", "https://h/baremetal"),
            ("http://[::1]:6385/?x#y", "http://[::1]:6385/"),
        ] {
            assert_eq!(Connection::to(endpoint).base().unwrap().as_str(), base);
        }
        for endpoint in ["h:6385", "ftp://h", "", "http://"] {
            assert!(Connection::to(endpoint).base().is_err(), "{endpoint}");
        }
    }
}
