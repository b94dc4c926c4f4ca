//! The proxies that images are fetched through, as the conductor names them for a node: one per scheme of the image's URL, and
//! what is reached without. The environment of the agent is not looked at.

use std::collections::BTreeMap;
use std::net::IpAddr;

use reqwest::{ClientBuilder, NoProxy, Proxy, Url};

use super::networks::OutboundPolicy;

/// Proxies by scheme, and exceptions.
#[derive(Clone, Default)]
pub struct Proxies {
    by_scheme: BTreeMap<String, String>,
    except: Option<String>,
}

/// Why a proxy cannot be used. The URL may hold a password, so it is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// Not the URL of a proxy.
    #[error("image_{0}_proxy is not the URL of an http or https proxy; correct it in driver_info")]
    Url(String),
    /// The rules forbid its address.
    #[error("image_{scheme}_proxy is refused: {reason}")]
    Refused {
        /// Of the image's URL.
        scheme: String,
        /// Why.
        reason: String,
    },
}

impl Proxies {
    /// `proxies` by scheme of the image's URL (`http`, `https`); empty ones count as absent, as do those of other schemes.
    /// `except`: hosts, addresses, networks and domains, comma separated.
    pub fn new(proxies: &BTreeMap<String, String>, except: Option<&str>) -> Self {
        let by_scheme = proxies
            .iter()
            .filter(|(scheme, url)| matches!(scheme.as_str(), "http" | "https") && !url.is_empty())
            .map(|(scheme, url)| (scheme.clone(), url.clone()))
            .collect();
        Self {
            by_scheme,
            except: except.map(str::to_owned),
        }
    }

    /// Whether there are any.
    pub fn any(&self) -> bool {
        !self.by_scheme.is_empty()
    }

    /// Makes a client use them. Their names are judged when they are resolved; addresses are judged here.
    pub fn apply(
        &self,
        mut builder: ClientBuilder,
        policy: &OutboundPolicy,
    ) -> Result<ClientBuilder, ProxyError> {
        for (scheme, url) in &self.by_scheme {
            let url = parse(url).ok_or_else(|| ProxyError::Url(scheme.clone()))?;
            judge(&url, policy).map_err(|reason| ProxyError::Refused {
                scheme: scheme.clone(),
                reason,
            })?;
            let proxy = match scheme.as_str() {
                "http" => Proxy::http(url),
                _ => Proxy::https(url),
            };
            let except = self.except.as_deref().and_then(NoProxy::from_string);
            let proxy = proxy.map_err(|_| ProxyError::Url(scheme.clone()))?;
            builder = builder.proxy(proxy.no_proxy(except));
        }
        Ok(builder)
    }
}

/// A proxy may be named without a scheme, as `host:port`; then it speaks plain http.
fn parse(text: &str) -> Option<Url> {
    let url = if text.contains("://") {
        Url::parse(text)
    } else {
        Url::parse(&format!("http://{text}"))
    };
    url.ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn judge(url: &Url, policy: &OutboundPolicy) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(ip) => policy.check(ip),
        Err(_) => Ok(()),
    }
}
