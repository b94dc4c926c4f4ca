//! Disks: opening them, their partition tables, wiping, and choosing the root disk.

pub mod choose;
pub mod device;
pub mod gpt;
pub mod partitions;
pub mod wipe;
