//! An image server that can be killed, can break off, refuse, and come back with another file. It serves what it holds in memory, by name.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use futures::stream;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::lab::namespace::Namespace;
use crate::lab::network::OUTSIDE;

/// Not the lab's own web server, which takes the reports.
const PORT: u16 = 8082;
/// Bytes handed to the network at a time.
const PIECE: usize = 64 << 10;

/// A file, and which version of it.
#[derive(Clone)]
pub struct Content {
    /// Its bytes.
    pub bytes: Bytes,
    /// Differs between versions; it becomes the entity tag.
    pub version: &'static str,
}

#[derive(Default)]
struct Faults {
    unavailable: bool,
    /// So many answers end after so many percent of the file.
    break_off: (u32, u8),
}

struct Shared {
    files: Mutex<BTreeMap<String, Content>>,
    faults: Mutex<Faults>,
    requests: AtomicU64,
    sent: AtomicU64,
    /// Bytes that a download gets in a second.
    pace: u64,
}

/// The server; dropping it ends it.
pub struct Images {
    namespace: Namespace,
    shared: Arc<Shared>,
    running: Option<Running>,
}

struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<()>>,
}

/// Where a file is served.
pub fn url(name: &str) -> String {
    format!("http://{}/{name}", address())
}

/// The server's host, as messages name it.
pub fn host() -> String {
    OUTSIDE.to_string()
}

fn address() -> SocketAddr {
    SocketAddr::from((OUTSIDE, PORT))
}

fn lock<T>(what: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Images {
    /// Serves these files inside the namespace, each download at this pace.
    pub fn start(
        namespace: &Namespace,
        files: BTreeMap<String, Content>,
        pace: u64,
    ) -> Result<Self> {
        let shared = Shared {
            files: Mutex::new(files),
            faults: Mutex::default(),
            requests: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            pace: pace.max(1),
        };
        let mut images = Self {
            namespace: namespace.clone(),
            shared: Arc::new(shared),
            running: None,
        };
        images.revive()?;
        Ok(images)
    }

    /// All connections end where they are, and nobody listens any more.
    pub fn kill(&mut self) -> Result<()> {
        let Some(Running { stop, thread }) = self.running.take() else {
            return Ok(());
        };
        // Whoever has ended by itself says so next.
        let _ = stop.send(());
        thread
            .join()
            .map_err(|_| anyhow!("the image server panicked"))?
    }

    /// Listens again.
    pub fn revive(&mut self) -> Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let (stop, stopped) = oneshot::channel::<()>();
        let (listening, listens) = std::sync::mpsc::channel();
        let (inside, shared) = (self.namespace.clone(), Arc::clone(&self.shared));
        let serve = move || {
            inside.block_on(|| async move {
                let listener = match TcpListener::bind(address()).await {
                    Ok(listener) => listener,
                    Err(error) => {
                        let _ = listening.send(Err(anyhow!(error)));
                        return Ok(());
                    }
                };
                let _ = listening.send(Ok(()));
                let routes = Router::new().route("/{name}", get(file)).with_state(shared);
                // With this runtime every connection ends, wherever it is.
                tokio::select! {
                    ended = axum::serve(listener, routes).into_future() => ended.context("the image server"),
                    _ = stopped => Ok(()),
                }
            })
        };
        let thread = std::thread::Builder::new()
            .name("kill-images".to_owned())
            .spawn(serve)
            .context("cannot start a thread")?;
        listens
            .recv()
            .context("the image server did not start")?
            .context("the image server cannot listen")?;
        self.running = Some(Running { stop, thread });
        Ok(())
    }

    /// Another version of a file from now on.
    pub fn replace(&self, name: &str, content: Content) {
        lock(&self.shared.files).insert(name.to_owned(), content);
    }

    /// Whether it answers 503.
    pub fn refuse(&self, refuse: bool) {
        lock(&self.shared.faults).unavailable = refuse;
    }

    /// So many answers end after so many percent of the file.
    pub fn break_off(&self, answers: u32, percent: u8) {
        lock(&self.shared.faults).break_off = (answers, percent);
    }

    /// Requests, and bytes handed to the network, since it was made.
    pub fn counted(&self) -> (u64, u64) {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (of(&self.shared.requests), of(&self.shared.sent))
    }
}

impl Drop for Images {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            tracing::warn!("{error:#}");
        }
    }
}

impl Shared {
    /// How much of this answer is sent before it breaks off.
    fn limit(&self, size: usize) -> usize {
        let mut faults = lock(&self.faults);
        let (answers, percent) = faults.break_off;
        if answers == 0 {
            return usize::MAX;
        }
        faults.break_off.0 -= 1;
        size / 100 * usize::from(percent)
    }
}

async fn file(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    if lock(&shared.faults).unavailable {
        return plain(StatusCode::SERVICE_UNAVAILABLE);
    }
    let Some(content) = lock(&shared.files).get(&name).cloned() else {
        return plain(StatusCode::NOT_FOUND);
    };
    let tag = format!("\"{}\"", content.version);
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let range = text(header::RANGE)
        .filter(|_| text(header::IF_RANGE).is_none_or(|wanted| wanted == tag))
        .and_then(first_byte);
    let size = content.bytes.len();
    let start = match range {
        Some(start) if start >= size => return plain(StatusCode::RANGE_NOT_SATISFIABLE),
        Some(start) => start,
        None => 0,
    };
    let mut answer = Response::builder()
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CONTENT_LENGTH, size - start)
        .header(header::ETAG, tag);
    if range.is_some() {
        let told = format!("bytes {start}-{}/{size}", size - 1);
        answer = answer
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, told);
    }
    let limit = shared.limit(size);
    let sent = body(shared, content.bytes.slice(start..), limit);
    answer
        .body(sent)
        .unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

/// `bytes=N-`, which is all that agents and firmware ask for.
fn first_byte(range: &str) -> Option<usize> {
    range
        .strip_prefix("bytes=")?
        .split_once('-')?
        .0
        .parse()
        .ok()
}

fn body(shared: Arc<Shared>, bytes: Bytes, limit: usize) -> Body {
    Body::from_stream(stream::try_unfold(
        (shared, bytes, limit),
        |(shared, mut bytes, limit)| async move {
            if bytes.is_empty() {
                return Ok::<_, std::io::Error>(None);
            }
            if limit == 0 {
                return Err(std::io::ErrorKind::ConnectionAborted.into());
            }
            let piece = bytes.split_to(PIECE.min(bytes.len()).min(limit));
            let seconds = piece.len() as f64 / shared.pace as f64;
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
            shared.sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
            let limit = limit - piece.len();
            Ok(Some((piece, (shared, bytes, limit))))
        },
    ))
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_range_is_understood() {
        assert_eq!(first_byte("bytes=17-"), Some(17));
        assert_eq!(first_byte("bytes=17-20"), Some(17));
        assert_eq!(first_byte("bytes=-5"), None);
        assert_eq!(first_byte("lines=1-"), None);
    }

    #[test]
    fn only_so_many_answers_break_off() {
        let shared = Shared {
            files: Mutex::default(),
            faults: Mutex::new(Faults {
                break_off: (1, 50),
                ..Faults::default()
            }),
            requests: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            pace: 1,
        };
        assert_eq!(shared.limit(1000), 500);
        assert_eq!(shared.limit(1000), usize::MAX);
    }
}
