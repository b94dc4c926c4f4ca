//! Being PID 1: mounts, console, modules, the clock, watching over the agent proper, and never leaving a dead machine.

pub mod clock;
pub mod entropy;
pub mod modules;
pub mod mounts;
pub mod supervise;
