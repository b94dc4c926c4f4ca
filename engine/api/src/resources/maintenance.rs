//! `PUT` and `DELETE /nodes/{node}/maintenance`.

use crate::app::App;
use crate::args::Args;
use crate::call::Call;
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use axum::Router;
use axum::extract::Path;
use axum::routing::put;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/nodes/{node}/maintenance", put(begin).delete(end))
}

async fn begin(call: Call, Path(name): Path<String>) -> Answer {
    let reason = Args::of(&call)?.text("reason")?;
    if reason.as_ref().is_some_and(|text| text.len() > 4096) {
        return Err(ApiError::invalid("reason may have at most 4096 bytes."));
    }
    let node = ident::node(&call, &name).await?;
    let engine = &call.app.engine;
    engine.set_maintenance(node.uuid, true, reason).await?;
    answer::accepted()
}

async fn end(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let engine = &call.app.engine;
    engine.set_maintenance(node.uuid, false, None).await?;
    answer::accepted()
}
