//! The agent's logs, fetched when one of its steps failed: a person who looks for the cause later finds them beside the failure.

use crate::digest;
use agent_wire::{Command, CommandStatus};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{AgentLink, Object};
use ports::agent::AgentCalls;
use ports::blob::{Blob, BlobKind};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
/// Larger archives are left where they are.
const LARGEST: usize = 16 << 20;

/// A gzipped tar archive; none when the agent does not give one in time. The failure itself is told all the same.
pub(super) async fn fetch(agents: &dyn AgentCalls, link: &AgentLink) -> Option<Blob> {
    let command = Command {
        name: "log.collect_system_logs".into(),
        params: Object::new(),
    };
    let answer = tokio::time::timeout(PATIENCE, agents.send(link, &command, true)).await;
    let result = answer.ok()?.ok()?;
    if result.command_status != CommandStatus::Succeeded {
        return None;
    }
    let packed = result.command_result?;
    let bytes = STANDARD.decode(packed.get("system_logs")?.as_str()?).ok()?;
    (bytes.len() <= LARGEST).then(|| digest::blob(BlobKind::Logs, bytes))
}
