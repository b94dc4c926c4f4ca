//! The Hammerscale daemon and command line: wiring only. What a machine needs next is decided in `lifecycle`, never here.

pub mod adapters;
pub mod cli;
pub mod config;
pub mod import;
pub mod ramdisk;
pub mod serve;
