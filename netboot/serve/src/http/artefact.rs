//! `GET /artefacts/{name}`: content from the map, whole or in part, read in small pieces.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;
use futures::stream;
use model::boot::ArtefactName;
use netboot_core::range::{Part, part};
use ports::netboot::{Artefact, ArtefactContent};

use super::status;
use crate::netboot::Shared;

/// Read and sent at a time, for each download.
const PIECE: usize = 64 * 1024;

pub(super) async fn artefact(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    // A name that cannot be one is not in the map.
    let Ok(name) = name.parse::<ArtefactName>() else {
        return status(StatusCode::NOT_FOUND);
    };
    match shared.around.artefacts.open(&name).await {
        Some(artefact) => send(artefact, &headers),
        None => status(StatusCode::NOT_FOUND),
    }
}

fn send(artefact: Artefact, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", artefact.etag);
    let is = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    let answer = Response::builder()
        .header(header::ETAG, &etag)
        .header(header::ACCEPT_RANGES, "bytes");
    if is(header::IF_NONE_MATCH)
        .is_some_and(|tags| tags.split(',').any(|t| t.trim() == etag || t.trim() == "*"))
    {
        return finish(answer.status(StatusCode::NOT_MODIFIED).body(Body::empty()));
    }
    let current = is(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let asked = is(header::RANGE)
        .filter(|_| current)
        .map_or(Part::Whole, |range| part(range, artefact.length));
    let total = artefact.length;
    let (answer, offset, length) = match asked {
        Part::Whole => (answer, 0, total),
        Part::Bytes { offset, length } => {
            let span = format!("bytes {offset}-{}/{total}", offset + length - 1);
            (
                answer
                    .status(StatusCode::PARTIAL_CONTENT)
                    .header(header::CONTENT_RANGE, span),
                offset,
                length,
            )
        }
        Part::Unsatisfiable => {
            let answer = answer
                .status(StatusCode::RANGE_NOT_SATISFIABLE)
                .header(header::CONTENT_RANGE, format!("bytes */{total}"));
            return finish(answer.body(Body::empty()));
        }
    };
    let answer = answer
        .header(header::CONTENT_LENGTH, length)
        .header(header::CONTENT_TYPE, "application/octet-stream");
    finish(answer.body(body(artefact.content, offset, length)))
}

/// A header that cannot be sent comes from an entity tag that breaks its rules.
fn finish(answer: Result<Response, axum::http::Error>) -> Response {
    answer.unwrap_or_else(|error| {
        tracing::error!(%error, "answering with an artefact");
        status(StatusCode::INTERNAL_SERVER_ERROR)
    })
}

fn body(content: Arc<dyn ArtefactContent>, offset: u64, length: u64) -> Body {
    Body::from_stream(stream::try_unfold(
        (offset, length),
        move |(offset, left)| {
            let content = Arc::clone(&content);
            async move {
                if left == 0 {
                    return Ok(None);
                }
                let wanted = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
                let bytes = content.read_at(offset, wanted).await?;
                if bytes.is_empty() {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the content is shorter than it was",
                    ));
                }
                let read = bytes.len() as u64;
                Ok(Some((bytes, (offset + read, left.saturating_sub(read)))))
            }
        },
    ))
}
