//! `/nodes/{node}/management/boot_device`: live questions to the BMC and a live change.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, text};
use crate::{answer, ident};
use api_types::boot_device::BOOT_DEVICES;
use api_types::{BootDevice, SupportedBootDevices};
use axum::extract::Path;

const ARGUMENTS: &[Member] = &[
    text("boot_device").required(),
    member("persistent", Kind::Flag),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/nodes/{node}/management/boot_device",
            show,
            "Show what a node boots from",
        )
        .access(access::OWNER_MANAGE),
        Endpoint::put(
            "/nodes/{node}/management/boot_device",
            set,
            "Say what a node boots from",
        )
        .takes_arguments(ARGUMENTS)
        .status(204)
        .access(access::OWNER_MANAGE),
        Endpoint::get(
            "/nodes/{node}/management/boot_device/supported",
            supported,
            "List what a node can boot from",
        )
        .access(access::OWNER_MANAGE),
    ]
}

async fn show(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let setting = call.app.engine.boot_device(node.uuid).await?;
    answer::ok(&BootDevice {
        boot_device: setting.device,
        persistent: setting.persistent,
    })
}

async fn set(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let device = args.required_text("boot_device")?;
    let persistent = args.flag("persistent")?.unwrap_or(false);
    args.finish()?;
    if !BOOT_DEVICES.contains(&device.as_str()) {
        let shown: String = device.chars().take(80).collect();
        return Err(ApiError::invalid(format!(
            "Invalid boot device {shown:?}; it is one of: {}.",
            BOOT_DEVICES.join(", ")
        )));
    }
    let node = ident::node(&call, &name).await?;
    let engine = &call.app.engine;
    engine
        .set_boot_device(node.uuid, device, persistent)
        .await?;
    answer::no_content()
}

async fn supported(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let devices = call.app.engine.supported_boot_devices(node.uuid).await?;
    answer::ok(&SupportedBootDevices {
        supported_boot_devices: devices,
    })
}
