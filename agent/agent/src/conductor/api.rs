//! HTTP calls to the conductor: several base URLs, of which the one that works is tried first; versions; headers.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use agent_wire::{API_VERSION_HEADER, BOOT_NONCE_HEADER, FALLBACK_MINOR, WireSecret};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::pause;
use crate::guard::lock;
use crate::log::info;
use crate::outbound::client::reason;

const JSON: &str = "application/json";
const MAX_ANSWER: usize = 8 << 20;
/// Between two looks at the root document.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

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

    /// The highest microversion the server speaks, as the minor number; a root document without one counts as 1.31. A server that does not answer, or
    /// with something else (a proxy before it, for one), is asked again for so long, with pauses from `interval` on: taken for an old one, it would
    /// refuse all that this agent says later.
    pub async fn discover_minor(&self, patience: Duration, interval: Duration) -> u16 {
        let start = Instant::now();
        let mut pause = interval;
        loop {
            let why = match self.call(Method::GET, "/", None, false, None).await {
                Ok(answer) if is_root(&answer) => {
                    return parse_minor(&answer.body).unwrap_or(FALLBACK_MINOR);
                }
                Ok(answer) => answer.status.to_string(),
                Err(reason) => reason,
            };
            info!("the API's root document cannot be read: {why}");
            if start.elapsed() >= patience {
                return FALLBACK_MINOR;
            }
            tokio::time::sleep(pause::between(pause, 0.5, 1.0)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// The root document comes with 200, or with 300 from servers that offer several versions.
fn is_root(answer: &Answer) -> bool {
    let fits = answer.status.is_success() || answer.status == StatusCode::MULTIPLE_CHOICES;
    fits && answer.body.is_object()
}

fn parse_minor(root: &Value) -> Option<u16> {
    root["default_version"]["version"]
        .as_str()?
        .strip_prefix("1.")?
        .parse()
        .ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Gives these answers, one a connection; an empty one is a connection that ends.
    async fn server(answers: Vec<String>) -> Api {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                if !answer.is_empty() {
                    let mut request = [0; 4096];
                    let _ = stream.read(&mut request).await.unwrap();
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
        let client = Client::builder().no_proxy().build().unwrap();
        Api::new(client, vec![url], None, None)
    }

    fn answer(status: &str, body: &str) -> String {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
    }

    #[tokio::test]
    async fn a_server_that_is_away_for_a_moment_is_not_taken_for_an_old_one() {
        let root = r#"{"default_version": {"version": "1.115"}}"#;
        let answers = vec![
            String::new(),
            answer("503 Service Unavailable", ""),
            answer("404 Not Found", r#"{"error": "no backend"}"#),
            answer("200 OK", "<html>soon back</html>"),
            answer("200 OK", root),
        ];
        let api = server(answers).await;
        let patience = Duration::from_secs(60);
        assert_eq!(api.discover_minor(patience, Duration::ZERO).await, 115);
    }

    #[tokio::test]
    async fn a_server_without_a_version_is_an_old_one() {
        let api = server(vec![answer(
            "200 OK",
            r#"{"name": "OpenStack Ironic API"}"#,
        )])
        .await;
        let patience = Duration::from_secs(60);
        let minor = api.discover_minor(patience, Duration::ZERO).await;
        assert_eq!(minor, FALLBACK_MINOR);
    }
}
