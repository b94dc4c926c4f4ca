//! What the outside tells the lifecycle. A fact is what was asked or seen, never what should follow from it.

use crate::rules::NodeChanges;
use model::{
    DeployTemplate, EffectId, Object, Outcome, Port, PowerState, PowerTarget, Secret, Step,
    Timestamp, Verb,
};
use serde_json::Value;

/// A provision verb that a client asked for.
#[derive(Clone)]
pub struct ProvisionAsked {
    /// The verb.
    pub verb: Verb,
    /// Hash of the config drive in the blob table.
    pub config_drive: Option<String>,
    /// Clean, deploy or service steps.
    pub steps: Vec<Step>,
    /// Run the steps without booting the agent.
    pub disable_ramdisk: bool,
    /// For deployments: the templates that the instance's traits name.
    pub templates: Vec<DeployTemplate>,
}

impl ProvisionAsked {
    /// A verb without arguments.
    pub fn new(verb: Verb) -> Self {
        Self {
            verb,
            config_drive: None,
            steps: Vec::new(),
            disable_ramdisk: false,
            templates: Vec::new(),
        }
    }
}

/// What an inspection found.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// Hash of the inventory in the blob table.
    pub inventory: String,
    /// Properties to set: cpu_arch, cpus, memory_mb, local_gb.
    pub properties: Object,
    /// `uefi` or `bios`.
    pub boot_mode: Option<String>,
    /// Ports to add, for the interfaces that have none yet.
    pub new_ports: Vec<Port>,
    /// What the agent itself found wrong.
    pub error: Option<String>,
    /// What the inspection rules made of it.
    pub rules: RuleResults,
}

/// What inspection rules made of a node and its ports.
#[derive(Clone, Debug, Default)]
pub struct RuleResults {
    /// Changes of the node, beyond what the inspection itself says.
    pub changes: NodeChanges,
    /// The node's ports that are different now.
    pub ports: Vec<Port>,
    /// Why the inspection fails.
    pub failure: Option<String>,
}

/// What the outside tells.
#[derive(Clone)]
pub enum Fact {
    /// A client asked for a provision verb.
    Provision(ProvisionAsked),
    /// A client asked for a power change.
    Power {
        /// What.
        target: PowerTarget,
        /// How long a soft power off may take.
        timeout_seconds: Option<u32>,
    },
    /// A client took the node out of service, or back.
    Maintenance {
        /// Out, or back.
        on: bool,
        /// Why.
        reason: Option<String>,
    },
    /// A client asked for a boot device, and waits until the BMC shows it.
    BootDevice {
        /// `pxe`, `disk`, ...
        device: String,
        /// For good, or once.
        persistent: bool,
    },
    /// A client asked for a non-maskable interrupt, and waits until it is sent.
    InjectNmi,
    /// An effect came to its end.
    Outcome {
        /// Which.
        effect: EffectId,
        /// How.
        outcome: Outcome,
    },
    /// An agent with the boot's proof introduced itself and is given this token.
    AgentLookedUp {
        /// The token.
        token: Secret<String>,
    },
    /// A heartbeat that tells something new, or that a flow waits for.
    AgentHeartbeat {
        /// Where its API is.
        url: String,
        /// Its certificate, PEM.
        certificate: Option<String>,
        /// Its version.
        version: Option<String>,
    },
    /// An agent sent its inventory.
    Inspected(Inspected),
    /// The agent's step came to its end.
    StepFinished {
        /// When the stage that was asked about had begun: an answer about an earlier one means nothing.
        begun: Timestamp,
        /// The step, as the agent echoes it.
        step: Step,
        /// Its result, or why it failed.
        result: Result<Value, String>,
        /// Hash of the agent's logs in the blob table, where they were fetched.
        logs: Option<String>,
    },
    /// The agent answers but knows nothing of the step that it began: it was restarted.
    AgentForgot {
        /// When the stage that was asked about had begun.
        begun: Timestamp,
    },
    /// The wait that ends at this instant is over, without what it waited for.
    DeadlineReached {
        /// The deadline as the node's record has it.
        deadline: Timestamp,
    },
    /// An effect that a flow awaits is not in the outbox (a database put back from a backup, say).
    EffectLost(EffectId),
    /// The power state was read, without a flow asking for it.
    PowerObserved {
        /// What was read.
        state: PowerState,
        /// The node's revision when the reading began: a change meanwhile makes it worthless.
        revision: u64,
    },
    /// The power state could not be read, again and again.
    PowerUnreadable {
        /// Why, for a person.
        error: String,
    },
}

impl Fact {
    /// Its name, for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Fact::Provision(asked) => asked.verb.as_str(),
            Fact::Power { .. } => "power",
            Fact::Maintenance { .. } => "maintenance",
            Fact::BootDevice { .. } => "boot_device",
            Fact::InjectNmi => "inject_nmi",
            Fact::Outcome { .. } => "outcome",
            Fact::AgentLookedUp { .. } => "agent_looked_up",
            Fact::AgentHeartbeat { .. } => "agent_heartbeat",
            Fact::Inspected(_) => "inspected",
            Fact::StepFinished { .. } => "step_finished",
            Fact::AgentForgot { .. } => "agent_forgot",
            Fact::DeadlineReached { .. } => "deadline_reached",
            Fact::EffectLost(_) => "effect_lost",
            Fact::PowerObserved { .. } => "power_observed",
            Fact::PowerUnreadable { .. } => "power_unreadable",
        }
    }
}
