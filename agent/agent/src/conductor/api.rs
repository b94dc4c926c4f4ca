//! HTTP calls to the conductor: several base URLs, of which the one that works is tried first; versions; headers.

use std::sync::Mutex;

use agent_wire::{API_VERSION_HEADER, BOOT_NONCE_HEADER, FALLBACK_MINOR, WireSecret};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::guard::lock;
use crate::log::info;
use crate::outbound::client::reason;

const JSON: &str = "application/json";
const MAX_ANSWER: usize = 8 << 20;

/// An answer of the API: status and body, parsed when it is JSON.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Body; null when it is not JSON.
    pub body: Value,
    /// The `Date` header.
    pub date: Option<String>,
}

impl Answer {
    /// The message of an error answer, at most 300 characters.
    pub fn error_message(&self) -> String {
        let message = &self.body["error_message"];
        let text = message["faultstring"]
            .as_str()
            .or_else(|| message.as_str())
            .unwrap_or_default();
        // Ironic wraps the error document into a string.
        let inner: Option<Value> = serde_json::from_str(text).ok();
        let text = inner
            .as_ref()
            .and_then(|v| v["faultstring"].as_str())
            .unwrap_or(text);
        text.chars().take(300).collect()
    }
}

/// The conductor's API.
pub struct Api {
    client: Client,
    urls: Mutex<Vec<String>>,
    nonce: Option<WireSecret>,
    request_id: Option<String>,
}

impl Api {
    /// Calls go to these base URLs.
    pub fn new(
        client: Client,
        urls: Vec<String>,
        nonce: Option<WireSecret>,
        request_id: Option<String>,
    ) -> Self {
        Self {
            client,
            urls: Mutex::new(urls),
            nonce,
            request_id,
        }
    }

    /// The base URLs, the working one first.
    pub fn urls(&self) -> Vec<String> {
        lock(&self.urls).clone()
    }

    /// Sends a request to the first URL that answers at all. The error names each URL and its reason.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        minor: Option<u16>,
        with_nonce: bool,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let mut reasons = Vec::new();
        for url in self.urls() {
            match self
                .call_url(
                    method.clone(),
                    &format!("{url}{path}"),
                    minor,
                    with_nonce,
                    body,
                )
                .await
            {
                Ok(answer) => {
                    self.prefer(&url);
                    return Ok(answer);
                }
                Err(reason) => reasons.push(format!("{url}: {reason}")),
            }
        }
        Err(reasons.join("; "))
    }

    /// Sends a request to one full URL.
    pub async fn call_url(
        &self,
        method: Method,
        url: &str,
        minor: Option<u16>,
        with_nonce: bool,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let mut request = self
            .client
            .request(method, url)
            .header(ACCEPT, JSON)
            .header(CONTENT_TYPE, JSON);
        request = self.headers(request, minor, with_nonce);
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let mut response = request.send().await.map_err(|e| reason(&e))?;
        let status = response.status();
        let date = response
            .headers()
            .get("date")
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| reason(&e))? {
            if bytes.len() + chunk.len() > MAX_ANSWER {
                return Err("the answer is larger than 8 MiB".to_owned());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            date,
        })
    }

    fn headers(
        &self,
        mut request: RequestBuilder,
        minor: Option<u16>,
        with_nonce: bool,
    ) -> RequestBuilder {
        if let Some(minor) = minor {
            request = request.header(API_VERSION_HEADER, format!("1.{minor}"));
        }
        if let Some(id) = &self.request_id {
            request = request.header("X-OpenStack-Request-ID", id);
        }
        if let Some(nonce) = self.nonce.as_ref().filter(|_| with_nonce) {
            request = request.header(BOOT_NONCE_HEADER, nonce.expose());
        }
        request
    }

    fn prefer(&self, url: &str) {
        let mut urls = lock(&self.urls);
        if let Some(at) = urls.iter().position(|u| u == url) {
            urls[..=at].rotate_right(1);
        }
    }

    /// The highest microversion the server speaks, as the minor number; what cannot be read counts as 1.31.
    pub async fn discover_minor(&self) -> u16 {
        let minor = match self.call(Method::GET, "/", None, false, None).await {
            Ok(answer) => parse_minor(&answer.body),
            Err(reason) => {
                info!("the API's root document cannot be read: {reason}");
                None
            }
        };
        minor.unwrap_or(FALLBACK_MINOR)
    }
}

fn parse_minor(root: &Value) -> Option<u16> {
    root["default_version"]["version"]
        .as_str()?
        .strip_prefix("1.")?
        .parse()
        .ok()
}
