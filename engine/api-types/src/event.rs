//! The event stream's documents. Not Ironic's: they live under `/hammerscale/v1/`.

use crate::instant;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The first message of a stream (`event: start`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamStart {
    /// Where the stream begins: what is listed after this is complete together with what follows.
    pub cursor: String,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the stream.
    pub cursor: String,
    /// When.
    #[serde(with = "instant::precise")]
    pub at: Timestamp,
    /// The node it concerns.
    pub node: Option<Uuid>,
    /// That node's name.
    pub name: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// A node was enrolled.
    NodeCreated,
    /// A node changed: its states as they are now.
    NodeChanged {
        /// Provision state before.
        from: String,
        /// Provision state now.
        provision_state: String,
        /// Where it is going.
        target_provision_state: Option<String>,
        /// Power state as last read.
        power_state: Option<String>,
        /// The stage under way.
        stage: Option<String>,
        /// The last error.
        last_error: Option<String>,
    },
    /// A node is gone.
    NodeDeleted,
    /// A step tells how far it is.
    Progress {
        /// The step.
        step: String,
        /// What it does right now.
        phase: Option<String>,
        /// Bytes done.
        done_bytes: Option<u64>,
        /// Bytes in all, where known.
        total_bytes: Option<u64>,
        /// Bytes per second.
        rate_bytes_per_second: Option<u64>,
    },
    /// Something that a person should know.
    Alarm {
        /// What.
        message: String,
    },
    /// A kind that this version does not know.
    #[serde(other)]
    Unknown,
}

impl EventKind {
    /// The kind's name, as in `event:` of the stream.
    pub fn name(&self) -> &'static str {
        match self {
            EventKind::NodeCreated => "node_created",
            EventKind::NodeChanged { .. } => "node_changed",
            EventKind::NodeDeleted => "node_deleted",
            EventKind::Progress { .. } => "progress",
            EventKind::Alarm { .. } => "alarm",
            EventKind::Unknown => "unknown",
        }
    }
}
