//! The heartbeat: where the agent listens, who it is, and (by extension) how far it got.

use serde::{Deserialize, Serialize};

use crate::extension::HeartbeatExtension;
use crate::lenient;
use crate::secret::WireSecret;

/// Body of `POST /v1/heartbeat/<node>`; success is 202 with an empty body.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HeartbeatRequest {
    /// `https://host:port` of the agent's API, IPv6 in brackets; empty for installers without an API.
    pub callback_url: String,
    /// The node's token (microversion 1.62 and later).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_token: Option<WireSecret>,
    /// The agent's version (1.36 and later).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
    /// The agent's own certificate as PEM (1.68 and later).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_verify_ca: Option<String>,
    /// `start`, `end` or `error` (installers, 1.72 and later).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_status: Option<String>,
    /// A person's words on the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_status_message: Option<String>,
    /// Progress, sent only to a server that announced the extension.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional"
    )]
    pub hammerscale: Option<HeartbeatExtension>,
}
