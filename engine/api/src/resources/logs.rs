//! `GET /hammerscale/v1/nodes/{node}/logs`: what the agent had logged when one of its steps failed.

use crate::access;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use api_types::AgentLogs;
use axum::extract::Path;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ports::blob::BlobKind;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/hammerscale/v1/nodes/{node}/logs",
            show,
            "Fetch what the agent had logged when one of its steps failed",
        )
        .access(access::OWNER_READ),
    ]
}

async fn show(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let missing = || {
        ApiError::not_found(format!(
            "Node {} has no logs of an agent: they are kept when one of its steps fails.",
            node.uuid
        ))
    };
    let hash = node.agent_logs.as_deref().ok_or_else(missing)?;
    let bytes = call.app.store.blob(BlobKind::Logs, hash).await?;
    let bytes = bytes.ok_or_else(missing)?;
    answer::ok(&AgentLogs {
        tar_gz_base64: STANDARD.encode(bytes),
    })
}
