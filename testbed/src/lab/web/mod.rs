//! The "internet" of a lab: an HTTP server for images, and the place where deployed systems phone home.
//!
//! It serves only the files it was given, by name; no request ever becomes a path.

mod files;
pub mod process;
mod range;
mod reports;
mod tls;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::rustls::ServerConfig;

pub use files::Counters;
pub use reports::Report;
pub use tls::{authority, secure_image_url};

use super::deadline::{Interrupt, wait_for};
use super::namespace::Namespace;
use super::network::OUTSIDE;
use files::Files;
use reports::Reports;

/// The port of the lab's own web server.
pub const PORT: u16 = 8081;

/// Where deployed systems report to: `meta_data.json`'s `phone_home` with the node's name at its end.
pub fn phone_home_url(node: &str) -> String {
    format!("http://{OUTSIDE}:{PORT}/phone-home/{node}")
}

/// Where an image is served.
pub fn image_url(name: &str) -> String {
    format!("http://{OUTSIDE}:{PORT}/images/{name}")
}

/// The address of the lab's own web server.
pub fn address() -> SocketAddr {
    SocketAddr::from((OUTSIDE, PORT))
}

#[derive(Debug)]
struct Shared {
    files: Files,
    reports: Reports,
}

/// A running server; dropping it stops it.
#[derive(Debug)]
pub struct Web {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<()>>>,
}

/// What the server has seen so far, as `GET /status` answers it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Status {
    /// Per image, by name.
    pub images: BTreeMap<String, Counters>,
    /// Oldest first.
    pub reports: Vec<Report>,
}

impl Web {
    /// Serves `images` (public name to file) on `address` inside `namespace`. Returns once it listens. With `pace`, no
    /// download gets more bytes in a second. With an `identity`, the same is served by HTTPS on a port of its own.
    pub fn start(
        namespace: &Namespace,
        address: SocketAddr,
        images: BTreeMap<String, PathBuf>,
        pace: Option<NonZeroU32>,
        identity: Option<Arc<ServerConfig>>,
    ) -> Result<Self> {
        let shared = Arc::new(Shared {
            files: Files::new(images, pace),
            reports: Reports::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let (listening, listens) = std::sync::mpsc::channel();
        let (inside, state) = (namespace.clone(), Arc::clone(&shared));
        let serve = move || {
            inside.block_on(|| async move {
                let listener = TcpListener::bind(address)
                    .await
                    .with_context(|| format!("cannot listen on {address}"));
                let listener = match listener {
                    Ok(listener) => listener,
                    Err(error) => {
                        let _ = listening.send(Err(error));
                        return Ok(());
                    }
                };
                if let Some(identity) = identity {
                    let secure = tls::listen(address.ip(), identity).await;
                    match secure {
                        // It ends with this runtime.
                        Ok(secure) => drop(tokio::spawn(
                            axum::serve(secure, routes(Arc::clone(&state))).into_future(),
                        )),
                        Err(error) => {
                            let _ = listening.send(Err(error));
                            return Ok(());
                        }
                    }
                }
                let _ = listening.send(Ok(()));
                let end = async { drop(stopped.await) };
                axum::serve(listener, routes(state))
                    .with_graceful_shutdown(end)
                    .await
                    .context("the web server ended")
            })
        };
        let thread = std::thread::Builder::new()
            .name("lab-web".to_owned())
            .spawn(serve)
            .context("cannot start a thread")?;
        listens
            .recv()
            .map_err(|_| anyhow!("the web server did not start in {}", namespace.name()))??;
        Ok(Self {
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Offers one more image, or replaces the one of this name.
    pub fn offer(&self, name: &str, file: PathBuf) {
        self.shared.files.offer(name, file);
    }

    /// What it has seen so far.
    pub fn status(&self) -> Status {
        status_of(&self.shared)
    }

    /// Waits for the first report that `wanted` accepts.
    pub fn wait_for_report(
        &self,
        limit: Duration,
        interrupt: &Interrupt,
        wanted: impl Fn(&Report) -> bool,
    ) -> Result<Report> {
        wait_for("a report of a deployed system", limit, interrupt, || {
            Ok(self.shared.reports.all().into_iter().find(&wanted))
        })
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Ok(Err(error))) = self.thread.take().map(JoinHandle::join) {
            tracing::warn!("{error:#}");
        }
    }
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/images/{name}", get(files::serve))
        .route("/phone-home", post(reports::receive))
        .route("/phone-home/{node}", post(reports::receive))
        .route(
            "/status",
            get(|State(shared): State<Arc<Shared>>| async move { Json(status_of(&shared)) }),
        )
        .layer(axum::extract::DefaultBodyLimit::max(reports::LARGEST))
        .with_state(shared)
}

fn status_of(shared: &Shared) -> Status {
    Status {
        images: shared.files.counters(),
        reports: shared.reports.all(),
    }
}

#[cfg(test)]
mod tests;
