//! `log.collect_system_logs`: the agent's log and the kernel's messages.

use base64::Engine;
use serde_json::json;

use super::CommandSpec;
use crate::archive;
use crate::failure::Failure;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "log.collect_system_logs",
    sync: true,
    run: |_agent, _params| {
        Box::pin(async {
            let bytes = archive::logs()
                .map_err(|e| Failure::execution(format!("packing the logs: {e}")))?;
            Ok(Some(
                json!({"system_logs": base64::engine::general_purpose::STANDARD.encode(bytes)}),
            ))
        })
    },
};
