//! `hammerscale node list`.

use crate::cli::api::Context;
use crate::cli::format;
use clap::Args;
use client::NodeFilter;
use serde_json::Value;

/// List nodes
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node list
  hammerscale node list --state 'deploy failed' --long
  hammerscale node list --fields name,driver_info -o json
  hammerscale node list --maintenance true --sort name")]
pub struct ListArgs {
    /// In this provision state
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// With this driver
    #[arg(long)]
    driver: Option<String>,
    /// In maintenance, or not
    #[arg(long, value_name = "true|false")]
    maintenance: Option<bool>,
    /// With an instance, or without
    #[arg(long, value_name = "true|false")]
    associated: Option<bool>,
    /// Of this resource class
    #[arg(long, value_name = "CLASS")]
    resource_class: Option<String>,
    /// Of this owner
    #[arg(long)]
    owner: Option<String>,
    /// Only these fields
    #[arg(
        long,
        value_name = "FIELD,...",
        value_delimiter = ',',
        conflicts_with = "long"
    )]
    fields: Vec<String>,
    /// More columns; every field with -o json
    #[arg(short, long)]
    long: bool,
    /// Sort by this field
    #[arg(long, value_name = "FIELD")]
    sort: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

const COLUMNS: &[&str] = &[
    "name",
    "uuid",
    "power_state",
    "provision_state",
    "maintenance",
];
const MORE_COLUMNS: &[&str] = &[
    "name",
    "uuid",
    "driver",
    "power_state",
    "provision_state",
    "target_provision_state",
    "maintenance",
    "fault",
    "last_error",
];

impl ListArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let filter = NodeFilter {
            provision_state: self.state.clone(),
            driver: self.driver.clone(),
            maintenance: self.maintenance,
            associated: self.associated,
            resource_class: self.resource_class.clone(),
            owner: self.owner.clone(),
            fields: self.fields.clone(),
            detail: self.long,
            sort_key: self.sort.clone(),
            limit: self.limit,
            ..NodeFilter::default()
        };
        let nodes = context.client.node_documents(&filter).await?;
        let own: Vec<&str> = self.fields.iter().map(String::as_str).collect();
        let columns = match (self.long, own.is_empty()) {
            (true, _) => MORE_COLUMNS,
            (false, true) => COLUMNS,
            (false, false) => &own,
        };
        let row = |node: &Value| {
            columns
                .iter()
                .map(|it| format::cell(&node[*it]).replace('\n', " "))
                .collect()
        };
        format::show(context.output, &nodes, || {
            let headings: Vec<String> = columns.iter().map(|it| it.replace('_', " ")).collect();
            let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
            format::table(&headings, nodes.iter().map(row).collect())
        })
    }
}
