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

/// Who asked for something, where that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    /// The user's name.
    pub user: String,
    /// The project on whose behalf.
    pub project: Option<String>,
}

/// What stood around an event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Circumstances {
    /// Where the node was going before it.
    pub target: Option<ProvisionState>,
    /// For how many seconds the node had been in its state.
    pub seconds: Option<u64>,
    /// Who had asked for what the engine was doing.
    pub asker: Option<Asker>,
    /// The conductor's name.
    pub conductor: Option<String>,
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
    /// What stood around it.
    #[serde(default)]
    pub circumstances: Circumstances,
}
