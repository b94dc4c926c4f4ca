//! The Ironic documents as serde types, by microversion: what the server writes and the client reads. One file a resource.
//! Shapes and the table of which field exists since when; no I/O, no rules about who may change what.

pub mod allocation;
pub mod bios_setting;
pub mod boot_device;
pub mod chassis;
pub mod collection;
pub mod conductor;
pub mod deploy_template;
pub mod driver;
pub mod error;
pub mod event;
pub mod explanation;
pub mod field;
pub mod history;
pub mod inspection_rule;
pub mod instant;
pub mod inventory;
pub mod link;
pub mod logs;
pub mod microversion;
pub mod node;
pub mod patch;
pub mod port;
pub mod portgroup;
pub mod root;
pub mod runbook;
pub mod shard;
pub mod states;
pub mod timeline;
pub mod traits;
pub mod validation;
pub mod volume;

pub use boot_device::{BootDevice, BootDeviceBody, SupportedBootDevices};
pub use collection::{ConductorList, DriverList, HistoryList, NodeList, PortList};
pub use conductor::Conductor;
pub use driver::Driver;
pub use error::{ErrorBody, Fault};
pub use event::{Event, EventKind, StreamStart};
pub use explanation::{Activity, Explanation, Retrying, Waiting};
pub use field::Field;
pub use history::History;
pub use inventory::Inventory;
pub use link::Link;
pub use logs::AgentLogs;
pub use microversion::Microversion;
pub use node::{Node, NodeCreate};
pub use patch::PatchOperation;
pub use port::{Port, PortCreate};
pub use root::{Root, RootV1, VersionDocument};
pub use states::{MaintenanceBody, PowerBody, ProvisionBody, States};
pub use timeline::{Timeline, TimelineEntry};
pub use traits::Traits;
pub use validation::InterfaceValidation;

/// The request and response header that carries the microversion under Ironic's older name.
pub const VERSION_HEADER: &str = "X-OpenStack-Ironic-API-Version";
/// The response header with the lowest microversion served.
pub const MINIMUM_VERSION_HEADER: &str = "X-OpenStack-Ironic-API-Minimum-Version";
/// The response header with the highest microversion served.
pub const MAXIMUM_VERSION_HEADER: &str = "X-OpenStack-Ironic-API-Maximum-Version";
/// The request header that carries the microversions of all services, `baremetal 1.N` among them.
pub const OPENSTACK_VERSION_HEADER: &str = "OpenStack-API-Version";
