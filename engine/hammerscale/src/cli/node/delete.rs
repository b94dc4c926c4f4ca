//! `hammerscale node delete`.

use crate::cli::api::Context;
use crate::cli::confirm::confirm;
use clap::Args;

/// Forget nodes: their records are deleted, the machines stay as they are
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node delete rack1-node7
  hammerscale node delete node1 node2 --yes

A node must be in enroll, manageable, available or adopt failed, or in maintenance.")]
pub struct DeleteArgs {
    /// Names or UUIDs
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl DeleteArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        confirm(self.yes, &format!("Forget {}?", self.nodes.join(", ")))?;
        for node in &self.nodes {
            context.client.delete_node(node).await?;
        }
        Ok(())
    }
}
