//! Writing a page of a list: each document becomes bytes at once, so that a large page is never held twice.

use crate::answer::bytes;
use crate::error::{Answer, ApiError};
use axum::http::StatusCode;
use serde::Serialize;

/// After so many documents other requests get their turn; a request that was abandoned meanwhile ends there.
const BREATH: usize = 32;

/// A page under construction.
pub(crate) struct PageWriter {
    text: Vec<u8>,
    count: usize,
}

impl PageWriter {
    /// A page of documents under their plural.
    pub fn new(plural: &str) -> Self {
        Self {
            text: format!("{{\"{plural}\":[").into_bytes(),
            count: 0,
        }
    }

    /// Adds a document.
    pub async fn push(&mut self, document: &impl Serialize) -> Result<(), ApiError> {
        if self.count > 0 {
            self.text.push(b',');
        }
        serde_json::to_writer(&mut self.text, document).map_err(unwritable)?;
        self.count += 1;
        if self.count.is_multiple_of(BREATH) {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// How many documents there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The answer, with the link to the next page where there is one.
    pub fn finish(mut self, next: Option<String>) -> Answer {
        self.text.push(b']');
        if let Some(next) = next {
            self.text.extend_from_slice(b",\"next\":");
            serde_json::to_writer(&mut self.text, &next).map_err(unwritable)?;
        }
        self.text.push(b'}');
        Ok(bytes(StatusCode::OK, self.text))
    }
}

fn unwritable(error: serde_json::Error) -> ApiError {
    ApiError::failed(format!("The answer cannot be written: {error}."))
}
