//! A listener: accepts, encrypts if told, and serves HTTP/1.1 within bounds. It says to handlers whom a request comes from.

use crate::call::Peer;
use crate::tls::TlsConfig;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header::CONNECTION};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub struct ListenerLimits {
    /// Connections at a time; more wait in the kernel's queue.
    pub connections: usize,
    /// How long a client may take for a request's head, and how long an idle connection is kept: longer than clients keep theirs
    /// (Go's 90 s), so that no request meets a closing connection.
    pub head: Duration,
    /// How long the TLS handshake may take.
    pub handshake: Duration,
    /// After so many requests a connection is closed.
    pub requests: u64,
    /// How long requests may go on after the signal to stop.
    pub drain: Duration,
}

impl Default for ListenerLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head: Duration::from_secs(100),
            handshake: Duration::from_secs(10),
            requests: 10_000,
            drain: Duration::from_secs(10),
        }
    }
}

/// Why a listener stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The socket does not say where it listens.
    #[error("the listener has no address")]
    Address(#[source] std::io::Error),
}

/// Serves until `stop` turns true (or its sender is gone), then lets the running requests end, for at most `limits.drain`.
///
/// # Errors
/// The socket is not usable at all; trouble with one connection is only logged.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<TlsConfig>,
    limits: ListenerLimits,
    stop: watch::Receiver<bool>,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Address)?;
    tracing::info!(%address, tls = tls.is_some(), "listening");
    let slots = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    let mut stopping = stop.clone();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = stopped(&mut stopping) => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let Some((stream, peer, slot)) = accepted else {
            continue;
        };
        let connection = Connection {
            router: router.clone(),
            peer,
            limits,
            stop: stop.clone(),
        };
        connections.spawn(run(connection, stream, tls.clone(), slot));
    }
    drop(listener);
    drain(connections, limits.drain).await;
    tracing::info!(%address, "stopped listening");
    Ok(())
}

/// Returns when the signal to stop is given, or nobody is left to give it.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits for a free slot, then for a connection.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, slot)),
        Err(error) => {
            // Out of file descriptors, most likely: give the running connections time to end.
            tracing::warn!(%error, "cannot accept a connection");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

async fn drain(mut connections: JoinSet<()>, most: Duration) {
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(most, all).await.is_err() {
        tracing::warn!("requests were still running at the end of the grace period");
        connections.shutdown().await;
    }
}

struct Connection {
    router: Router,
    peer: SocketAddr,
    limits: ListenerLimits,
    stop: watch::Receiver<bool>,
}

/// One connection. The slot is free again when it ends.
async fn run(
    connection: Connection,
    stream: TcpStream,
    tls: Option<TlsConfig>,
    _slot: OwnedSemaphorePermit,
) {
    let _ = stream.set_nodelay(true);
    let peer = connection.peer;
    let Some(tls) = tls else {
        return connection.http(stream, false).await;
    };
    let acceptor = TlsAcceptor::from(tls.fresh().await);
    let shaken = tokio::time::timeout(connection.limits.handshake, acceptor.accept(stream)).await;
    match shaken {
        Ok(Ok(stream)) => connection.http(stream, true).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "the TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "the TLS handshake took too long"),
    }
}

impl Connection {
    async fn http(
        mut self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        encrypted: bool,
    ) {
        let peer = Peer {
            address: self.peer,
            encrypted,
        };
        let (router, most, served) = (self.router, self.limits.requests, AtomicU64::new(0));
        let service = service_fn(move |request: Request<Incoming>| {
            let last = served.fetch_add(1, Ordering::Relaxed) + 1 >= most;
            answer(router.clone(), request, peer, last)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_buf_size(64 << 10)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopped(&mut self.stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(peer = %peer.address, %error, "the connection ended");
        }
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: Peer,
    last: bool,
) -> Result<Response<Body>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(peer);
    let mut response = router.oneshot(request).await?;
    if last {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    Ok(response)
}
