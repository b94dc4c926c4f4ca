//! The messages of the Ironic agent protocol, for both of its ends, and the extensions that Hammerscale announces on top.
//!
//! Only shapes live here: no I/O, no clocks, no policy. Field names, optionality and status strings are those that
//! Ironic and ironic-python-agent put on the wire; whatever either side may leave out is an `Option` or has a default,
//! so that an older or newer peer is understood. Tokens, nonces, passwords and config drives are [`WireSecret`]s: they
//! serialise, but never show in `Debug`.

mod command;
mod error_body;
mod extension;
mod heartbeat;
mod image;
mod inspection;
mod inventory;
mod lenient;
mod lookup;
mod secret;
mod step;

pub use command::{Command, CommandError, CommandList, CommandResult, CommandStatus};
pub use error_body::ErrorBody;
pub use extension::{
    BOOT_IDENTITY_PATH, BOOT_NONCE_HEADER, BootIdentity, EXTENSION_VERSION, ExtensionConfig,
    HeartbeatExtension, Progress, ProgressPhase,
};
pub use heartbeat::HeartbeatRequest;
pub use image::ImageInfo;
pub use inspection::{InspectionAnswer, InspectionConfiguration, InspectionData, ManagerVersion};
pub use inventory::{BootInfo, Cpu, Disk, Firmware, Interface, Inventory, Memory, SystemVendor};
pub use lookup::{
    AgentContainers, LookupConfig, LookupNode, LookupResponse, MASKED, Metrics, Statsd,
};
pub use secret::WireSecret;
pub use step::{
    CleanResult, CleanSteps, DeployResult, DeploySteps, ServiceResult, ServiceSteps, Step,
    StepDescription, StepsByManager, VersionsByManager,
};

/// Header that carries the API microversion a request is written for (Ironic's name for it).
pub const API_VERSION_HEADER: &str = "X-OpenStack-Ironic-API-Version";
/// Highest microversion the lookup request is written for, as the minor number of `1.N`.
pub const LOOKUP_MAX_MINOR: u16 = 62;
/// Highest microversion the heartbeat is written for, as the minor number of `1.N`.
pub const HEARTBEAT_MAX_MINOR: u16 = 68;
/// Microversion an agent assumes when the root document cannot be read, as the minor number of `1.N`.
pub const FALLBACK_MINOR: u16 = 31;
/// First microversion whose heartbeat may carry `agent_version`.
pub const AGENT_VERSION_MINOR: u16 = 36;
/// First microversion whose heartbeat may carry `agent_token`.
pub const AGENT_TOKEN_MINOR: u16 = 62;
/// First microversion whose heartbeat may carry `agent_verify_ca`.
pub const AGENT_VERIFY_CA_MINOR: u16 = 68;
/// Shortest token an agent accepts, in characters.
pub const MIN_TOKEN_LENGTH: usize = 32;
