//! Runbooks: lists of clean or service steps that an administrator approved, under a name.

use crate::{Object, Resource, ResourceKind, Step, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A step of a runbook. `Debug` leaves the arguments out: they may hold secrets.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct RunbookStep {
    /// The interface that offers it.
    pub interface: String,
    /// Its name.
    pub step: String,
    /// Its arguments.
    pub args: Object,
    /// Lower runs earlier; equal ones in the order of the list.
    pub order: i64,
}

impl fmt::Debug for RunbookStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}#{}", self.interface, self.step, self.order)
    }
}

/// A runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Runbook {
    /// Its identity.
    pub uuid: Uuid,
    /// Its name; unique. Older clients take it for the trait that lets a node use it.
    pub name: String,
    /// Free text, at most 255 characters.
    pub description: Option<String>,
    /// What it does; an interface's step at most once.
    pub steps: Vec<RunbookStep>,
    /// Whether its steps run without booting the agent.
    pub disable_ramdisk: bool,
    /// Free-form data of the client.
    pub extra: Object,
    /// Whether every project may see it.
    pub public: bool,
    /// The project it belongs to; none belongs to the administrators.
    pub owner: Option<String>,
    /// A node with one of these may use it.
    pub traits: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

impl Runbook {
    /// A runbook without name and steps, which both are to be set.
    pub fn new(uuid: Uuid, created_at: Timestamp) -> Self {
        Self {
            uuid,
            name: String::new(),
            description: None,
            steps: Vec::new(),
            disable_ramdisk: false,
            extra: Object::new(),
            public: false,
            owner: None,
            traits: Vec::new(),
            created_at,
            updated_at: None,
        }
    }

    /// Its steps as a plan has them, in their order.
    pub fn ordered_steps(&self) -> Vec<Step> {
        let mut steps: Vec<&RunbookStep> = self.steps.iter().collect();
        steps.sort_by_key(|step| step.order);
        let step = |step: &RunbookStep| Step {
            interface: step.interface.clone(),
            step: step.step.clone(),
            args: step.args.clone(),
            ..Step::default()
        };
        steps.into_iter().map(step).collect()
    }
}

impl Resource for Runbook {
    const KIND: ResourceKind = ResourceKind::Runbook;

    fn uuid(&self) -> Uuid {
        self.uuid
    }

    fn unique(&self) -> Vec<(&'static str, String)> {
        vec![("name", self.name.clone())]
    }
}
