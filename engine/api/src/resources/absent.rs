//! What Ironic has and this engine does not have yet: each path by name, so that a client is told and does not have to guess. Whoever
//! adds one of these removes its line here.

use crate::app::App;
use crate::error::{Answer, ApiError};
use axum::Router;
use axum::routing::any;

/// The paths, and what people call what is behind them.
const ABSENT: &[(&str, &str)] = &[("/shards", "Shards"), ("/shards/{*rest}", "Shards")];

pub(crate) fn router() -> Router<App> {
    ABSENT.iter().fold(Router::new(), |router, (path, what)| {
        router.route(path, any(move || absent(what)))
    })
}

async fn absent(what: &'static str) -> Answer {
    Err(ApiError::not_found(format!(
        "{what}: not available in this engine yet."
    )))
}
