//! `/nodes/{node}/states/console`.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member};
use crate::{answer, ident};
use axum::extract::Path;
use serde_json::json;

const PATH: &str = "/nodes/{node}/states/console";

const ARGUMENTS: &[Member] = &[member("enabled", Kind::Flag).required()];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, show, "Show a node's console").access(access::OWNER_USE),
        Endpoint::put(PATH, set, "Switch a node's console on or off")
            .takes_arguments(ARGUMENTS)
            .access(access::OWNER_USE),
    ]
}

async fn show(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let console = call.app.engine.console(node.uuid).await?;
    answer::ok(&json!({
        "console_enabled": console.enabled,
        "console_info": console.access,
    }))
}

async fn set(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let enabled = args.flag("enabled")?;
    args.finish()?;
    let enabled = enabled.ok_or_else(|| ApiError::invalid("Mandatory field missing: enabled."))?;
    let node = ident::node(&call, &name).await?;
    call.app.engine.set_console(node.uuid, enabled).await?;
    answer::accepted_at(&call, &format!("nodes/{name}/states/console"))
}
