//! `hammerscale node logs`: what the agent had logged when one of its steps failed.

use crate::cli::api::Context;
use anyhow::Context as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use std::path::PathBuf;

/// Save the agent's logs of the last step that failed
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node logs rack1-node7
  hammerscale node logs rack1-node7 --file /tmp/logs.tar.gz

The file is a gzipped tar archive; `tar -tzf FILE` lists it.")]
pub struct LogsArgs {
    /// Name or UUID
    node: String,
    /// Where to save them [default: NODE-logs.tar.gz here]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl LogsArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let logs = context.client.logs(&self.node).await?;
        let bytes = STANDARD
            .decode(logs.tar_gz_base64)
            .context("the engine's answer is no base64")?;
        let default = || PathBuf::from(format!("{}-logs.tar.gz", self.node.replace('/', "_")));
        let file = self.file.clone().unwrap_or_else(default);
        std::fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
        crate::cli::format::print(&format!("saved {}\n", file.display()))
    }
}
