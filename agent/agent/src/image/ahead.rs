//! Parts of an image that are needed before the stream gets to them: small ranges, fetched beside the download. Nothing here
//! is believed: the decoder compares it with what the stream brings.

use std::ops::Range;

use reqwest::StatusCode;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, HeaderValue, RANGE};
use tokio::sync::{mpsc, oneshot};

use super::download::Patience;
use crate::log::{info, warning};
use crate::outbound::client::{Fetcher, Get};
use crate::outbound::document::may_pass;

/// A range that is wanted, and where it goes; a refusal is told in words.
pub struct Ask {
    /// Bytes of the file.
    pub range: Range<u64>,
    /// The bytes, or why there are none.
    pub answer: oneshot::Sender<Result<Vec<u8>, String>>,
}

enum Refused {
    ForNow(String),
    ForGood(String),
}

fn broken(told: &str) -> Result<Vec<u8>, Refused> {
    Err(Refused::ForNow(told.to_owned()))
}

/// Answers what the decoder asks.
pub struct Ahead<'a> {
    /// Fetches under the rules.
    pub fetcher: &'a Fetcher,
    /// How the image is asked for.
    pub get: &'a Get,
    /// Patience with the server.
    pub patience: Patience,
    /// Where the image can be had.
    pub urls: &'a [String],
}

impl Ahead<'_> {
    /// Runs until nobody can ask any more.
    pub async fn serve(&self, mut asks: mpsc::Receiver<Ask>) {
        while let Some(Ask { range, answer }) = asks.recv().await {
            info!(
                "bytes {}-{} of the image are fetched first",
                range.start, range.end
            );
            // Nobody waits for it when the writer gave up.
            let _ = answer.send(self.fetch(&range).await);
        }
    }

    async fn fetch(&self, range: &Range<u64>) -> Result<Vec<u8>, String> {
        let mut reason = "the image has no URL".to_owned();
        for attempt in 0..=self.patience.retries {
            if attempt > 0 {
                warning!("image range: {reason}; trying again");
                tokio::time::sleep(self.patience.interval).await;
            }
            for url in self.urls {
                match self.once(url, range).await {
                    Ok(bytes) => return Ok(bytes),
                    Err(Refused::ForGood(told)) => return Err(told),
                    Err(Refused::ForNow(told)) => reason = told,
                }
            }
        }
        Err(reason)
    }

    async fn once(&self, url: &str, range: &Range<u64>) -> Result<Vec<u8>, Refused> {
        let mut get = self.get.clone();
        let wanted = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let wanted = HeaderValue::try_from(wanted).map_err(|e| Refused::ForGood(e.to_string()))?;
        get.headers.insert(RANGE, wanted);
        let plain = HeaderValue::from_static("identity");
        get.headers.insert(ACCEPT_ENCODING, plain);
        let answer = self.fetcher.get(url, &get).await;
        let mut response = answer.map_err(|e| Refused::ForNow(e.to_string()))?;
        let begins = format!("bytes {}-", range.start);
        let given = response.headers().get(CONTENT_RANGE);
        let given = given.and_then(|it| it.to_str().ok()).unwrap_or_default();
        if response.status() != StatusCode::PARTIAL_CONTENT || !given.starts_with(&begins) {
            let status = response.status();
            let told = format!("the server answers {status} to a range");
            return Err(if may_pass(status) {
                Refused::ForNow(told)
            } else {
                Refused::ForGood(told)
            });
        }
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        while bytes.len() < length {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let left = length - bytes.len();
                    bytes.extend_from_slice(&chunk[..chunk.len().min(left)]);
                }
                Ok(None) => return broken("the answer to a range was too short"),
                Err(_) => return broken("the connection broke during a range"),
            }
        }
        Ok(bytes)
    }
}
