//! `hammerscale node boot-device`.

use crate::cli::api::Context;
use crate::cli::format;
use clap::Args;
use serde_json::json;

/// Show or set what a machine boots from next
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node boot-device rack1-node7
  hammerscale node boot-device rack1-node7 pxe
  hammerscale node boot-device rack1-node7 disk --persistent
  hammerscale node boot-device rack1-node7 --supported")]
pub struct BootDeviceArgs {
    /// Name or UUID
    node: String,
    /// The device
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(api_types::boot_device::BOOT_DEVICES))]
    device: Option<String>,
    /// For good, not only once
    #[arg(long, requires = "device")]
    persistent: bool,
    /// Show what can be set
    #[arg(long, conflicts_with = "device")]
    supported: bool,
}

impl BootDeviceArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let client = &context.client;
        if let Some(device) = &self.device {
            return Ok(client
                .set_boot_device(&self.node, device, self.persistent)
                .await?);
        }
        if self.supported {
            let devices = client.supported_boot_devices(&self.node).await?;
            return format::show(context.output, &devices, || devices.join("\n"));
        }
        let device = client.boot_device(&self.node).await?;
        format::show(context.output, &device, || format::fields(&json!(device)))
    }
}
