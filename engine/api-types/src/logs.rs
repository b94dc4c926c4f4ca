//! `GET /hammerscale/v1/nodes/{node}/logs`: what the agent had logged when one of its steps failed.

use serde::{Deserialize, Serialize};

/// The newest logs of a node's agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentLogs {
    /// A gzipped tar archive, in base64.
    pub tar_gz_base64: String,
}
