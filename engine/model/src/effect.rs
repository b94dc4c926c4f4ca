//! Effects: what the engine does to the world. An effect names a wanted level, is stored before it is acted on, and is probed
//! before it is acted on again. This is the closed list; the conductor's registry says how each is probed and done.

use crate::{Object, Phase, PowerState, Step, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An effect's identity: the node and a number that the node counts up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EffectId {
    /// The node.
    pub node: Uuid,
    /// Counts up per node, never used twice.
    pub number: u64,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    /// Read the power state. Changes nothing.
    ReadPower,
    /// Bring the power to a state and see it there.
    SetPower {
        /// The wanted state.
        target: PowerState,
        /// Seconds in which the machine may reach it by itself first.
        grace_seconds: u32,
        /// Whether the BMC asks the operating system first.
        soft: bool,
    },
    /// Choose the boot device.
    SetBootDevice {
        /// `pxe`, `disk`, ...
        device: String,
        /// For good, or once.
        persistent: bool,
    },
    /// Ask whether the agent answers. Changes nothing.
    FindAgent,
    /// Read the agent's step list. Changes nothing.
    ListAgentSteps {
        /// Which family.
        phase: Phase,
    },
    /// Have the agent begin a step.
    StartAgentStep {
        /// Which family.
        phase: Phase,
        /// The step.
        step: Step,
        /// Echo of the agent's version of its step list.
        version: Option<serde_json::Value>,
    },
    /// A short command of the agent.
    AgentCommand {
        /// Full name, such as `standby.sync`.
        name: String,
    },
    /// Pretend work, for fake hardware.
    Simulate {
        /// What is pretended.
        step: String,
        /// How long it takes.
        seconds: u32,
        /// Its arguments.
        #[serde(default, skip_serializing_if = "Object::is_empty")]
        args: Object,
    },
    /// Send a non-maskable interrupt.
    InjectNmi,
    /// Restart a running machine without powering it off; one that is off is powered on.
    Restart {
        /// Whether the operating system is asked to, and not the hardware.
        soft: bool,
    },
}

impl Action {
    /// Every kind of action by name, in one list: the registry's and the crash tests' source.
    pub const NAMES: &'static [&'static str] = &[
        "read_power",
        "set_power",
        "set_boot_device",
        "find_agent",
        "list_agent_steps",
        "start_agent_step",
        "agent_command",
        "simulate",
        "inject_nmi",
        "restart",
    ];

    /// The kind's name.
    pub fn name(&self) -> &'static str {
        match self {
            Action::ReadPower => "read_power",
            Action::SetPower { .. } => "set_power",
            Action::SetBootDevice { .. } => "set_boot_device",
            Action::FindAgent => "find_agent",
            Action::ListAgentSteps { .. } => "list_agent_steps",
            Action::StartAgentStep { .. } => "start_agent_step",
            Action::AgentCommand { .. } => "agent_command",
            Action::Simulate { .. } => "simulate",
            Action::InjectNmi => "inject_nmi",
            Action::Restart { .. } => "restart",
        }
    }
}

/// An effect in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Its identity.
    pub id: EffectId,
    /// What is to be done.
    pub action: Action,
    /// How often it was begun; above 0 the world is probed first.
    pub attempt: u32,
    /// When it was decided.
    pub created_at: Timestamp,
    /// The last attempt that failed, while it is tried again.
    #[serde(default)]
    pub retry: Option<Retry>,
}

/// A failed attempt of an effect that is tried again: told to people, decides nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retry {
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// How many there are before the effect fails.
    pub most_attempts: u32,
    /// What went wrong: one short line without secrets.
    pub error: String,
    /// When.
    pub failed_at: Timestamp,
    /// When the next attempt begins.
    pub next_at: Timestamp,
}
