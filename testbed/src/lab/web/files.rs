//! Image files by public name, with ranges, entity tags and counters. Bodies are streamed, never held.

use std::collections::BTreeMap;
use std::io::SeekFrom;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::Shared;
use super::range::{Part, part};

/// Bytes read from the file at a time.
const CHUNK: usize = 256 * 1024;

/// What was asked of one image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// All requests.
    pub requests: u64,
    /// Those answered with a part.
    pub ranges: u64,
    /// Body bytes handed to the network.
    pub bytes: u64,
}

#[derive(Debug, Default)]
struct Image {
    file: PathBuf,
    counters: Counters,
}

#[derive(Debug)]
pub struct Files {
    images: Mutex<BTreeMap<String, Image>>,
    pace: Option<NonZeroU32>,
}

impl Files {
    /// With `pace`, no download gets more bytes in a second.
    pub fn new(images: BTreeMap<String, PathBuf>, pace: Option<NonZeroU32>) -> Self {
        let images = images.into_iter().map(|(name, file)| {
            let counters = Counters::default();
            (name, Image { file, counters })
        });
        Self {
            images: Mutex::new(images.collect()),
            pace,
        }
    }

    /// How long so many bytes take at least.
    fn lasting(&self, bytes: usize) -> Duration {
        self.pace.map_or(Duration::ZERO, |pace| {
            Duration::from_secs_f64(bytes as f64 / f64::from(pace.get()))
        })
    }

    pub fn offer(&self, name: &str, file: PathBuf) {
        self.with(|images| images.entry(name.to_owned()).or_default().file = file);
    }

    pub fn counters(&self) -> BTreeMap<String, Counters> {
        self.with(|images| {
            images
                .iter()
                .map(|(name, image)| (name.clone(), image.counters.clone()))
                .collect()
        })
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        self.with(|images| images.get(name).map(|image| image.file.clone()))
    }

    fn count(&self, name: &str, change: impl FnOnce(&mut Counters)) {
        self.with(|images| {
            images
                .get_mut(name)
                .map(|image| change(&mut image.counters))
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Image>) -> T) -> T {
        act(&mut self.images.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// `GET /images/{name}`.
pub async fn serve(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let Some(path) = shared.files.file(&name) else {
        return plain(StatusCode::NOT_FOUND);
    };
    let Ok(file) = File::open(&path).await else {
        return plain(StatusCode::NOT_FOUND);
    };
    let Ok(meta) = file.metadata().await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR);
    };
    shared.files.count(&name, |counters| counters.requests += 1);
    let modified = meta
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default();
    let tag = format!("\"{:x}-{:x}\"", meta.len(), modified.as_nanos());
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|wanted| wanted == tag) {
        return plain(StatusCode::NOT_MODIFIED);
    }
    // A range of another version of the file would be a mixture: then the whole file is sent.
    let range =
        text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|wanted| wanted == tag));
    let part = part(range, meta.len());
    answer(Sending { shared, name, file }, part, meta.len(), &tag).await
}

struct Sending {
    shared: Arc<Shared>,
    name: String,
    file: File,
}

async fn answer(mut sending: Sending, part: Part, size: u64, tag: &str) -> Response<Body> {
    let (start, length) = match part {
        Part::Whole => (0, size),
        Part::Bytes { start, length } => (start, length),
        Part::Unsatisfiable => {
            let refused = Response::builder().status(StatusCode::RANGE_NOT_SATISFIABLE);
            return finish(
                refused.header(header::CONTENT_RANGE, format!("bytes */{size}")),
                Body::empty(),
            );
        }
    };
    if sending.file.seek(SeekFrom::Start(start)).await.is_err() {
        return plain(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CONTENT_LENGTH, length)
        .header(header::ETAG, tag);
    if let Part::Bytes { .. } = part {
        sending
            .shared
            .files
            .count(&sending.name, |counters| counters.ranges += 1);
        let range = format!("bytes {start}-{}/{size}", start + length - 1);
        response = response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, range);
    }
    finish(response, body(sending, length))
}

fn body(sending: Sending, length: u64) -> Body {
    Body::from_stream(stream::try_unfold(
        (sending, length),
        |(mut sending, left)| async move {
            if left == 0 {
                return Ok::<_, std::io::Error>(None);
            }
            let mut chunk = vec![0; CHUNK.min(usize::try_from(left).unwrap_or(CHUNK))];
            let read = sending.file.read(&mut chunk).await?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            chunk.truncate(read);
            tokio::time::sleep(sending.shared.files.lasting(read)).await;
            sending
                .shared
                .files
                .count(&sending.name, |counters| counters.bytes += read as u64);
            Ok(Some((Bytes::from(chunk), (sending, left - read as u64))))
        },
    ))
}

fn plain(status: StatusCode) -> Response<Body> {
    finish(Response::builder().status(status), Body::empty())
}

fn finish(builder: axum::http::response::Builder, body: Body) -> Response<Body> {
    builder.body(body).unwrap_or_else(|error| {
        tracing::error!("an answer cannot be built: {error}");
        Response::new(Body::empty())
    })
}
