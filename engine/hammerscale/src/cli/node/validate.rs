//! `hammerscale node validate`: whether each interface could work.

use crate::cli::api::Context;
use crate::cli::format;
use clap::Args;

/// Check whether a node has what it needs for each interface
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node validate rack1-node7")]
pub struct ValidateArgs {
    /// Name or UUID
    node: String,
}

impl ValidateArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let verdicts = context.client.validate(&self.node).await?;
        format::show(context.output, &verdicts, || {
            let rows = verdicts.iter().map(|(interface, verdict)| {
                let result = match verdict.result {
                    Some(true) => "yes",
                    Some(false) => "no",
                    None => "not supported",
                };
                let reason = verdict.reason.clone().unwrap_or_default();
                vec![interface.clone(), result.to_owned(), reason]
            });
            format::table(&["interface", "usable", "reason"], rows.collect())
        })
    }
}
