//! The steps this agent offers. A new step is a new file and one line in [`ALL`]. No user and no image can add one.

pub mod erase_devices_metadata;
pub mod write_image;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use agent_wire::{StepDescription, StepsByManager, VersionsByManager};
use serde_json::{Map, Value};

use crate::agent::Agent;
use crate::failure::Failure;

/// Name of the one hardware manager.
pub const MANAGER: &str = "HammerscaleHardwareManager";
/// Its version; it changes when the list of steps does.
pub const MANAGER_VERSION: &str = "1.0";

/// When a step is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Cleaning.
    Clean,
    /// Deployment.
    Deploy,
    /// Servicing.
    Service,
}

/// What a step works with.
pub struct StepContext {
    /// The agent.
    pub agent: Arc<Agent>,
    /// The node as the conductor sent it.
    pub node: Value,
    /// The step's arguments.
    pub args: Map<String, Value>,
}

/// A running step.
pub type Run = Pin<Box<dyn Future<Output = Result<Option<Value>, Failure>> + Send>>;

/// A step.
pub struct StepSpec {
    /// Its name.
    pub name: &'static str,
    /// Interface it counts under.
    pub interface: &'static str,
    /// Phases with their priority; 0 runs only when asked for.
    pub phases: &'static [(Phase, i64)],
    /// Whether it may be aborted.
    pub abortable: bool,
    /// Arguments: name, description, required.
    pub arguments: &'static [(&'static str, &'static str, bool)],
    /// The work.
    pub run: fn(StepContext) -> Run,
}

/// Every step.
pub const ALL: &[StepSpec] = &[erase_devices_metadata::SPEC, write_image::SPEC];

/// What is offered in a phase.
pub fn offered(phase: Phase) -> StepsByManager {
    let list: Vec<_> = ALL
        .iter()
        .filter_map(|spec| describe(spec, phase))
        .collect();
    if list.is_empty() {
        StepsByManager::new()
    } else {
        [(MANAGER.to_owned(), list)].into()
    }
}

/// Versions of the managers.
pub fn versions() -> VersionsByManager {
    [(MANAGER.to_owned(), MANAGER_VERSION.to_owned())].into()
}

/// Finds a step of a phase.
pub fn find(phase: Phase, name: &str) -> Result<&'static StepSpec, Failure> {
    ALL.iter()
        .find(|s| s.name == name && s.phases.iter().any(|(p, _)| *p == phase))
        .ok_or_else(|| {
            let known: Vec<_> = ALL
                .iter()
                .filter(|s| s.phases.iter().any(|(p, _)| *p == phase))
                .map(|s| s.name)
                .collect();
            Failure::params(format!(
                "this agent has no step \"{}\" here; it has: {}",
                name.chars().take(64).collect::<String>(),
                known.join(", ")
            ))
        })
}

fn describe(spec: &StepSpec, phase: Phase) -> Option<StepDescription> {
    let (_, priority) = spec.phases.iter().find(|(p, _)| *p == phase)?;
    let arguments: Map<String, Value> = spec
        .arguments
        .iter()
        .map(|(name, text, required)| {
            (
                (*name).to_owned(),
                serde_json::json!({"description": text, "required": required}),
            )
        })
        .collect();
    Some(StepDescription {
        step: spec.name.to_owned(),
        priority: *priority,
        interface: spec.interface.to_owned(),
        reboot_requested: false,
        abortable: spec.abortable,
        argsinfo: (!arguments.is_empty()).then_some(arguments),
        extra: Map::new(),
    })
}
