//! `standby.get_partition_uuids`: identifiers of partitions that the agent made. Whole-disk images bring their own, so
//! there are none.

use serde_json::json;

use super::CommandSpec;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "standby.get_partition_uuids",
    sync: true,
    run: |_agent, _params| Box::pin(async { Ok(Some(json!({}))) }),
};
