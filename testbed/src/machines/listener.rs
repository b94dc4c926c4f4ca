//! One accept loop for thousands of machines: HTTP/1 over plain TCP or TLS, one task per open connection. It knows no routes.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(300);

/// What a machine says; `None` drops the connection without a word.
pub(super) type Answer = Option<Response<Full<Bytes>>>;

/// Serves until its task is aborted; the connections end with it.
pub(super) async fn serve<H, F>(listener: TcpListener, tls: Option<Arc<ServerConfig>>, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let tls = tls.map(TlsAcceptor::from);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // No file descriptors left, for one; without the pause this would spin.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (tls, handler) = (tls.clone(), handler.clone());
        connections.spawn(async move {
            match tls {
                None => connection(stream, handler).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => connection(stream, handler).await,
                    Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
                },
            }
        });
    }
}

async fn connection<S, H, F>(stream: S, handler: H)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let service = service_fn(move |request| {
        let answer = handler(request);
        async move {
            answer
                .await
                .ok_or_else(|| io::Error::other("the machine says nothing"))
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(SILENCE);
    let ended = http.serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// An answer without content.
pub(super) fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// The body, if it is not larger than this.
pub(super) async fn body(request: Request<Incoming>, most: usize) -> Option<Bytes> {
    let body = Limited::new(request.into_body(), most).collect().await;
    body.ok().map(http_body_util::Collected::to_bytes)
}
