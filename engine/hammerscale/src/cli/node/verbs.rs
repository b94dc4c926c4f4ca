//! The provision verbs that need nothing but a node: manage, inspect, provide, undeploy, abort.

use super::wait::Patience;
use crate::cli::api::Context;
use crate::cli::confirm::confirm;
use clap::Args;
use client::Goal;

/// The nodes and the patience of a verb.
#[derive(Args)]
struct Targets {
    /// Names or UUIDs
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
    #[command(flatten)]
    patience: Patience,
}

impl Targets {
    /// All machines are set in motion before the first is waited for.
    async fn order(&self, context: &Context, verb: &str, goal: &str) -> anyhow::Result<()> {
        for node in &self.nodes {
            context.client.provision_verb(node, verb).await?;
        }
        let goal = Goal::Provision(goal.to_owned());
        self.patience.wait(context, &self.nodes, &goal).await
    }
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident = $verb:literal => $goal:literal, $examples:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Args)]
        #[command(after_help = $examples)]
        pub struct $name {
            #[command(flatten)]
            targets: Targets,
        }

        impl $name {
            /// Runs it.
            pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
                self.targets.order(context, $verb, $goal).await
            }
        }
    )*};
}

verbs! {
    /// Take nodes under control: checks address and credentials of their BMCs
    ManageArgs = "manage" => "manageable", "Examples:
  hammerscale node manage rack1-node7 --wait
  hammerscale node manage node1 node2 node3

From enroll it checks the BMC; from available, clean failed or inspect failed it takes the node back.";
    /// Boot the agent on nodes and collect their hardware facts
    InspectArgs = "inspect" => "manageable", "Examples:
  hammerscale node inspect rack1-node7 --wait --timeout 900
  hammerscale node inventory rack1-node7";
    /// Clean nodes and offer them for use
    ProvideArgs = "provide" => "available", "Examples:
  hammerscale node provide rack1-node7 --wait";
}

/// Take nodes out of use: power off, clean (their data is erased), offer them again
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node undeploy rack1-node7 --wait
  hammerscale node undeploy node1 node2 --yes")]
pub struct UndeployArgs {
    #[command(flatten)]
    targets: Targets,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl UndeployArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let nodes = self.targets.nodes.join(", ");
        confirm(
            self.yes,
            &format!("Take {nodes} out of use? What is on the disks will be lost."),
        )?;
        self.targets.order(context, "deleted", "available").await
    }
}

/// Stop what is under way on nodes
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node abort rack1-node7

It works while the engine waits for the machine (states such as 'clean wait'), and the node ends in the failed state of what was aborted.")]
pub struct AbortArgs {
    /// Names or UUIDs
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
}

impl AbortArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        for node in &self.nodes {
            context.client.provision_verb(node, "abort").await?;
        }
        Ok(())
    }
}
