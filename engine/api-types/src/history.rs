//! Lines of a node's history, in Ironic's form.

use crate::field::{Field, field};
use crate::{Link, instant};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// Its identity.
    pub uuid: Uuid,
    /// When.
    #[serde(with = "instant::optional")]
    pub created_at: Option<Timestamp>,
    /// `INFO` or `ERROR`.
    pub severity: String,
    /// What happened.
    pub event: String,
    /// What it concerns.
    pub event_type: Option<String>,
    /// The engine that wrote it.
    pub conductor: Option<String>,
    /// Who asked, where known.
    pub user: Option<String>,
    /// On whose behalf, where known.
    pub project: Option<String>,
    /// The provision state in which it happened.
    pub state: Option<String>,
    /// Where it was going then.
    pub target_provision_state: Option<String>,
    /// For how many seconds the node had been in that state.
    pub duration_seconds: Option<u64>,
    /// Where it is.
    pub links: Vec<Link>,
}

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 78),
    field("created_at", 78),
    field("severity", 78),
    field("event", 78),
    field("event_type", 78),
    field("conductor", 78),
    field("user", 78),
    field("project", 113),
    field("state", 115),
    field("target_provision_state", 115),
    field("duration_seconds", 115),
    field("links", 78),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["uuid", "created_at", "severity", "event"];
