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
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use uuid::Uuid;

/// About so many bytes are a piece.
const PIECE: usize = 64 * 1024;

/// After so many documents other requests get their turn; a request that was abandoned meanwhile ends there.
const BREATH: usize = 32;

/// A page under construction.
pub(crate) struct PageWriter {
    done: VecDeque<Bytes>,
    text: Vec<u8>,
    count: usize,
    last: Option<Uuid>,
}

impl PageWriter {
    /// A page of documents under their plural.
    pub fn new(plural: &str) -> Self {
        Self {
            done: VecDeque::new(),
            text: format!("{{\"{plural}\":[").into_bytes(),
            count: 0,
            last: None,
        }
    }

    /// Adds a document.
    pub async fn push(&mut self, document: &impl Serialize) -> Result<(), ApiError> {
        self.add(document)?;
        if self.count.is_multiple_of(BREATH) {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn add(&mut self, document: &impl Serialize) -> Result<(), ApiError> {
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
        Ok(())
    }

    /// How many documents there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The id of the last document, where whoever filled the page told it.
    pub fn last(&self) -> Option<String> {
        self.last.map(|uuid| uuid.to_string())
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

/// A page that the thread which reads the store fills, a document at a time: what was read is still at hand when it is written, and the
/// page is never in memory but as its bytes. Clones are the same page.
#[derive(Clone)]
pub(crate) struct Filling(Arc<Mutex<Result<PageWriter, ApiError>>>);

impl Filling {
    /// A page of documents under their plural.
    pub fn new(plural: &str) -> Self {
        Self(Arc::new(Mutex::new(Ok(PageWriter::new(plural)))))
    }

    /// Adds the document of this id.
    pub fn add(&self, uuid: Uuid, document: &impl Serialize) {
        let mut filling = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(page) = &mut *filling else { return };
        page.last = Some(uuid);
        if let Err(error) = page.add(document) {
            *filling = Err(error);
        }
    }

    /// The page as it is now.
    ///
    /// # Errors
    /// A document could not be written.
    pub fn taken(self) -> Result<PageWriter, ApiError> {
        let mut filling = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *filling, Ok(PageWriter::new("")))
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
