//! Asking a router as a client would.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine;
use serde_json::Value;
use tower::ServiceExt;

/// An answer, its body parsed.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Reply {
    /// The words in an error body, which must have Ironic's form.
    pub fn error(&self) -> String {
        let message = self.body["error_message"].as_str();
        let inner: Value = serde_json::from_str(message.expect(&self.text)).unwrap();
        let text = inner.get("faultstring").or(inner.get("description"));
        text.and_then(Value::as_str).expect("a text").to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

/// One request at the newest version.
pub async fn ask(router: &Router, method: &str, path: &str, body: Option<Value>) -> Reply {
    ask_at(router, "1.115", method, path, body).await
}

/// One request at a version; `""` names none.
pub async fn ask_at(
    router: &Router,
    version: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Reply {
    let body = body.map_or_else(Vec::new, |b| b.to_string().into_bytes());
    raw(router, version, method, path, body).await
}

/// One request with any bytes for a body.
pub async fn raw(router: &Router, version: &str, method: &str, path: &str, body: Vec<u8>) -> Reply {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "engine:6385")
        .header("content-type", "application/json");
    if !version.is_empty() {
        request = request.header("X-OpenStack-Ironic-API-Version", version);
    }
    send(router, request.body(Body::from(body)).unwrap()).await
}

/// One request of a user whose password is `pw`.
pub async fn ask_as(
    router: &Router,
    user: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Reply {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:pw"));
    let body = body.map_or_else(Vec::new, |b| b.to_string().into_bytes());
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("X-OpenStack-Ironic-API-Version", "1.115")
        .header("authorization", format!("Basic {pair}"));
    send(router, request.body(Body::from(body)).unwrap()).await
}

/// One request, as it is, from a peer at 192.0.2.7.
pub async fn send(router: &Router, mut request: Request<Body>) -> Reply {
    let peer: std::net::SocketAddr = "192.0.2.7:40000".parse().unwrap();
    request.extensions_mut().insert(api::Peer {
        address: peer,
        encrypted: false,
    });
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Reply {
        status: parts.status,
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}
