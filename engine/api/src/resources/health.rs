//! `/healthz` and `/metrics`. Healthy means that the store answers.

use crate::access::Access;
use crate::answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::json;
use uuid::Uuid;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/healthz", health, "Whether the store answers").access(Access::Open),
        Endpoint::get(
            "/hammerscale/v1/healthz",
            health,
            "Whether the store answers",
        )
        .access(Access::Open),
        Endpoint::get("/metrics", metrics, "Metrics in Prometheus' text format"),
        Endpoint::get(
            "/hammerscale/v1/metrics",
            metrics,
            "Metrics in Prometheus' text format",
        ),
    ]
}

async fn health(call: Call) -> Answer {
    // A row that cannot exist: the cheapest question that reaches the database.
    call.app.store.node(Uuid::nil()).await?;
    answer::ok(&json!({ "status": "ok" }))
}

async fn metrics(call: Call) -> Answer {
    let render = call.app.config.metrics.as_ref();
    let render = render.ok_or_else(|| ApiError::not_found("Metrics are switched off."))?;
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, render()).into_response())
}
