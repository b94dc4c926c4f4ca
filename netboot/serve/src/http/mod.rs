//! The boot listener: a script, artefacts and an identity for each machine over HTTP, and nothing else.

mod artefact;
mod identity;
mod listener;
mod script;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::mac::MacAddress;
use serde::Deserialize;

use crate::netboot::Shared;

pub(crate) use listener::{Listener, serve};

/// Who asks; put into each request by the listener.
#[derive(Debug, Clone, Copy)]
struct Peer(SocketAddr);

/// `?mac=…`
#[derive(Deserialize)]
struct WhichMachine {
    mac: Option<MacAddress>,
}

type Which = Result<Query<WhichMachine>, axum::extract::rejection::QueryRejection>;

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/boot.ipxe", get(script::script))
        .route("/artefacts/{name}", get(artefact::artefact))
        .route("/identity", get(identity::identity))
        .layer(middleware::from_fn(log))
        .with_state(shared)
}

/// An answer without content: iPXE shows the status, and no detail of ours helps it.
fn status(code: StatusCode) -> Response {
    code.into_response()
}

async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path: String = request.uri().path().chars().take(100).collect();
    let peer = request.extensions().get::<Peer>().map(|p| p.0);
    let response = next.run(request).await;
    let code = response.status();
    let route = match path.as_str() {
        "/boot.ipxe" => "script",
        "/identity" => "identity",
        p if p.starts_with("/artefacts/") => "artefact",
        _ => "other",
    };
    metrics::counter!("netboot_http_requests_total", "route" => route, "status" => code.as_u16().to_string()).increment(1);
    if route == "other" {
        tracing::debug!(?peer, %method, ?path, status = code.as_u16(), "boot listener");
    } else {
        tracing::info!(?peer, %method, ?path, status = code.as_u16(), "boot listener");
    }
    response
}
