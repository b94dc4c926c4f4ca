//! The virtual machine lab: real firmware, a real BMC emulator and real disks in a network namespace of its own.
//!
//! It drives the machine's own tools (qemu, libvirt, apt, ...) as subprocesses, which the product itself never does.
//! Everything it starts is recorded, so that a later run can clear what a crashed one left.

pub mod cache;
pub mod certificate;
pub mod cli;
pub mod command;
pub mod deadline;
pub mod disk_content;
pub mod domain;
pub mod image;
pub mod libvirt;
pub mod machine;
pub mod namespace;
pub mod network;
pub mod packages;
pub mod process;
pub mod record;
pub mod redfish;
pub mod router_advertisements;
pub mod sushy;
pub mod up;
pub mod web;

pub use machine::Machine;
pub use up::{Lab, LabOptions};
