//! What a node is doing, what it waits for and what happens then. Not an Ironic document: it lives under `/hammerscale/v1/`.

use crate::instant;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a node is where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The node.
    pub node: Uuid,
    /// Its name.
    pub name: Option<String>,
    /// Its provision state.
    pub provision_state: String,
    /// Where it is going.
    pub target_provision_state: Option<String>,
    /// Its power state as last read.
    pub power_state: Option<String>,
    /// One sentence for a person.
    pub summary: String,
    /// What is under way; null at rest.
    pub activity: Option<Activity>,
    /// A power change beside it.
    pub errand: Option<Activity>,
    /// The last error.
    pub last_error: Option<String>,
    /// Whether the node is out of service.
    pub maintenance: bool,
    /// Why.
    pub maintenance_reason: Option<String>,
    /// What has to be mended.
    pub fault: Option<String>,
}

/// What is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// `inspect`, `clean`, `deploy`, ...
    pub kind: String,
    /// The stage under way, as people name it.
    pub stage: Option<String>,
    /// Which stage, counted from 1.
    pub stage_number: usize,
    /// How many stages the plan has now.
    pub stages: usize,
    /// When it all began.
    #[serde(with = "instant::precise")]
    pub started_at: Timestamp,
    /// When the stage began.
    #[serde(with = "instant::precise")]
    pub stage_started_at: Timestamp,
    /// How often the stage was begun.
    pub tries: u32,
    /// How often the agent was booted.
    pub boots: u32,
    /// An abort is waiting for the end of the step.
    pub abort_requested: bool,
    /// The wait, when it waits for the machine.
    pub waiting: Option<Waiting>,
    /// The stage's last attempt, when it failed and is made again.
    #[serde(default)]
    pub retry: Option<Retrying>,
}

/// An attempt that failed and is made again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retrying {
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// How many there are.
    pub most_attempts: u32,
    /// What went wrong.
    pub error: String,
    /// When.
    #[serde(with = "instant::precise")]
    pub failed_at: Timestamp,
    /// When the next one begins, or began.
    #[serde(with = "instant::precise")]
    pub next_at: Timestamp,
    /// Whether it has begun.
    #[serde(default)]
    pub under_way: bool,
    /// What happens when the last one fails.
    pub then: String,
}

/// A wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// For what.
    #[serde(rename = "for")]
    pub on: String,
    /// Since when.
    #[serde(with = "instant::precise")]
    pub since: Timestamp,
    /// Until when.
    #[serde(with = "instant::precise")]
    pub deadline: Timestamp,
    /// When set, each sign of life moves the deadline: it is reached after so many seconds of silence.
    pub silence_seconds: Option<u32>,
    /// What happens at the deadline.
    pub then: String,
}
