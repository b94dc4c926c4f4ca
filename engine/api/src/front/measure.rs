//! Counts and times requests by route, never by what stands in the path.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// Counts one request.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", |path| path.as_str())
        .to_owned();
    let method = known(request.method().as_str());
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    tracing::debug!(method, %route, %status, "request served");
    metrics::histogram!("hammerscale_api_request_seconds", "method" => method, "route" => route.clone())
        .record(begun.elapsed().as_secs_f64());
    metrics::counter!("hammerscale_api_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
    response
}

/// A method's name out of a closed list, so that a stranger cannot make new time series.
fn known(method: &str) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
        .into_iter()
        .find(|name| *name == method)
        .unwrap_or("other")
}
