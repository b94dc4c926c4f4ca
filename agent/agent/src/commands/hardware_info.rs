//! `poll.get_hardware_info`: the inventory, for conductors that ask.

use super::CommandSpec;
use crate::failure::Failure;
use crate::inventory;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "poll.get_hardware_info",
    sync: true,
    run: |agent, _params| {
        Box::pin(async move {
            let inventory = inventory::collect(&agent.host, &agent.params);
            serde_json::to_value(inventory)
                .map(Some)
                .map_err(|e| Failure::execution(e.to_string()))
        })
    },
};
