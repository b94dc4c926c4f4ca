//! HTTP clients: one for the API, one for images that judges every address it is about to connect to.
//! Redirects are followed by hand, so that credentials stay with their origin and each hop is judged anew.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use agent_wire::WireSecret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, HeaderMap, LOCATION, WWW_AUTHENTICATE};
use reqwest::{Client, Response, StatusCode, Url};

use super::dns::Dns;
pub use super::fetch_error::{FetchError, reason, shown, shown_text};
use super::networks::OutboundPolicy;
use super::proxies::Proxies;
use super::trust::Trust;

/// How many redirects are followed.
pub const MAX_REDIRECTS: usize = 5;

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

/// Answers a server that asks who is there (RFC 9110, section 11.6.1).
pub trait Challenge: fmt::Debug + Send + Sync {
    /// Value of the `Authorization` header as far as it is known.
    fn current(&self) -> Option<WireSecret>;

    /// Finds a new value; `asked` has the values of all `WWW-Authenticate` headers.
    fn answer<'a>(
        &'a self,
        fetcher: &'a Fetcher,
        asked: &'a [String],
    ) -> BoxFuture<'a, Result<(), FetchError>>;
}

/// A GET of an image, a checksum file or a config drive.
#[derive(Clone, Debug, Default)]
pub struct Get {
    /// Value of the `Authorization` header, sent to the first origin only.
    pub authorization: Option<WireSecret>,
    /// Other headers.
    pub headers: HeaderMap,
    /// Who answers when the first origin asks for credentials; its value goes before `authorization`.
    pub challenge: Option<Arc<dyn Challenge>>,
}

/// Fetches under the rules.
#[derive(Clone)]
pub struct Fetcher {
    client: Client,
    policy: Arc<OutboundPolicy>,
    dns: Dns,
    proxied: bool,
}

impl Fetcher {
    /// Builds a fetcher. `silence` bounds connecting and each pause of the sender.
    pub fn new(
        trust: &Trust,
        dns: Dns,
        policy: Arc<OutboundPolicy>,
        silence: Duration,
        proxies: &Proxies,
    ) -> anyhow::Result<Self> {
        let resolver = Resolver {
            dns: dns.clone(),
            policy: Some(Arc::clone(&policy)),
        };
        let builder = Client::builder()
            .tls_backend_preconfigured(trust.image_config()?)
            .dns_resolver(Arc::new(resolver))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(silence)
            .read_timeout(silence);
        Ok(Self {
            client: proxies.apply(builder, &policy)?.build()?,
            policy,
            dns,
            proxied: proxies.any(),
        })
    }

    /// Sends the request and follows redirects; any status is an answer. Credentials (given, or written in the URL) go to
    /// the first origin, until the first redirect to another one.
    pub async fn get(&self, url: &str, get: &Get) -> Result<Response, FetchError> {
        let mut current = parse(url)?;
        let given = get.authorization.clone().or_else(|| from_url(&current));
        let (mut at_home, mut answered, mut hops) = (true, false, 0);
        loop {
            without_user(&mut current);
            self.judge(&current).await?;
            let challenge = get.challenge.as_ref().filter(|_| at_home);
            let value = challenge
                .and_then(|c| c.current())
                .or_else(|| given.clone())
                .filter(|_| at_home);
            let response = self.send(&current, get, value).await?;
            if let Some(challenge) =
                challenge.filter(|_| response.status() == StatusCode::UNAUTHORIZED && !answered)
            {
                answered = true;
                challenge.answer(self, &challenges(&response)).await?;
                continue;
            }
            let Some(next) = redirect(&current, &response)? else {
                return Ok(response);
            };
            hops += 1;
            if hops > MAX_REDIRECTS {
                return Err(FetchError::TooManyRedirects(shown_text(url)));
            }
            at_home &= next.origin() == current.origin();
            current = next;
        }
    }

    async fn send(
        &self,
        url: &Url,
        get: &Get,
        authorization: Option<WireSecret>,
    ) -> Result<Response, FetchError> {
        let mut request = self.client.get(url.clone()).headers(get.headers.clone());
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value.expose());
        }
        request.send().await.map_err(|e| FetchError::of(url, &e))
    }

    /// Addresses written in the URL never reach the resolver, nor do names that a proxy resolves: they are judged here. A
    /// name that only the proxy knows passes; the proxy is what keeps it in bounds.
    async fn judge(&self, url: &Url) -> Result<(), FetchError> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let addresses = match host.parse::<IpAddr>() {
            Ok(ip) => vec![ip],
            Err(_) if self.proxied => self.dns.resolve(host).await.unwrap_or_default(),
            Err(_) => return Ok(()),
        };
        let checked = addresses
            .into_iter()
            .try_for_each(|ip| self.policy.check(ip));
        checked.map_err(|reason| FetchError::Refused {
            url: shown(url),
            reason,
        })
    }
}

/// Reads a URL that may be fetched.
pub fn parse(url: &str) -> Result<Url, FetchError> {
    Url::parse(url)
        .ok()
        .filter(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
        .ok_or_else(|| FetchError::BadUrl(bad_text(url)))
}

/// Whether two URLs lead to the same scheme, host and port.
pub fn same_origin(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin(),
        _ => false,
    }
}

/// A text that is no URL may still hold a password before an `@`.
fn bad_text(url: &str) -> String {
    let text: String = url.chars().take(200).collect();
    match text.rsplit_once('@') {
        Some((_, rest)) => format!("...@{rest}"),
        None => text.split('?').next().unwrap_or_default().to_owned(),
    }
}

/// User and password of a URL as a header's value.
fn from_url(url: &Url) -> Option<WireSecret> {
    let password = url.password().unwrap_or_default();
    if url.username().is_empty() && password.is_empty() {
        return None;
    }
    let pair = [decoded(url.username()), b":".to_vec(), decoded(password)].concat();
    Some(format!("Basic {}", STANDARD.encode(pair)).into())
}

/// Undoes percent encoding; what is not encoded rightly stays as it is.
pub fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|d| std::str::from_utf8(d).ok());
        let code = digits.and_then(|d| u8::from_str_radix(d, 16).ok());
        match code.filter(|_| *first == b'%') {
            Some(code) => {
                bytes.push(code);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

fn without_user(url: &mut Url) {
    // Both only fail for URLs without a host, which are not fetched.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

fn challenges(response: &Response) -> Vec<String> {
    let values = response.headers().get_all(WWW_AUTHENTICATE).iter();
    values
        .filter_map(|value| value.to_str().ok().map(str::to_owned))
        .collect()
}

/// Where an answer sends us on, if it does. Encryption is never given up on the way.
fn redirect(current: &Url, response: &Response) -> Result<Option<Url>, FetchError> {
    let away = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(next) = response.headers().get(LOCATION).filter(|_| away) else {
        return Ok(None);
    };
    let next = next.to_str().unwrap_or_default();
    let joined = current
        .join(next)
        .map_err(|_| FetchError::BadUrl(bad_text(next)))?;
    let next = parse(joined.as_str())?;
    if current.scheme() == "https" && next.scheme() != "https" {
        return Err(FetchError::Downgrade {
            from: shown(current),
            to: shown(&next),
        });
    }
    Ok(Some(next))
}
