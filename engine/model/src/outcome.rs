//! What came of an effect: the fact that goes back into the lifecycle.

use crate::{PowerState, Step};
use serde_json::Value;

/// Who can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Trying again may help; the budget for that is used up.
    Exhausted,
    /// A person has to act: wrong password, no such system, disk too small.
    OperatorMustAct,
    /// The engine or the other side is at fault.
    Bug,
}

/// Why an effect did not come about.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Who can help.
    pub kind: FailureKind,
    /// What happened and what to do about it, for a person; never a secret.
    pub message: String,
}

/// What came of an effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The power state that was read back.
    Power(PowerState),
    /// Done, and nothing to tell.
    Done,
    /// Whether an agent answered.
    AgentAnswers(bool),
    /// The agent's steps and its version of them.
    AgentSteps {
        /// The steps, each once.
        steps: Vec<Step>,
        /// `hardware_manager_version`.
        version: Option<Value>,
    },
    /// The agent has begun the step; its end is announced by a heartbeat.
    StepStarted,
    /// The answer of a short agent command.
    AgentAnswer(Value),
    /// It failed for good.
    Failed(Failure),
}
