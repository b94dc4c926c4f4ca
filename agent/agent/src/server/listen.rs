//! Accepts connections, with bounds on their number and on the time of handshakes and headers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::router;
use crate::agent::Agent;
use crate::log::warning;

const CONNECTIONS: usize = 64;
const HANDSHAKE: Duration = Duration::from_secs(15);
const HEADERS: Duration = Duration::from_secs(30);

/// Binds the agent's port: the wanted address, else all of them, of both families where there are two.
pub async fn bind(host: Option<IpAddr>, port: u16) -> std::io::Result<TcpListener> {
    if let Some(host) = host {
        return TcpListener::bind(SocketAddr::new(host, port)).await;
    }
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))).await,
    }
}

/// Serves until the task is dropped. Without a TLS configuration it speaks plain HTTP, for servers that know no better.
pub async fn serve(listener: TcpListener, tls: Option<Arc<ServerConfig>>, agent: Arc<Agent>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let acceptor = tls.map(TlsAcceptor::from);
    loop {
        let (stream, _peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                warning!("accepting a connection failed: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
            return;
        };
        let (acceptor, agent) = (acceptor.clone(), Arc::clone(&agent));
        tokio::spawn(async move {
            connection(stream, acceptor, agent).await;
            drop(slot);
        });
    }
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, agent: Arc<Agent>) {
    match acceptor {
        None => http(TokioIo::new(stream), agent).await,
        Some(acceptor) => {
            // Port scanners and clients that do not trust us end here; nothing of it is worth a line.
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                http(TokioIo::new(stream), agent).await;
            }
        }
    }
}

async fn http<I>(io: I, agent: Arc<Agent>)
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
{
    let service = service_fn(move |request| router::answer(Arc::clone(&agent), request));
    // A broken connection is the client's business: it asks again.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(io, service)
        .await;
}
