//! `hammerscale node maintenance`.

use crate::cli::api::Context;
use clap::{Args, ValueEnum};

/// Take nodes out of service, or back into it
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node maintenance on rack1-node7 --reason 'disk is being replaced'
  hammerscale node maintenance off rack1-node7

In maintenance the engine leaves a node's power alone and starts nothing on it. Off also clears a fault.")]
pub struct MaintenanceArgs {
    /// Out of service, or back
    switch: Switch,
    /// Names or UUIDs
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
    /// Why, for other people
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl MaintenanceArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let on = self.switch == Switch::On;
        for node in &self.nodes {
            let reason = self.reason.as_deref();
            context.client.set_maintenance(node, on, reason).await?;
        }
        Ok(())
    }
}
