//! `/nodes/{node}/states/boot_mode` and `/states/secure_boot`: what the machine's firmware boots with.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, text};
use crate::{answer, ident};
use axum::extract::Path;
use ports::hardware::FirmwareMode;

const SINCE: u16 = 76;

const MODE: &[Member] = &[text("target").required()];
const SECURE: &[Member] = &[member("target", Kind::Flag).required()];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::put(
            "/nodes/{node}/states/boot_mode",
            boot_mode,
            "Set the boot mode",
        )
        .takes_arguments(MODE)
        .since(SINCE)
        .too_old(TooOld::Said)
        .access(access::USE),
        Endpoint::put(
            "/nodes/{node}/states/secure_boot",
            secure_boot,
            "Switch secure boot on or off",
        )
        .takes_arguments(SECURE)
        .since(SINCE)
        .too_old(TooOld::Said)
        .access(access::USE),
    ]
}

async fn boot_mode(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let target = args.required_text("target")?;
    args.finish()?;
    if !["uefi", "bios"].contains(&target.as_str()) {
        let shown: String = target.chars().take(80).collect();
        return Err(ApiError::invalid(format!(
            "Invalid boot mode {shown}; it is one of: bios, uefi."
        )));
    }
    change(call, &name, FirmwareMode::Boot(target)).await
}

async fn secure_boot(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let target = args.flag("target")?;
    args.finish()?;
    let target = target.ok_or_else(|| ApiError::invalid("Mandatory field missing: target."))?;
    change(call, &name, FirmwareMode::SecureBoot(target)).await
}

async fn change(call: Call, name: &str, mode: FirmwareMode) -> Answer {
    let node = ident::node(&call, name).await?;
    call.app.engine.set_firmware_mode(node.uuid, mode).await?;
    answer::accepted_at(&call, &format!("nodes/{name}/states"))
}
