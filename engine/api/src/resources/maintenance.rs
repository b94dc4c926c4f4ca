//! `PUT` and `DELETE /nodes/{node}/maintenance`.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Member, text};
use crate::{answer, ident};
use axum::extract::Path;

const ARGUMENTS: &[Member] = &[text("reason")];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::put(
            "/nodes/{node}/maintenance",
            begin,
            "Put a node into maintenance",
        )
        .takes_arguments(ARGUMENTS)
        .access(access::PROVISION),
        Endpoint::delete(
            "/nodes/{node}/maintenance",
            end,
            "Take a node out of maintenance",
        )
        .status(202)
        .access(access::PROVISION),
    ]
}

async fn begin(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let reason = args.text("reason")?;
    args.finish()?;
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
