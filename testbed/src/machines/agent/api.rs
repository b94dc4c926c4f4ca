//! Calls to the engine's agent listener: several base URLs, the first that answers at all counts.

use std::sync::Arc;

use agent_wire::{API_VERSION_HEADER, BOOT_NONCE_HEADER, FALLBACK_MINOR, WireSecret};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use crate::machines::world::{World, cause};

const JSON: &str = "application/json";
const LARGEST: usize = 1 << 20;

/// Base URLs in a comma list, without slashes at their ends.
pub(super) fn urls(value: Option<&str>) -> Vec<String> {
    let list = value.unwrap_or_default().split(',').map(str::trim);
    list.filter(|url| url.starts_with("http://") || url.starts_with("https://"))
        .map(|url| url.trim_end_matches('/').to_owned())
        .collect()
}

/// The engine.
pub(super) struct Api {
    world: Arc<World>,
    client: Client,
    pub urls: Vec<String>,
    nonce: Option<WireSecret>,
}

/// An answer: status, and the body if it is JSON.
pub(super) struct Reply {
    pub status: StatusCode,
    pub body: Value,
}

impl Reply {
    /// Status and message in words.
    pub fn words(&self) -> String {
        let message = &self.body["error_message"];
        let text = message["faultstring"].as_str().or_else(|| message.as_str());
        let text: String = text.unwrap_or_default().chars().take(300).collect();
        format!("{} {text}", self.status)
    }
}

/// One call.
pub(super) struct Call<'a> {
    pub method: Method,
    pub path: &'a str,
    pub minor: Option<u16>,
    pub with_nonce: bool,
    pub body: Option<&'a Value>,
}

impl Api {
    pub fn new(
        world: Arc<World>,
        client: Client,
        urls: Vec<String>,
        nonce: Option<WireSecret>,
    ) -> Self {
        Self {
            world,
            client,
            urls,
            nonce,
        }
    }

    /// Asks the base URLs in turn.
    pub async fn call(&self, call: &Call<'_>) -> Result<Reply, String> {
        let mut reasons = Vec::new();
        for url in &self.urls {
            match self.send(&format!("{url}{}", call.path), call).await {
                Ok(reply) => return Ok(reply),
                Err(reason) => reasons.push(format!("{url}: {reason}")),
            }
        }
        Err(reasons.join("; "))
    }

    /// Asks one URL.
    pub async fn send(&self, url: &str, call: &Call<'_>) -> Result<Reply, String> {
        let request = self.client.request(call.method.clone(), url);
        let mut request = request.header(ACCEPT, JSON).header(CONTENT_TYPE, JSON);
        if let Some(minor) = call.minor {
            request = request.header(API_VERSION_HEADER, format!("1.{minor}"));
        }
        if let Some(nonce) = self.nonce.as_ref().filter(|_| call.with_nonce) {
            request = request.header(BOOT_NONCE_HEADER, nonce.expose());
        }
        if let Some(body) = call.body {
            request = request.body(body.to_string());
        }
        let place = self.world.api_places.acquire().await;
        let _place = place.map_err(|error| error.to_string())?;
        let mut answer = request.send().await.map_err(|error| cause(&error))?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| cause(&error))? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > LARGEST {
                return Err("the answer is too large".to_owned());
            }
        }
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Reply { status, body })
    }

    /// The highest microversion that the server announces, as the number behind `1.`; none when it is away.
    pub async fn discover_minor(&self) -> Option<u16> {
        let call = Call {
            method: Method::GET,
            path: "/",
            minor: None,
            with_nonce: false,
            body: None,
        };
        let root = self.call(&call).await.ok();
        let root = root.filter(|root| !root.status.is_server_error())?;
        let version = root.body["default_version"]["version"].as_str();
        let minor = version.and_then(|version| version.strip_prefix("1.")?.parse().ok());
        Some(minor.unwrap_or(FALLBACK_MINOR))
    }
}

#[cfg(test)]
mod tests {
    use super::urls;

    #[test]
    fn base_urls_are_a_list() {
        let list = urls(Some("https://127.0.0.1:9999/, http://h,mdns"));
        assert_eq!(list, ["https://127.0.0.1:9999", "http://h"]);
        assert!(urls(None).is_empty());
    }
}
