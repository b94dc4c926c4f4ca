//! `GET /boot.ipxe?mac=…`: the script of a machine; without an address a script that asks for one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use netboot_core::script;

use super::{Which, status};
use crate::netboot::Shared;

pub(super) async fn script(State(shared): State<Arc<Shared>>, which: Which) -> Response {
    let Ok(which) = which else {
        return status(StatusCode::BAD_REQUEST);
    };
    let Some(mac) = which.mac else {
        return text(script::render_who_are_you(&shared.site));
    };
    match shared.around.directory.order_for(mac).await {
        Ok(Some(order)) => text(script::render(&shared.site, mac, &order)),
        Ok(None) => status(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::warn!(%mac, error = &error as &dyn std::error::Error, "no boot script");
            status(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn text(script: String) -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        script,
    )
        .into_response()
}
