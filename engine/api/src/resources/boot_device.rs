//! `/nodes/{node}/management/boot_device`: live questions to the BMC and a live change.

use crate::app::App;
use crate::args::Args;
use crate::call::Call;
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use api_types::boot_device::BOOT_DEVICES;
use api_types::{BootDevice, SupportedBootDevices};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/nodes/{node}/management/boot_device", get(show).put(set))
        .route(
            "/nodes/{node}/management/boot_device/supported",
            get(supported),
        )
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
