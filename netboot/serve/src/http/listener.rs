//! The HTTP socket: so many connections, so much head, so much time. It knows no routes.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::{Peer, router};
use crate::config::HttpLimits;
use crate::error::StartError;
use crate::netboot::{Shared, asked_to_stop};

/// The longest head of a request.
const HEAD: usize = 8192;

/// The open socket.
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    pub async fn open(shared: &Shared) -> Result<Self, StartError> {
        let address = SocketAddr::from((shared.site.server, shared.site.http_port));
        let failed = |source| StartError::Open {
            service: "HTTP",
            address,
            source,
        };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serves until told to stop, then lets running answers end.
pub(crate) async fn serve(
    listener: Listener,
    shared: Arc<Shared>,
    limits: HttpLimits,
    mut stop: watch::Receiver<bool>,
) {
    let (app, permits, counts) = (
        router(shared),
        Arc::new(Semaphore::new(limits.connections)),
        Counts::default(),
    );
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = asked_to_stop(&mut stop) => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.socket.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // No file descriptors left, for one; without the pause this would spin.
                tracing::warn!(%error, "accepting a connection");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let place = counts.take(peer.ip(), limits.per_address);
        let (Some(place), Ok(permit)) = (place, Arc::clone(&permits).try_acquire_owned()) else {
            metrics::counter!("netboot_http_refused_total").increment(1);
            continue;
        };
        let app = app.clone().layer(Extension(Peer(peer)));
        let stop = stop.clone();
        connections.spawn(async move {
            let served = tokio::time::timeout(
                limits.connection_time,
                connection(stream, app, limits, stop),
            )
            .await;
            if served.is_err() {
                tracing::info!(%peer, "a connection lived too long");
            }
            drop((place, permit));
        });
    }
    while connections.join_next().await.is_some() {}
}

async fn connection(
    stream: TcpStream,
    app: axum::Router,
    limits: HttpLimits,
    mut stop: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(HEAD)
        .max_headers(64);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = asked_to_stop(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// How many connections each address has.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Counts {
    fn take(&self, address: IpAddr, most: usize) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place {
            counts: self.clone(),
            address,
        })
    }
}

/// One connection's place; given back when dropped.
struct Place {
    counts: Counts,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}
