//! `hammerscale node clean`: given clean steps on a manageable node.

use super::wait::Patience;
use crate::cli::api::Context;
use crate::cli::confirm::confirm;
use crate::cli::exit::usage;
use crate::cli::pairs;
use api_types::ProvisionBody;
use clap::Args;
use client::Goal;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Run clean steps on a manageable node
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node clean rack1-node7 --step deploy.erase_devices_metadata --wait
  hammerscale node clean rack1-node7 --steps steps.json --yes

A file of steps is a JSON list: [{\"interface\": \"deploy\", \"step\": \"erase_devices_metadata\", \"args\": {}}]. They run in that order.")]
pub struct CleanArgs {
    /// Name or UUID
    node: String,
    /// A step without arguments, as INTERFACE.STEP
    #[arg(long = "step", value_name = "INTERFACE.STEP", value_parser = step, conflicts_with = "steps")]
    single: Vec<Value>,
    /// A file of steps (JSON); - is standard input
    #[arg(long, value_name = "FILE", required_unless_present = "single")]
    steps: Option<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    patience: Patience,
}

fn step(text: &str) -> Result<Value, String> {
    match text.split_once('.') {
        Some((interface, step)) if !interface.is_empty() && !step.is_empty() => {
            Ok(json!({"interface": interface, "step": step}))
        }
        _ => Err("expected INTERFACE.STEP, such as deploy.erase_devices_metadata".to_owned()),
    }
}

impl CleanArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let steps = match &self.steps {
            None => self.single.clone(),
            Some(path) => match pairs::json_file(path)? {
                Value::Array(steps) => steps,
                _ => return Err(usage(format!("{} holds no list of steps", path.display()))),
            },
        };
        let question = format!(
            "Run {} clean step(s) on {}? They may erase its disks.",
            steps.len(),
            self.node
        );
        confirm(self.yes, &question)?;
        let order = ProvisionBody {
            target: "clean".to_owned(),
            clean_steps: Some(steps),
            ..ProvisionBody::default()
        };
        context.client.provision(&self.node, &order).await?;
        let goal = Goal::Provision("manageable".to_owned());
        self.patience
            .wait(context, std::slice::from_ref(&self.node), &goal)
            .await
    }
}
