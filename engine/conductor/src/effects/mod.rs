//! The registry of effects: one file each. Every kind of action has a probe that reads the world, or is declared to be done at most once.

mod agent_command;
mod agent_step;
mod boot_device;
mod find_agent;
mod inject_nmi;
mod list_agent_steps;
mod power;
mod read_power;
mod restart;
mod simulate;

use crate::conductor::Conductor;
use crate::hardware::Machine;
use async_trait::async_trait;
use bmc_core::{BmcError, ErrorKind};
use model::{Action, FailureKind, Node, Outcome};
use ports::agent::AgentCallError;

/// What an effect works with.
pub struct Context {
    pub(crate) conductor: Conductor,
    pub(crate) action: Action,
    pub(crate) node: Node,
    pub(crate) machine: Machine,
}

/// What the world says of an effect that was begun before.
#[derive(Debug)]
pub enum Probe {
    /// It is done.
    Done(Outcome),
    /// It is not done.
    NotDone,
    /// The world cannot be read, or does not tell.
    Unknown,
}

/// How sure one can be after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The wanted level can be read back: doing it again is harmless.
    Probed,
    /// An edge: never done twice when nobody knows whether it was done.
    AtMostOnce,
}

/// Why an act did not come about.
#[derive(Debug)]
pub struct ActError {
    /// `Exhausted`: trying again may help, as long as the budget lasts.
    pub kind: FailureKind,
    /// What happened and what to do, for a person.
    pub message: String,
}

impl ActError {
    pub(crate) fn passing(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Exhausted,
            message: message.into(),
        }
    }

    pub(crate) fn lasting(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::OperatorMustAct,
            message: message.into(),
        }
    }
}

impl From<BmcError> for ActError {
    fn from(error: BmcError) -> Self {
        let kind = match error.kind() {
            ErrorKind::Retryable => FailureKind::Exhausted,
            ErrorKind::OperatorMustAct => FailureKind::OperatorMustAct,
            ErrorKind::Bug => FailureKind::Bug,
        };
        Self {
            kind,
            message: error.to_string(),
        }
    }
}

impl From<AgentCallError> for ActError {
    fn from(error: AgentCallError) -> Self {
        let kind = match error {
            AgentCallError::Unreachable { .. } | AgentCallError::Busy(_) => FailureKind::Exhausted,
            AgentCallError::Refused { .. } | AgentCallError::NoAddress => {
                FailureKind::OperatorMustAct
            }
            AgentCallError::Malformed { .. } => FailureKind::Bug,
        };
        Self {
            kind,
            message: error.to_string(),
        }
    }
}

/// One kind of effect.
#[async_trait]
pub trait EffectKind: Send + Sync {
    /// The action's name that it serves.
    fn name(&self) -> &'static str;
    /// How sure one can be after a crash.
    fn certainty(&self) -> Certainty;
    /// Reads the world: was it done?
    async fn probe(&self, context: &Context) -> Probe;
    /// Does it, and sees it done.
    async fn act(&self, context: &Context) -> Result<Outcome, ActError>;
}

/// Every kind of effect.
pub const REGISTRY: &[&dyn EffectKind] = &[
    &read_power::ReadPower,
    &power::SetPower,
    &boot_device::SetBootDevice,
    &find_agent::FindAgent,
    &list_agent_steps::ListAgentSteps,
    &agent_step::StartAgentStep,
    &agent_command::AgentCommand,
    &simulate::Simulate,
    &inject_nmi::InjectNmi,
    &restart::Restart,
];

/// The kind that serves an action. A test proves that each has one; an action without one answers as a bug.
pub(crate) fn find(action: &Action) -> &'static dyn EffectKind {
    REGISTRY
        .iter()
        .copied()
        .find(|kind| kind.name() == action.name())
        .unwrap_or(&Unregistered)
}

struct Unregistered;

#[async_trait]
impl EffectKind for Unregistered {
    fn name(&self) -> &'static str {
        "unregistered"
    }
    fn certainty(&self) -> Certainty {
        Certainty::AtMostOnce
    }
    async fn probe(&self, _context: &Context) -> Probe {
        Probe::Unknown
    }
    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        Err(ActError {
            kind: FailureKind::Bug,
            message: format!("no effect is registered for '{}'", context.action.name()),
        })
    }
}

/// Whether the API has such a boot device.
pub(crate) fn is_boot_device(word: &str) -> bool {
    boot_device::device(word).is_some()
}

/// The action is not the one that this kind serves: only a bug in the registry could do that.
pub(crate) fn mismatch(context: &Context) -> ActError {
    ActError {
        kind: FailureKind::Bug,
        message: format!(
            "the registry gave '{}' to the wrong effect",
            context.action.name()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_exactly_one_effect() {
        for name in Action::NAMES {
            let serving = REGISTRY.iter().filter(|kind| kind.name() == *name).count();
            assert_eq!(serving, 1, "{name}");
        }
        assert_eq!(REGISTRY.len(), Action::NAMES.len());
    }

    #[test]
    fn what_may_be_done_at_most_once_is_on_the_list() {
        let edges: Vec<&str> = REGISTRY
            .iter()
            .filter(|kind| kind.certainty() == Certainty::AtMostOnce)
            .map(|kind| kind.name())
            .collect();
        assert_eq!(
            edges,
            ["inject_nmi", "restart"],
            "new edges must be reviewed"
        );
    }
}
