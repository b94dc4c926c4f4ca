//! The shell around the pure lifecycle: it takes facts in, asks the core, stores what was decided, does what is to be done, and brings
//! the outcomes back as facts. It makes no decision about a node's state.

mod agents;
mod allocations;
mod bios_settings;
mod boot;
mod conductor;
mod config_drive;
mod deploy_templates;
mod digest;
mod doors;
pub mod effects;
pub mod hardware;
mod image;
mod inspection;
mod inspection_rules;
mod instance_boot;
mod last_seen;
mod locks;
mod node_hardware;
mod node_ports;
mod node_ramdisk;
mod outbox;
mod quoted;
mod resume;
mod settings;
mod stream;
mod sweep;
mod timers;
mod to_its_end;
mod turn;
mod validate;
mod vifs;

pub use conductor::{Conductor, Parts};
pub use settings::{OwnRamdisk, RamdiskSettings, Settings};
