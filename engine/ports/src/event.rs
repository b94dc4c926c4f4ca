//! The event stream: everything that happened, in commit order, with a cursor.

use model::{ProvisionState, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in the stream. Cursors of an earlier run of the daemon are expired: the client lists again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum EventKind {
    /// A node was enrolled.
    NodeCreated,
    /// A node changed: its states as they are now.
    NodeChanged {
        /// Provision state before.
        from: ProvisionState,
        /// Provision state now.
        provision_state: ProvisionState,
        /// Where it is going.
        target_provision_state: Option<ProvisionState>,
        /// Power state as last read.
        power_state: Option<String>,
        /// The stage under way.
        stage: Option<String>,
        /// The last error.
        last_error: Option<String>,
    },
    /// A node is gone.
    NodeDeleted,
    /// A step tells how far it is. Never stored.
    Progress {
        /// The step.
        step: String,
        /// What it does right now, such as `writing`.
        phase: Option<String>,
        /// Bytes done.
        done_bytes: Option<u64>,
        /// Bytes in all, where known.
        total_bytes: Option<u64>,
        /// Bytes per second.
        rate_bytes_per_second: Option<u64>,
    },
    /// Something on the boot network that a person should know.
    Alarm {
        /// What.
        message: String,
    },
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its place.
    pub cursor: Cursor,
    /// When.
    pub at: Timestamp,
    /// The node, where it concerns one.
    pub node: Option<Uuid>,
    /// The node's name, where it has one.
    pub name: Option<String>,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}
