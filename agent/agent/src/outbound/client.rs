//! HTTP clients: one for the API, one for images that judges every address it is about to connect to.
//! Redirects are followed by hand, so that credentials stay with their origin and each hop is judged anew.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, HeaderMap, LOCATION};
use reqwest::{Client, Proxy, Response, Url};

use super::dns::Dns;
use super::networks::OutboundPolicy;
use super::trust::Trust;

const MAX_REDIRECTS: usize = 5;

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
}

/// The resolver of both clients; with rules it refuses names that lead to a forbidden address.
struct Resolver {
    dns: Dns,
    policy: Option<Arc<OutboundPolicy>>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (dns, policy) = (self.dns.clone(), self.policy.clone());
        Box::pin(async move {
            let addresses = dns.resolve(name.as_str()).await?;
            if let Some(policy) = policy {
                for ip in &addresses {
                    policy
                        .check(*ip)
                        .map_err(|reason| format!("refused: {} is {reason}", name.as_str()))?;
                }
            }
            Ok(Box::new(addresses.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}

/// The client for the API.
pub fn api_client(trust: &Trust, dns: Dns, timeout: Duration) -> anyhow::Result<Client> {
    Ok(Client::builder()
        .tls_backend_preconfigured(trust.api_config()?)
        .dns_resolver(Arc::new(Resolver { dns, policy: None }))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(timeout)
        .build()?)
}

/// A GET of an image, a checksum file or a config drive.
#[derive(Clone, Debug, Default)]
pub struct Get {
    /// Value of the `Authorization` header, sent to the first origin only.
    pub authorization: Option<agent_wire::WireSecret>,
    /// Other headers.
    pub headers: HeaderMap,
}

/// Fetches under the rules.
#[derive(Clone)]
pub struct Fetcher {
    client: Client,
    policy: Arc<OutboundPolicy>,
}

impl Fetcher {
    /// Builds a fetcher. `silence` bounds connecting and each pause of the sender.
    pub fn new(
        trust: &Trust,
        dns: Dns,
        policy: Arc<OutboundPolicy>,
        silence: Duration,
        proxies: &BTreeMap<String, String>,
        no_proxy: Option<&str>,
    ) -> anyhow::Result<Self> {
        let mut builder = Client::builder()
            .tls_backend_preconfigured(trust.image_config()?)
            .dns_resolver(Arc::new(Resolver {
                dns,
                policy: Some(Arc::clone(&policy)),
            }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(silence)
            .read_timeout(silence);
        for (scheme, url) in proxies {
            let proxy = match scheme.as_str() {
                "http" => Proxy::http(url)?,
                "https" => Proxy::https(url)?,
                _ => continue,
            };
            builder =
                builder.proxy(proxy.no_proxy(no_proxy.and_then(reqwest::NoProxy::from_string)));
        }
        Ok(Self {
            client: builder.build()?,
            policy,
        })
    }

    /// Sends the request and follows redirects; any status is an answer.
    pub async fn get(&self, url: &str, get: &Get) -> Result<Response, FetchError> {
        let mut current = parse(url)?;
        let origin = current.origin();
        for _ in 0..=MAX_REDIRECTS {
            self.judge_literal(&current)?;
            let mut request = self
                .client
                .get(current.clone())
                .headers(get.headers.clone());
            if let Some(value) = get
                .authorization
                .as_ref()
                .filter(|_| current.origin() == origin)
            {
                request = request.header(AUTHORIZATION, value.expose());
            }
            let response = request.send().await.map_err(|e| transport(&current, &e))?;
            let next = response
                .headers()
                .get(LOCATION)
                .and_then(|v| v.to_str().ok());
            match next {
                Some(next) if response.status().is_redirection() => {
                    let joined = current
                        .join(next)
                        .map_err(|_| FetchError::BadUrl(next.to_owned()))?;
                    current = parse(joined.as_str())?;
                }
                _ => return Ok(response),
            }
        }
        Err(FetchError::TooManyRedirects(shown(&parse(url)?)))
    }

    /// Addresses written in the URL never reach the resolver, so they are judged here.
    fn judge_literal(&self, url: &Url) -> Result<(), FetchError> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        match host.parse::<IpAddr>() {
            Ok(ip) => self.policy.check(ip).map_err(|reason| FetchError::Refused {
                url: shown(url),
                reason,
            }),
            Err(_) => Ok(()),
        }
    }
}

fn parse(url: &str) -> Result<Url, FetchError> {
    Url::parse(url)
        .ok()
        .filter(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
        .ok_or_else(|| FetchError::BadUrl(url.chars().take(200).collect()))
}

/// The URL without user, password and query, as messages may show it.
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both only fail for URLs without a host, which are refused above.
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

fn transport(url: &Url, error: &reqwest::Error) -> FetchError {
    let reason = reason(error);
    match reason.strip_prefix("refused: ") {
        Some(reason) => FetchError::Refused {
            url: shown(url),
            reason: reason.to_owned(),
        },
        None => FetchError::Transport {
            url: shown(url),
            reason,
        },
    }
}
