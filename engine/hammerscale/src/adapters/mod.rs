//! What the ports are plugged into when the daemon really runs: the system's clock and randomness, and HTTP to the agents.

pub mod agents;
mod pinned;
pub mod system;
