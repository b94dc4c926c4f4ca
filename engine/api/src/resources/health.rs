//! `/healthz` and `/metrics`. Healthy means that the store answers.

use crate::answer;
use crate::app::App;
use crate::call::Call;
use crate::error::{Answer, ApiError};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;
use uuid::Uuid;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(health))
        .route("/hammerscale/v1/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/hammerscale/v1/metrics", get(metrics))
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
