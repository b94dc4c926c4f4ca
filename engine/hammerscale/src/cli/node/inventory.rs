//! `hammerscale node inventory`: what the inspection found.

use crate::cli::api::Context;
use crate::cli::format;
use clap::Args;
use serde_json::{Map, Value};

/// Show the hardware that an inspection found
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node inventory rack1-node7
  hammerscale node inventory rack1-node7 -o json

Everything, with what collectors added, is in the JSON and YAML forms.")]
pub struct InventoryArgs {
    /// Name or UUID
    node: String,
}

impl InventoryArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let document = context.client.inventory(&self.node).await?;
        format::show(context.output, &document, || summary(&document.inventory))
    }
}

fn summary(inventory: &Map<String, Value>) -> String {
    let at = |path: &str| inventory_cell(inventory, path);
    let gib = |bytes: &Value| bytes.as_u64().map_or(String::new(), format::bytes);
    let vendor = ["manufacturer", "product_name", "serial_number"]
        .map(|it| at(&format!("/system_vendor/{it}")));
    let mut text = format!(
        "system  {}\ncpu     {} x {} ({})\nmemory  {} MiB\nboot    {}\n",
        vendor.join(" ").trim(),
        at("/cpu/count"),
        at("/cpu/model_name"),
        at("/cpu/architecture"),
        at("/memory/physical_mb"),
        at("/boot/current_boot_mode"),
    );
    let list = |key: &str| {
        inventory
            .get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let disks = list("disks")
        .iter()
        .map(|disk| {
            let words = ["name", "model", "serial", "wwn"].map(|it| format::cell(&disk[it]));
            let [name, model, serial, wwn] = words;
            vec![name, gib(&disk["size"]), model, serial, wwn]
        })
        .collect();
    text = format!(
        "{text}\n{}\n",
        format::table(&["disk", "size", "model", "serial", "wwn"], disks)
    );
    let cards = list("interfaces")
        .iter()
        .map(|card| {
            [
                "name",
                "mac_address",
                "ipv4_address",
                "has_carrier",
                "speed_mbps",
            ]
            .map(|it| format::cell(&card[it]))
            .to_vec()
        })
        .collect();
    format!(
        "{text}\n{}",
        format::table(&["interface", "mac", "ipv4", "link", "mbit/s"], cards)
    )
}

fn inventory_cell(inventory: &Map<String, Value>, path: &str) -> String {
    let mut words = path.trim_start_matches('/').split('/');
    let first = words.next().and_then(|it| inventory.get(it));
    let value = words.try_fold(first.unwrap_or(&Value::Null), |value, word| value.get(word));
    format::plain(&format::cell(value.unwrap_or(&Value::Null)))
}
