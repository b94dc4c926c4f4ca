//! Hardware features that no driver here has yet, answered as Ironic answers for a driver that does not support them: BIOS settings,
//! firmware, virtual media, console, boot mode, secure boot, NMI.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use axum::extract::Path;
use model::Node;
use serde_json::json;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/nodes/{node}/bios", bios, "List a node's BIOS settings")
            .since(40)
            .access(access::READ),
        Endpoint::get(
            "/nodes/{node}/bios/{setting}",
            bios_setting,
            "Show one BIOS setting",
        )
        .since(40)
        .access(access::READ),
        Endpoint::get(
            "/nodes/{node}/firmware",
            firmware,
            "List a node's firmware components",
        )
        .since(86)
        .access(access::READ),
        Endpoint::get(
            "/nodes/{node}/vmedia",
            vmedia,
            "List a node's virtual media",
        )
        .since(93)
        .access(access::READ),
        Endpoint::post(
            "/nodes/{node}/vmedia",
            change_vmedia,
            "Attach virtual media",
        )
        .status(204)
        .since(89)
        .access(access::USE),
        Endpoint::delete(
            "/nodes/{node}/vmedia",
            change_vmedia,
            "Detach virtual media",
        )
        .since(89)
        .access(access::USE),
        Endpoint::get(
            "/nodes/{node}/states/console",
            console,
            "Show a node's console",
        )
        .access(access::OWNER_USE),
        Endpoint::put(
            "/nodes/{node}/states/console",
            console,
            "Switch a node's console on or off",
        )
        .access(access::OWNER_USE),
        Endpoint::put(
            "/nodes/{node}/states/boot_mode",
            boot_mode,
            "Set the boot mode",
        )
        .since(76)
        .access(access::USE),
        Endpoint::put(
            "/nodes/{node}/states/secure_boot",
            secure_boot,
            "Switch secure boot on or off",
        )
        .since(76)
        .access(access::USE),
        Endpoint::put(
            "/nodes/{node}/management/inject_nmi",
            inject_nmi,
            "Send a non-maskable interrupt",
        )
        .status(204)
        .since(29)
        .access(access::OWNER_MANAGE),
    ]
}

async fn bios(call: Call, Path(name): Path<String>) -> Answer {
    ident::node(&call, &name).await?;
    answer::ok(&json!({ "bios": [] }))
}

async fn bios_setting(call: Call, Path((name, setting)): Path<(String, String)>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let shown: String = setting.chars().take(80).collect();
    Err(ApiError::not_found(format!(
        "Node {} doesn't have a BIOS setting {shown:?}.",
        node.uuid
    )))
}

async fn firmware(call: Call, Path(name): Path<String>) -> Answer {
    ident::node(&call, &name).await?;
    answer::ok(&json!({ "firmware": [] }))
}

async fn vmedia(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "get_virtual_media"))
}

async fn change_vmedia(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "virtual media"))
}

async fn console(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "console"))
}

async fn boot_mode(call: Call, Path(name): Path<String>) -> Answer {
    let target = Args::of(&call)?.required_text("target")?;
    if !["uefi", "bios"].contains(&target.as_str()) {
        return Err(ApiError::invalid("The boot mode is uefi or bios."));
    }
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "set_boot_mode"))
}

async fn secure_boot(call: Call, Path(name): Path<String>) -> Answer {
    if Args::of(&call)?.flag("target")?.is_none() {
        return Err(ApiError::invalid("Mandatory field missing: target."));
    }
    let node = ident::node(&call, &name).await?;
    Err(unsupported(&node, "set_secure_boot_state"))
}

async fn inject_nmi(call: Call, Path(name): Path<String>) -> Answer {
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
