//! `hammerscale node power`.

use super::wait::Patience;
use crate::cli::api::Context;
use clap::{Args, ValueEnum};
use client::Goal;

/// Turn machines on or off
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node power on rack1-node7 --wait
  hammerscale node power off node1 node2 --soft
  hammerscale node power reboot rack1-node7")]
pub struct PowerArgs {
    /// What to do
    target: Target,
    /// Names or UUIDs
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
    /// Ask the operating system first
    #[arg(long)]
    soft: bool,
    #[command(flatten)]
    patience: Patience,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Target {
    On,
    Off,
    Reboot,
}

impl PowerArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let (order, goal) = match (self.target, self.soft) {
            (Target::On, _) => ("power on", "power on"),
            (Target::Off, false) => ("power off", "power off"),
            (Target::Off, true) => ("soft power off", "power off"),
            (Target::Reboot, false) => ("rebooting", "power on"),
            (Target::Reboot, true) => ("soft rebooting", "power on"),
        };
        for node in &self.nodes {
            context.client.set_power(node, order, None).await?;
        }
        let goal = Goal::Power(goal.to_owned());
        self.patience.wait(context, &self.nodes, &goal).await
    }
}
