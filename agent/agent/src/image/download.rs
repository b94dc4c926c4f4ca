//! Downloads an image into the writing thread. A broken connection is resumed by Range at the exact byte when the server
//! shows that it still has the same file; otherwise the download begins again.

use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_RANGE, ETAG, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE,
};
use reqwest::{Response, StatusCode};
use tokio::sync::mpsc;

use super::feed::Feed;
use super::sink::SinkError;
use crate::disk::device::Device;
use crate::failure::Failure;
use crate::log::{info, warning};
use crate::outbound::client::{FetchError, Fetcher, Get, reason, shown_text};
use crate::outbound::document::{self, Retries};

/// Patience with image servers.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Retries per URL without any new byte in between.
    pub retries: u32,
    /// Pause between them.
    pub interval: Duration,
    /// Longest whole transfer; zero for none.
    pub max_duration: Duration,
}

impl Patience {
    /// The same patience for small files.
    pub fn retries(self) -> Retries {
        Retries {
            times: self.retries,
            interval: self.interval,
        }
    }
}

/// One try's end.
enum TryError {
    /// Trying again may help.
    Transient(String),
    /// This URL will not do.
    Fatal(String),
    /// The writing thread gave up; it has the reason.
    WriterGone,
}

/// A download in progress.
pub struct Download<'a> {
    /// Fetches under the rules.
    pub fetcher: &'a Fetcher,
    /// Headers.
    pub get: &'a Get,
    /// Patience.
    pub patience: Patience,
    /// Where the image goes: a plain one that announces more than that has is refused before writing.
    pub device: &'a Device,
    /// To the writing thread.
    pub feed: mpsc::Sender<Feed>,
    /// Called with the announced length.
    pub announced: &'a (dyn Fn(u64, bool) + Sync),
    state: State,
}

#[derive(Default)]
struct State {
    received: u64,
    length: Option<u64>,
    validator: Option<HeaderValue>,
}

impl<'a> Download<'a> {
    /// Prepares a download.
    pub fn new(
        fetcher: &'a Fetcher,
        get: &'a Get,
        patience: Patience,
        device: &'a Device,
        feed: mpsc::Sender<Feed>,
        announced: &'a (dyn Fn(u64, bool) + Sync),
    ) -> Self {
        Self {
            fetcher,
            get,
            patience,
            device,
            feed,
            announced,
            state: State::default(),
        }
    }

    /// Tries the URLs in order. When it returns, the channel is closed; `Ok` also means that the writing thread ended
    /// early and has a reason of its own.
    pub async fn run(mut self, urls: &[String]) -> Result<(), Failure> {
        if urls.is_empty() {
            return Err(Failure::params("image_info has no urls"));
        }
        let limit = self.patience.max_duration;
        if limit.is_zero() {
            return self.all(urls).await;
        }
        tokio::time::timeout(limit, self.all(urls))
            .await
            .unwrap_or_else(|_| {
                Err(Failure::download(format!(
                    "the image took longer than {} s",
                    limit.as_secs()
                )))
            })
    }

