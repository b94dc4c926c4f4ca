//! `hammerscale node show`.

use crate::cli::api::Context;
use crate::cli::format;
use clap::Args;

/// Show a node
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node show rack1-node7
  hammerscale node show rack1-node7 --fields provision_state,last_error
  hammerscale node show rack1-node7 -o json

Secrets are masked by the API. What a node is doing right now says `node explain`.")]
pub struct ShowArgs {
    /// Name or UUID
    node: String,
    /// Only these fields
    #[arg(long, value_name = "FIELD,...", value_delimiter = ',')]
    fields: Vec<String>,
}

impl ShowArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let mut query = Vec::new();
        if !self.fields.is_empty() {
            query.push(("fields", self.fields.join(",")));
        }
        let path = ["v1", "nodes", &self.node];
        let document: serde_json::Value = context.client.get(&path, &query).await?;
        format::show(context.output, &document, || format::fields(&document))
    }
}
