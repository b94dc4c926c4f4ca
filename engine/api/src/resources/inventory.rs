//! `GET /nodes/{node}/inventory`.

use crate::app::App;
use crate::call::Call;
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use api_types::Inventory;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use ports::blob::BlobKind;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/nodes/{node}/inventory", get(show))
}

async fn show(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(81)?;
    let node = ident::node(&call, &name).await?;
    let missing = || {
        ApiError::not_found(format!(
            "Node {} has no inventory: it has not been inspected.",
            node.uuid
        ))
    };
    let hash = node.inventory.as_deref().ok_or_else(missing)?;
    let bytes = call.app.store.blob(BlobKind::Inventory, hash).await?;
    let bytes = bytes.ok_or_else(missing)?;
    let inventory: Inventory = serde_json::from_slice(&bytes).map_err(|error| {
        tracing::error!(node = %node.uuid, %error, "a stored inventory cannot be read");
        ApiError::failed("The stored inventory cannot be read; inspect the node again.")
    })?;
    answer::ok(&inventory)
}
