//! What the engine is doing with a node right now: a flow is an ordered list of stages with a cursor. Stored with the node, so a
//! restarted engine goes on where the last one stopped.

use crate::{Asker, EffectId, Object, PowerState, PowerTarget, Step, Timestamp};
use serde::{Deserialize, Serialize};

/// What a flow is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowKind {
    /// enroll to manageable.
    Verify,
    /// Collect hardware facts.
    Inspect,
    /// Automated cleaning, to available.
    Clean,
    /// Cleaning by request, to manageable.
    ManualClean,
    /// Deploy or rebuild, to active.
    Deploy,
    /// active to deleting; cleaning follows.
    Undeploy,
    /// Take over, to active.
    Adopt,
    /// Start the rescue ramdisk.
    Rescue,
    /// Back from rescue.
    Unrescue,
    /// Service an active node.
    Service,
    /// A power change that leaves the provision state alone.
    Power(PowerTarget),
    /// A boot device set by request, which waits for it.
    BootDevice,
    /// A non-maskable interrupt sent by request, which waits for it.
    InjectNmi,
}

/// Which family of agent steps is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Clean steps.
    Clean,
    /// Deploy steps.
    Deploy,
    /// Service steps.
    Service,
}

impl Phase {
    /// The agent's word for it, as in `clean.get_clean_steps`.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Clean => "clean",
            Phase::Deploy => "deploy",
            Phase::Service => "service",
        }
    }
}

/// One stage of a flow. Most become one effect; some only wait; `OpenBoot` and `CloseBoot` only change the node's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum Stage {
    /// Read the power state; proves address and credentials.
    ReadPower,
    /// Ask whether the agent of an earlier boot still answers; if it does, skip the next `skip` stages.
    FindAgent {
        /// How many stages boot the agent.
        skip: usize,
    },
    /// Bring the power to a state and see it there.
    SetPower {
        /// The wanted state.
        target: PowerState,
        /// Seconds in which the machine may reach it by itself (it was told to) before the BMC forces it; 0 forces at once.
        grace_seconds: u32,
        /// Whether the BMC asks the operating system first.
        soft: bool,
    },
    /// Choose what the machine boots from next.
    SetBootDevice {
        /// `pxe`, `disk`, ...
        device: String,
        /// For good, or once.
        persistent: bool,
    },
    /// Let the machine boot the agent from the network: mints the boot's identity.
    OpenBoot,
    /// From now on the machine boots from its disk.
    CloseBoot,
    /// Wait for the agent's first heartbeat.
    AwaitAgent,
    /// Wait for the agent's inventory.
    AwaitInspection,
    /// Ask the agent which steps it has, and put them into the plan.
    ListAgentSteps {
        /// Which family.
        phase: Phase,
    },
    /// Have the agent run a step, and wait for its end.
    AgentStep {
        /// Which family.
        phase: Phase,
        /// The step.
        step: Step,
    },
    /// One short command of the agent: its answer is the outcome.
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
    /// Wait between steps.
    Pause {
        /// How long; none: until the agent is heard.
        seconds: Option<u32>,
        /// The step that asks for it.
        step: Step,
    },
    /// Stop until a person says `unhold`.
    Hold {
        /// The step that asks for it.
        #[serde(default)]
        step: Step,
    },
}

impl Stage {
    /// As people name it.
    pub fn label(&self) -> String {
        match self {
            Stage::ReadPower => "read power state".into(),
            Stage::FindAgent { .. } => "look for a running agent".into(),
            Stage::SetPower { target, .. } => target.to_string(),
            Stage::SetBootDevice { device, .. } => format!("boot device {device}"),
            Stage::OpenBoot => "offer network boot".into(),
            Stage::CloseBoot => "end network boot".into(),
            Stage::AwaitAgent => "boot the agent".into(),
            Stage::AwaitInspection => "boot the agent and inspect".into(),
            Stage::ListAgentSteps { phase } => format!("list {} steps", phase.as_str()),
            Stage::AgentStep { step, .. } => step.full_name(),
            Stage::AgentCommand { name } => name.clone(),
            Stage::Simulate { step, .. } => step.clone(),
            Stage::InjectNmi => "send a non-maskable interrupt".into(),
            Stage::Restart { soft: false } => "restart".into(),
            Stage::Restart { soft: true } => "soft restart".into(),
            Stage::Pause { .. } => "wait".into(),
            Stage::Hold { .. } => "hold".into(),
        }
    }
}

/// Whom a flow waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitFor {
    /// The agent's first heartbeat after a boot.
    Agent,
    /// The agent's inventory.
    Inspection,
    /// The end of an agent's step.
    Step,
    /// Nobody: time passes.
    Pause,
}

/// A wait: for whom, since when, until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// For whom.
    #[serde(rename = "for")]
    pub on: WaitFor,
    /// Since when.
    pub since: Timestamp,
    /// What happens then is the lifecycle's to say.
    pub deadline: Timestamp,
    /// When set, the deadline moves with each heartbeat: it is reached after so many seconds of silence.
    pub silence_seconds: Option<u32>,
}

/// What the engine is doing with a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// What for.
    pub kind: FlowKind,
    /// The plan.
    pub stages: Vec<Stage>,
    /// The stage under way.
    pub cursor: usize,
    /// The effect whose outcome is awaited.
    pub pending: Option<EffectId>,
    /// The wait under way.
    pub wait: Option<Wait>,
    /// How often the stage under way was begun.
    pub tries: u32,
    /// How often the agent was booted in this flow.
    pub boots: u32,
    /// When the flow began.
    pub started_at: Timestamp,
    /// When the stage under way began.
    pub stage_started_at: Timestamp,
    /// What the next wait is for has come already: a machine may be quicker than the BMC that tells of its power.
    #[serde(default)]
    pub came_early: bool,
    /// An abort was asked for while a step ran that cannot be interrupted.
    pub abort_requested: bool,
    /// Steps a client asked for; merged into the plan when the agent's own are known.
    pub requested_steps: Vec<Step>,
    /// Who asked for it.
    #[serde(default)]
    pub asker: Option<Asker>,
    /// The agent's `hardware_manager_version`, echoed with each step.
    pub agent_steps_version: Option<serde_json::Value>,
}

impl Flow {
    /// The stage under way.
    pub fn stage(&self) -> Option<&Stage> {
        self.stages.get(self.cursor)
    }
}
