//! Writing a page of a list: each document becomes bytes at once, and a large page is a row of pieces, never moved into a larger place.

use crate::error::{Answer, ApiError};
use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use serde::Serialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// About so many bytes are a piece.
const PIECE: usize = 64 * 1024;

/// After so many documents other requests get their turn; a request that was abandoned meanwhile ends there.
const BREATH: usize = 32;

/// A page under construction.
pub(crate) struct PageWriter {
    done: VecDeque<Bytes>,
    text: Vec<u8>,
    count: usize,
}

impl PageWriter {
    /// A page of documents under their plural.
    pub fn new(plural: &str) -> Self {
        Self {
            done: VecDeque::new(),
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
        if self.text.len() >= PIECE {
            let next = Vec::with_capacity(PIECE + PIECE / 8);
            self.done
                .push_back(std::mem::replace(&mut self.text, next).into());
        }
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
        self.done.push_back(self.text.into());
        let body = Body::new(Pieces(self.done));
        Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
    }
}

/// The body of a page.
struct Pieces(VecDeque<Bytes>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    /// Exact: it becomes the answer's Content-Length.
    fn size_hint(&self) -> SizeHint {
        let lengths = self.0.iter().map(|piece| piece.len() as u64);
        SizeHint::with_exact(lengths.sum())
    }
}

fn unwritable(error: serde_json::Error) -> ApiError {
    ApiError::failed(format!("The answer cannot be written: {error}."))
}
