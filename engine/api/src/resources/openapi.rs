//! `GET /hammerscale/v1/openapi.json`: what is served, for programs.

use crate::access::Access;
use crate::answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::Answer;
use axum::http::StatusCode;
use std::sync::LazyLock;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/hammerscale/v1/openapi.json",
            show,
            "Describe every endpoint (OpenAPI 3.1)",
        )
        .access(Access::Open),
    ]
}

async fn show(_: Call) -> Answer {
    static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| crate::openapi().into_bytes());
    Ok(answer::bytes(StatusCode::OK, TEXT.clone()))
}
