//! Where the time of a node went. Not an Ironic document: it lives under `/hammerscale/v1/`.

use crate::instant;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A node's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The node.
    pub node: Uuid,
    /// Its name.
    pub name: Option<String>,
    /// Its provision state now.
    pub provision_state: String,
    /// What happened, oldest first.
    pub entries: Vec<TimelineEntry>,
    /// Seconds spent, added up per stage, in order of first appearance.
    pub stages: Vec<StageTotal>,
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    #[serde(with = "instant::precise")]
    pub at: Timestamp,
    /// What happened.
    pub event: String,
    /// The stage it concerns, if any.
    pub stage: Option<String>,
    /// The provision state before.
    pub from: String,
    /// The provision state after.
    pub to: String,
    /// More, for a reader.
    pub detail: Option<String>,
    /// `info` or `error`.
    pub severity: String,
    /// Seconds until the next line, or until now when the node is still at work; null at rest.
    pub seconds: Option<f64>,
}

/// Time spent in one stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageTotal {
    /// The stage; the event where there is none.
    pub stage: String,
    /// Seconds.
    pub seconds: f64,
}
