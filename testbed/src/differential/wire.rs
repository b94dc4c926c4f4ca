//! One request to one server and what it answered, as it was: no retries, no redirects, no opinion.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(60);
/// The version header that both read.
const VERSION: &str = "X-OpenStack-Ironic-API-Version";
/// The newest minor version.
pub const NEWEST: u16 = 115;
/// What `$SERVER` stands for in compared texts.
pub const SERVER: &str = "http://SERVER";

/// A request as a story says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// The microversion; none sends no header.
    pub version: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body, as bytes on the wire.
    pub body: Option<String>,
}

impl Request {
    /// With the newest microversion and no body.
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self {
            method: method.to_owned(),
            path: path.into(),
            version: Some("latest".to_owned()),
            headers: Vec::new(),
            body: None,
        }
    }

    /// A GET with the newest microversion.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// With a body.
    pub fn with(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// At this microversion.
    pub fn at(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// The minor version that it asks for: the newest of what is no number, the oldest when it says nothing.
    pub fn minor(&self) -> u16 {
        let Some(version) = &self.version else {
            return 1;
        };
        let minor = version
            .strip_prefix("1.")
            .and_then(|minor| minor.parse().ok());
        minor.unwrap_or(NEWEST)
    }

    /// In one line, for people.
    pub fn shown(&self) -> String {
        let version = self.version.as_deref().unwrap_or("no version");
        let mut text = format!("{} {} @{version}", self.method, self.path);
        for (name, value) in &self.headers {
            text.push_str(&format!(" [{name}: {value}]"));
        }
        if let Some(body) = &self.body {
            let short: String = body.chars().take(300).collect();
            text.push_str(&format!(" {short}"));
        }
        text
    }
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, with the server's own address replaced.
    pub body: String,
}

impl Reply {
    /// The body as JSON; none when it is not.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// One of the two servers.
#[derive(Clone)]
pub struct Side {
    /// Its name, for people.
    pub name: &'static str,
    base: String,
    http: reqwest::Client,
}

impl Side {
    /// The peer.
    pub fn ironic(address: SocketAddr) -> Result<Self> {
        Self::at("Ironic", address)
    }

    /// Ours.
    pub fn ours(address: SocketAddr) -> Result<Self> {
        Self::at("Hammerscale", address)
    }

    fn at(name: &'static str, address: SocketAddr) -> Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            // Ironic's server may close a connection after any answer.
            .pool_max_idle_per_host(0)
            .build()
            .context("an HTTP client")?;
        Ok(Self {
            name,
            base: format!("http://{address}"),
            http,
        })
    }

    /// Sends and reads the whole answer.
    pub async fn send(&self, request: &Request) -> Result<Reply> {
        let method: reqwest::Method = request.method.parse().context("the method")?;
        let mut builder = self
            .http
            .request(method, format!("{}{}", self.base, request.path));
        if let Some(version) = &request.version {
            builder = builder.header(VERSION, version);
        }
        let typed = request
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if request.body.is_some() && !typed {
            builder = builder.header("Content-Type", "application/json");
        }
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let response = builder
            .send()
            .await
            .with_context(|| format!("{}: {}", self.name, request.shown()))?;
        self.read(response).await
    }

    async fn read(&self, response: reqwest::Response) -> Result<Reply> {
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), value.replace(&self.base, SERVER))
            })
            .collect();
        let body = response.text().await.context("reading an answer")?;
        Ok(Reply {
            status,
            headers,
            body: body.replace(&self.base, SERVER),
        })
    }
}