    async fn all(&mut self, urls: &[String]) -> Result<(), Failure> {
        let mut reasons = Vec::new();
        for url in urls {
            match self.one(url).await {
                Ok(()) => return Ok(()),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(Failure::download(reasons.join("; ")))
    }

    async fn one(&mut self, url: &str) -> Result<(), String> {
        let mut failures = 0;
        loop {
            let before = self.state.received;
            match self.attempt(url).await {
                Ok(()) | Err(TryError::WriterGone) => return Ok(()),
                Err(TryError::Fatal(reason)) => return Err(reason),
                Err(TryError::Transient(reason)) => {
                    failures = if self.state.received > before {
                        1
                    } else {
                        failures + 1
                    };
                    if failures > self.patience.retries {
                        return Err(format!("{reason} (gave up after {failures} tries)"));
                    }
                    warning!(
                        "image download: {reason}; at byte {}, trying again",
                        self.state.received
                    );
                    tokio::time::sleep(self.patience.interval).await;
                }
            }
        }
    }

    async fn attempt(&mut self, url: &str) -> Result<(), TryError> {
        let mut get = self.get.clone();
        // Bytes are hashed as they lie on the server: no transfer compression.
        get.headers
            .insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let resume = self
            .state
            .validator
            .clone()
            .filter(|_| self.state.received > 0);
        if let Some(validator) = &resume {
            let range = format!("bytes={}-", self.state.received);
            get.headers.insert(
                RANGE,
                HeaderValue::try_from(range).map_err(|e| TryError::Fatal(e.to_string()))?,
            );
            get.headers.insert(IF_RANGE, validator.clone());
        }
        let response = self
            .fetcher
            .get(url, &get)
            .await
            .map_err(|e| fetch_error(&e))?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if resume.is_some() => self.check_range(&response)?,
            StatusCode::OK => self.begin(&response).await?,
            StatusCode::RANGE_NOT_SATISFIABLE if resume.is_some() => {
                return Err(self.another_file("it has no such range any more"));
            }
            status => return Err(status_error(url, status)),
        }
        self.pump(url, response).await
    }

    /// A range answer must continue the same file at the byte that was asked for.
    fn check_range(&mut self, response: &Response) -> Result<(), TryError> {
        let header = response
            .headers()
            .get(CONTENT_RANGE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        let length = self.state.length.map(|l| l.to_string());
        let expected = format!("bytes {}-", self.state.received);
        let total = header.rsplit('/').next().unwrap_or_default();
        if header.starts_with(&expected) && (length.as_deref() == Some(total) || total == "*") {
            info!("image download resumed at byte {}", self.state.received);
            return Ok(());
        }
        Err(self.another_file(&format!("it answered with another range ({header})")))
    }

    /// The next try asks for the whole file.
    fn another_file(&mut self, what: &str) -> TryError {
        self.state.validator = None;
        TryError::Transient(format!("the server has another file by now: {what}"))
    }

    async fn begin(&mut self, response: &Response) -> Result<(), TryError> {
        if self.state.received > 0 {
            self.send(Feed::Restart).await?;
        }
        let strong = |v: &&HeaderValue| !v.as_bytes().starts_with(b"W/");
        let headers = response.headers();
        let validator = headers
            .get(ETAG)
            .filter(strong)
            .or_else(|| headers.get(LAST_MODIFIED))
            .cloned();
        self.state = State {
            received: 0,
            length: response.content_length(),
            validator,
        };
        Ok(())
    }

    async fn pump(&mut self, url: &str, mut response: Response) -> Result<(), TryError> {
        loop {
            let chunk = response
                .chunk()
                .await
                .map_err(|e| TryError::Transient(format!("{}: {}", shown_text(url), reason(&e))))?;
            let Some(chunk) = chunk else { break };
            if self.state.received == 0 {
                self.judge_size(url, &chunk)?;
            }
            let length = chunk.len() as u64;
            self.send(Feed::Data(chunk)).await?;
            self.state.received += length;
        }
        match self.state.length {
            Some(length) if length != self.state.received => Err(TryError::Transient(format!(
                "{}: the connection ended after {} of {length} bytes",
                shown_text(url),
                self.state.received
            ))),
            _ => self.send(Feed::End).await,
        }
    }

    fn judge_size(&self, url: &str, first: &[u8]) -> Result<(), TryError> {
        let Some(length) = self.state.length else {
            return Ok(());
        };
        let plain = super::format::is_plain(first);
        (self.announced)(length, plain);
        if plain && length > self.device.size {
            let why = SinkError::too_large(self.device, length);
            return Err(TryError::Fatal(format!("{}: {why}", shown_text(url))));
        }
        Ok(())
    }

    async fn send(&self, message: Feed) -> Result<(), TryError> {
        self.feed
            .send(message)
            .await
            .map_err(|_| TryError::WriterGone)
    }
}

fn fetch_error(error: &FetchError) -> TryError {
    if error.retryable() {
        TryError::Transient(error.to_string())
    } else {
        TryError::Fatal(error.to_string())
    }
}

fn status_error(url: &str, status: StatusCode) -> TryError {
    let url = shown_text(url);
    let hint = match status.as_u16() {
        401 | 403 => ": the image server wants other credentials",
        404 | 410 => ": there is no such image; correct image_source",
        _ => document::hint(status),
    };
    let text = format!("{url} answers {status}{hint}");
    if document::may_pass(status) {
        TryError::Transient(text)
    } else {
        TryError::Fatal(text)
    }
}
