//! `hammerscale node timeline`: where the time went.

use crate::cli::api::Context;
use crate::cli::format;
use api_types::Timeline;
use clap::Args;

/// Show where a node's time went
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node timeline rack1-node7
  hammerscale node timeline rack1-node7 --stages")]
pub struct TimelineArgs {
    /// Name or UUID
    node: String,
    /// Only the sum of each stage
    #[arg(long)]
    stages: bool,
}

impl TimelineArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let timeline = context.client.timeline(&self.node).await?;
        format::show(context.output, &timeline, || match self.stages {
            true => stages(&timeline),
            false => format!("{}\n\n{}", entries(&timeline), stages(&timeline)),
        })
    }
}

fn entries(timeline: &Timeline) -> String {
    let rows = timeline.entries.iter().map(|entry| {
        let state = match entry.from == entry.to {
            true => entry.to.clone(),
            false => format!("{} -> {}", entry.from, entry.to),
        };
        let detail = entry
            .detail
            .as_deref()
            .unwrap_or_default()
            .replace('\n', " ");
        let took = entry.seconds.map(format::duration).unwrap_or_default();
        let at = entry.at.format("%Y-%m-%d %H:%M:%S").to_string();
        vec![
            at,
            took,
            state,
            entry.stage.clone().unwrap_or_default(),
            entry.event.clone(),
            detail,
        ]
    });
    format::table(
        &["at (UTC)", "took", "state", "stage", "event", "detail"],
        rows.collect(),
    )
}

fn stages(timeline: &Timeline) -> String {
    let all: f64 = timeline.stages.iter().map(|it| it.seconds).sum();
    let rows = timeline.stages.iter().map(|it| {
        let share = if all > 0.0 {
            it.seconds / all * 100.0
        } else {
            0.0
        };
        vec![
            it.stage.clone(),
            format::duration(it.seconds),
            format!("{share:.0} %"),
        ]
    });
    format::table(&["stage", "time", "share"], rows.collect())
}
