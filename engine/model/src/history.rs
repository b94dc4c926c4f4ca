//! What happened to a node, line by line: the source of the timeline and of Ironic's node history.

use crate::{ProvisionState, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Part of the normal course.
    Info,
    /// Something failed.
    Error,
}

/// One line of a node's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Its identity.
    pub uuid: Uuid,
    /// The node.
    pub node: Uuid,
    /// When.
    pub at: Timestamp,
    /// The state the node was in.
    pub from: ProvisionState,
    /// The state after it.
    pub to: ProvisionState,
    /// What happened, in a word or two: `verb deploy`, `stage power off`, `deadline`.
    pub event: String,
    /// The stage it concerns, if any, as people name it.
    pub stage: Option<String>,
    /// More, for a reader; never a secret.
    pub detail: Option<String>,
    /// How bad.
    pub severity: Severity,
}
