//! `standby.get_partition_uuids`: identifiers of the partitions that this agent made around a partition image, in the words of
//! ironic-python-agent. Whole-disk images bring their own, so of them there are none.

use serde_json::{Map, Value, json};

use super::CommandSpec;
use crate::partition_image::deploy::Identifiers;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "standby.get_partition_uuids",
    sync: true,
    run: |agent, _params| {
        Box::pin(async move {
            let made = agent.identifiers();
            Ok(Some(made.map_or_else(|| json!({}), |made| document(&made))))
        })
    },
};

fn document(made: &Identifiers) -> Value {
    let nodes = made.partitions.iter();
    let partitions: Map<String, Value> = nodes
        .map(|(role, node)| ((*role).to_owned(), json!(node)))
        .collect();
    json!({
        "root uuid": made.root,
        "efi system partition uuid": made.esp,
        "PReP Boot partition uuid": null,
        "partitions": partitions,
    })
}
