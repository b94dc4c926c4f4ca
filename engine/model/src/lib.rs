//! The nouns of the engine: nodes, ports, states, steps, effects. Data only: no I/O, no async, no clock, no randomness.

pub mod allocation;
pub mod bios_setting;
pub mod boot;
pub mod chassis;
pub mod deploy_template;
pub mod effect;
pub mod flow;
pub mod guarded;
pub mod history;
pub mod inspection_rule;
pub mod interface;
pub mod mac;
pub mod mask;
pub mod node;
pub mod outcome;
pub mod port;
pub mod port_group;
pub mod power;
pub mod refusal;
pub mod resource;
pub mod root_device;
pub mod runbook;
pub mod secret;
pub mod state;
pub mod step;
pub mod trait_name;
pub mod verb;
pub mod volume_connector;
pub mod volume_target;

pub use allocation::{Allocation, AllocationState};
pub use bios_setting::BiosSetting;
pub use chassis::Chassis;
pub use deploy_template::{DeployTemplate, TemplateStep};
pub use effect::{Action, Effect, EffectId, Retry};
pub use flow::{Flow, FlowKind, Phase, Stage, Wait, WaitFor};
pub use guarded::Guarded;
pub use history::{Asker, Circumstances, HistoryEntry, Severity};
pub use inspection_rule::{InspectionRule, RulePart};
pub use interface::InterfaceKind;
pub use mac::MacAddress;
pub use node::{AgentLink, BootTicket, Fault, Node};
pub use outcome::{Failure, FailureKind, Outcome};
pub use port::Port;
pub use port_group::PortGroup;
pub use power::{PowerState, PowerTarget};
pub use refusal::{Refusal, RefusalKind};
pub use resource::{Resource, ResourceKind};
pub use runbook::{Runbook, RunbookStep};
pub use secret::Secret;
pub use state::{ProvisionState, StateClass};
pub use step::Step;
pub use verb::Verb;
pub use volume_connector::VolumeConnector;
pub use volume_target::VolumeTarget;

/// A JSON object, as the API's free-form fields hold it.
pub type Object = serde_json::Map<String, serde_json::Value>;

/// An instant in UTC. The model never reads a clock: instants come in as data.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
