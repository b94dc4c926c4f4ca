//! Hardware features that no driver here has yet, answered as Ironic answers for a driver that does not support them: BIOS settings,
//! firmware, virtual media, console, boot mode, secure boot, NMI.

use crate::app::App;
use crate::args::Args;
use crate::call::Call;
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use axum::Router;
use axum::extract::Path;
use axum::routing::{get, put};
use model::Node;
use serde_json::json;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/nodes/{node}/bios", get(bios))
        .route("/nodes/{node}/bios/{setting}", get(bios_setting))
        .route("/nodes/{node}/firmware", get(firmware))
        .route(
            "/nodes/{node}/vmedia",
            get(vmedia).post(change_vmedia).delete(change_vmedia),
        )
        .route("/nodes/{node}/states/console", get(console).put(console))
        .route("/nodes/{node}/states/boot_mode", put(boot_mode))
        .route("/nodes/{node}/states/secure_boot", put(secure_boot))
        .route("/nodes/{node}/management/inject_nmi", put(inject_nmi))
}

async fn bios(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(40)?;
    ident::node(&call, &name).await?;
    answer::ok(&json!({ "bios": [] }))
}

async fn bios_setting(call: Call, Path((name, setting)): Path<(String, String)>) -> Answer {
    call.path_since(40)?;
    let node = ident::node(&call, &name).await?;
    let shown: String = setting.chars().take(80).collect();
    Err(ApiError::not_found(format!(
        "Node {} doesn't have a BIOS setting {shown:?}.",
        node.uuid
    )))
}

async fn firmware(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(86)?;
    ident::node(&call, &name).await?;
    answer::ok(&json!({ "firmware": [] }))
}

async fn vmedia(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(93)?;
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "get_virtual_media"))
}

async fn change_vmedia(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(89)?;
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "virtual media"))
}

async fn console(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "console"))
}

async fn boot_mode(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(76)?;
    let target = Args::of(&call)?.required_text("target")?;
    if !["uefi", "bios"].contains(&target.as_str()) {
        return Err(ApiError::invalid("The boot mode is uefi or bios."));
    }
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "set_boot_mode"))
}

async fn secure_boot(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(76)?;
    if Args::of(&call)?.flag("target")?.is_none() {
        return Err(ApiError::invalid("Mandatory field missing: target."));
    }
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "set_secure_boot_state"))
}

async fn inject_nmi(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(29)?;
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "inject_nmi"))
}

/// Ironic's words for a feature that a driver does not have.
fn unsupported(node: &Node, feature: &str) -> ApiError {
    ApiError::invalid(format!(
        "Driver {} does not support {feature} (disabled or not implemented).",
        node.driver
    ))
}
