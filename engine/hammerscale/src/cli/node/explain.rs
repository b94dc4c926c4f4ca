//! `hammerscale node explain`: what a node does, what it waits for, what happens then.

use crate::cli::api::Context;
use crate::cli::format;
use api_types::{Activity, Explanation};
use clap::Args;

/// Explain what a node is doing, what it waits for and what happens then
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node explain rack1-node7")]
pub struct ExplainArgs {
    /// Name or UUID
    node: String,
}

impl ExplainArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let explanation = context.client.explain(&self.node).await?;
        format::show(context.output, &explanation, || text(&explanation))
    }
}

fn text(explanation: &Explanation) -> String {
    let mut lines = vec![explanation.summary.clone()];
    lines.extend(
        explanation
            .activity
            .as_ref()
            .map(|it| activity("doing", it)),
    );
    lines.extend(
        explanation
            .errand
            .as_ref()
            .map(|it| activity("beside it", it)),
    );
    lines.extend(
        explanation
            .last_error
            .as_ref()
            .map(|it| format!("last error: {it}")),
    );
    lines.extend(explanation.fault.as_ref().map(|it| format!("fault: {it}")));
    if explanation.maintenance {
        let reason = explanation
            .maintenance_reason
            .as_deref()
            .unwrap_or("no reason was given");
        lines.push(format!("out of service: {reason}"));
    }
    format::plain(&lines.join("\n"))
}

fn activity(word: &str, activity: &Activity) -> String {
    let stage = activity.stage.as_deref().unwrap_or("between stages");
    let mut text = format!(
        "{word}: {}, stage {} of {}: {stage}, since {}",
        activity.kind,
        activity.stage_number,
        activity.stages,
        activity.stage_started_at.format("%H:%M:%S UTC")
    );
    if activity.tries > 1 {
        text = format!("{text}, try {}", activity.tries);
    }
    if let Some(waiting) = &activity.waiting {
        text = format!(
            "{text}\n  waits for {} until {}; then {}",
            waiting.on,
            waiting.deadline.format("%H:%M:%S UTC"),
            waiting.then
        );
    }
    if let Some(retry) = &activity.retry {
        text = format!(
            "{text}\n  attempt {} of {} failed at {}: {}\n  next attempt {} {}; if all fail, {}",
            retry.attempt,
            retry.most_attempts,
            retry.failed_at.format("%H:%M:%S UTC"),
            retry.error,
            if retry.under_way {
                "under way since"
            } else {
                "at"
            },
            retry.next_at.format("%H:%M:%S UTC"),
            retry.then
        );
    }
    text
}
