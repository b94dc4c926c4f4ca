//! One request and its answer: address, headers, negotiation, retries, bounded bodies. It knows no resources.

use crate::connection::{Account, Connection};
use crate::error::ClientError;
use crate::retry::RetryPolicy;
use crate::version::Negotiated;
use api_types::{Microversion, OPENSTACK_VERSION_HEADER, VERSION_HEADER};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// No answer is read beyond this: 10,000 nodes in full are about 40 MiB.
const LONGEST_ANSWER: usize = 64 << 20;

/// Query parameters.
pub type Query = Vec<(&'static str, String)>;

/// A client of one API. Cheap to clone; clones share connections and the negotiated version.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    base: Url,
    account: Option<Account>,
    timeout: Duration,
    retry: RetryPolicy,
    version: Negotiated,
}

impl Client {
    /// A client for this connection. Nothing is sent yet.
    ///
    /// # Errors
    /// An address or certificates that cannot be used.
    pub fn new(connection: &Connection) -> Result<Self, ClientError> {
        let base = connection.base()?;
        let inner = Inner {
            http: connection.http(&base)?,
            base,
            account: connection.account.clone(),
            timeout: connection.timeout,
            retry: connection.retry,
            version: Negotiated::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The microversion spoken at the moment; what the API knows only after the first answer.
    pub fn version(&self) -> Microversion {
        self.inner.version.current()
    }

    /// When requests are tried again.
    pub fn retry_policy(&self) -> RetryPolicy {
        self.inner.retry
    }

    /// The address of a path: each segment is escaped, so that no name can leave its place.
    pub fn url(&self, segments: &[&str], query: &[(&'static str, String)]) -> Url {
        let mut url = self.inner.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// A document.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn get<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        query: &[(&'static str, String)],
    ) -> Result<T, ClientError> {
        let url = self.url(segments, query);
        let body = self.send(Method::GET, url.clone(), None::<&()>).await?;
        serde_json::from_slice(&body).map_err(|error| not_understood(&url, &error))
    }

    /// A document that is sent and one that is answered.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn exchange<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let url = self.url(segments, &[]);
        let body = self.send(method, url.clone(), Some(body)).await?;
        serde_json::from_slice(&body).map_err(|error| not_understood(&url, &error))
    }

    /// A request whose answer is only that it was accepted.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn order<B: Serialize>(
        &self,
        method: Method,
        segments: &[&str],
        body: Option<&B>,
    ) -> Result<(), ClientError> {
        self.send(method, self.url(segments, &[]), body).await?;
        Ok(())
    }

    /// Sends until there is an answer that another try would not change.
    async fn send<B: Serialize>(
        &self,
        method: Method,
        url: Url,
        body: Option<&B>,
    ) -> Result<Vec<u8>, ClientError> {
        let mut failed = 0;
        loop {
            let result = self.send_negotiated(&method, &url, body).await;
            let Err(error) = result else { return result };
            failed += 1;
            let worthwhile = is_worth_another_try(&method, &error);
            match self.inner.retry.pause_after(failed).filter(|_| worthwhile) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    async fn send_negotiated<B: Serialize>(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&B>,
    ) -> Result<Vec<u8>, ClientError> {
        loop {
            let version = self.version();
            let mut request = self.request(method.clone(), url.clone(), version);
            request = request.timeout(self.inner.timeout);
            if let Some(body) = body {
                request = request.json(body);
            }
            let sent = request.send().await;
            let response = sent.map_err(|error| self.failed(url, error))?;
            let status = response.status();
            let lower = status == StatusCode::NOT_ACCEPTABLE
                && self.inner.version.lower(version, response.headers())?;
            if !lower {
                let answer = self.read(url, response).await?;
                return match status.is_success() {
                    true => Ok(answer),
                    false => Err(ClientError::refused(status.as_u16(), &answer)),
                };
            }
        }
    }

    fn request(&self, method: Method, url: Url, version: Microversion) -> RequestBuilder {
        let request = self
            .inner
            .http
            .request(method, url)
            .header(reqwest::header::ACCEPT, "application/json")
            .header(VERSION_HEADER, version.to_string())
            .header(OPENSTACK_VERSION_HEADER, format!("baremetal {version}"));
        match &self.inner.account {
            Some(account) => request.basic_auth(&account.username, Some(&account.password)),
            None => request,
        }
    }

    /// Opens a stream of server-sent events. The body is not bounded in time: the caller watches it.
    pub(crate) async fn open_stream(&self, url: &Url) -> Result<Response, ClientError> {
        let request = self
            .request(Method::GET, url.clone(), self.version())
            .header(reqwest::header::ACCEPT, "text/event-stream");
        let opened = tokio::time::timeout(self.inner.timeout, request.send()).await;
        let silent = |_| ClientError::Silent {
            url: shown(url),
            within: self.inner.timeout,
        };
        let response = opened
            .map_err(silent)?
            .map_err(|error| self.failed(url, error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = self.read(url, response).await?;
        Err(ClientError::refused(status.as_u16(), &body))
    }

    async fn read(&self, url: &Url, mut response: Response) -> Result<Vec<u8>, ClientError> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failed(url, error))?
        {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(ClientError::Answer {
                    url: shown(url),
                    reason: "it is longer than 64 MiB".to_owned(),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn failed(&self, url: &Url, error: reqwest::Error) -> ClientError {
        if error.is_timeout() && !error.is_connect() {
            return ClientError::Silent {
                url: shown(url),
                within: self.inner.timeout,
            };
        }
        ClientError::Unreachable {
            url: shown(url),
            reason: innermost(&error),
            source: error.without_url(),
        }
    }
}

/// A conflict passes when the lock does, except that a new thing's name is taken for good; 503 says "later". A request that nobody
/// received may be sent again; one whose answer was lost only if it reads.
fn is_worth_another_try(method: &Method, error: &ClientError) -> bool {
    match error {
        ClientError::Refused { status: 409, .. } => *method != Method::POST,
        ClientError::Refused { status: 503, .. } => true,
        ClientError::Unreachable { source, .. } => source.is_connect() || *method == Method::GET,
        _ => false,
    }
}

fn not_understood(url: &Url, error: &serde_json::Error) -> ClientError {
    ClientError::Answer {
        url: shown(url),
        reason: error.to_string(),
    }
}

/// The address for people: without an account that somebody wrote into it.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for addresses without a host, which never come here.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
