//! `GET /nodes/{node}/inventory`.

use crate::access;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use api_types::Inventory;
use axum::extract::Path;
use ports::blob::BlobKind;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/nodes/{node}/inventory",
            show,
            "Show what the last inspection found",
        )
        .since(81)
        .too_old(TooOld::NotFound)
        .access(access::OWNER_READ),
    ]
}

async fn show(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let missing = || {
        ApiError::not_found(format!(
            "Node {} has no inventory: no inspection has collected one.",
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
