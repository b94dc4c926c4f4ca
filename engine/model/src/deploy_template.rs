//! Deploy templates: steps that a deployment runs besides its own, chosen by a trait of the instance.

use crate::{Object, Resource, ResourceKind, Step, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A step of a template. `Debug` leaves the arguments out: they may hold secrets.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateStep {
    /// The interface that offers it.
    pub interface: String,
    /// Its name.
    pub step: String,
    /// Its arguments.
    pub args: Object,
    /// Higher runs earlier; 0 leaves the step out.
    pub priority: i64,
}

impl TemplateStep {
    /// The step as a plan has it.
    pub fn to_step(&self) -> Step {
        Step {
            interface: self.interface.clone(),
            step: self.step.clone(),
            args: self.args.clone(),
            priority: self.priority,
            ..Step::default()
        }
    }
}

impl fmt::Debug for TemplateStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}@{}", self.interface, self.step, self.priority)
    }
}

/// A deploy template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeployTemplate {
    /// Its identity.
    pub uuid: Uuid,
    /// The trait that chooses it; unique.
    pub name: String,
    /// Free text, at most 255 characters.
    pub description: Option<String>,
    /// What it adds; an interface's step at most once.
    pub steps: Vec<TemplateStep>,
    /// Free-form data of the client.
    pub extra: Object,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

impl DeployTemplate {
    /// A template without name and steps, which both are to be set.
    pub fn new(uuid: Uuid, created_at: Timestamp) -> Self {
        Self {
            uuid,
            name: String::new(),
            description: None,
            steps: Vec::new(),
            extra: Object::new(),
            created_at,
            updated_at: None,
        }
    }
}

impl Resource for DeployTemplate {
    const KIND: ResourceKind = ResourceKind::DeployTemplate;

    fn uuid(&self) -> Uuid {
        self.uuid
    }

    fn unique(&self) -> Vec<(&'static str, String)> {
        vec![("name", self.name.clone())]
    }
}
