//! Small files that are fetched whole, into memory: checksum files, config drives, manifests, tokens. Bounded, and tried again
//! when that may help.

use std::time::Duration;

use reqwest::StatusCode;

use super::client::{Fetcher, Get};
use super::fetch_error::{FetchError, reason, shown_text};
use crate::log::warning;

/// Patience with a server.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// Further tries after the first.
    pub times: u32,
    /// Pause between them.
    pub interval: Duration,
}

/// Why a file could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// There was no answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The answer was none of success.
    #[error("{url} answers {status}{}", hint(*status))]
    Status {
        /// Where.
        url: String,
        /// What.
        status: StatusCode,
    },
    /// The file is too large.
    #[error("{url} is larger than {limit} bytes")]
    TooLarge {
        /// Where.
        url: String,
        /// Bytes.
        limit: usize,
    },
    /// The connection broke.
    #[error("{url}: {reason}")]
    Broken {
        /// Where.
        url: String,
        /// Why.
        reason: String,
    },
}

impl DocumentError {
    fn retryable(&self) -> bool {
        match self {
            Self::Fetch(error) => error.retryable(),
            Self::Status { status, .. } => may_pass(*status),
            Self::TooLarge { .. } => false,
            Self::Broken { .. } => true,
        }
    }
}

/// Whether the same request may succeed later.
pub fn may_pass(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        )
}

/// What a person can do about a status.
pub fn hint(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 => ": the server wants other credentials",
        404 | 410 => ": there is no such file; correct the URL",
        407 => ": the proxy wants credentials; put them into the proxy's URL",
        _ => "",
    }
}

/// Fetches a file of at most `limit` bytes.
pub async fn fetch(
    fetcher: &Fetcher,
    url: &str,
    get: &Get,
    limit: usize,
    retries: Retries,
) -> Result<Vec<u8>, DocumentError> {
    let mut left = retries.times;
    loop {
        match once(fetcher, url, get, limit).await {
            Err(error) if error.retryable() && left > 0 => {
                left -= 1;
                warning!("{error}; trying again");
                tokio::time::sleep(retries.interval).await;
            }
            other => return other,
        }
    }
}

async fn once(
    fetcher: &Fetcher,
    url: &str,
    get: &Get,
    limit: usize,
) -> Result<Vec<u8>, DocumentError> {
    let mut response = fetcher.get(url, get).await?;
    let status = response.status();
    if !status.is_success() {
        let url = shown_text(url);
        return Err(DocumentError::Status { url, status });
    }
    let mut bytes = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|e| DocumentError::Broken {
            url: shown_text(url),
            reason: reason(&e),
        })?;
        let Some(chunk) = chunk else {
            return Ok(bytes);
        };
        if bytes.len() + chunk.len() > limit {
            let url = shown_text(url);
            return Err(DocumentError::TooLarge { url, limit });
        }
        bytes.extend_from_slice(&chunk);
    }
}
