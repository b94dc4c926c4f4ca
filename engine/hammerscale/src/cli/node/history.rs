//! `hammerscale node history`: the node's history in Ironic's form.

use crate::cli::api::Context;
use crate::cli::format;
use clap::Args;

/// Show what happened to a node
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node history rack1-node7
  hammerscale node history rack1-node7 --errors")]
pub struct HistoryArgs {
    /// Name or UUID
    node: String,
    /// Only errors
    #[arg(long)]
    errors: bool,
}

impl HistoryArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let mut history = context.client.history(&self.node).await?;
        history.retain(|it| !self.errors || it.severity.eq_ignore_ascii_case("error"));
        format::show(context.output, &history, || {
            let rows = history.iter().map(|it| {
                let at = it
                    .created_at
                    .map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string());
                let event = it.event.replace('\n', " ");
                vec![
                    at.unwrap_or_default(),
                    it.severity.clone(),
                    it.event_type.clone().unwrap_or_default(),
                    event,
                ]
            });
            format::table(&["at (UTC)", "severity", "about", "event"], rows.collect())
        })
    }
}
