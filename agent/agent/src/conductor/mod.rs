//! The agent's side of the calls to the conductor: lookup, heartbeat, inspection.

pub mod api;
pub mod heartbeat;
pub mod inspection;
pub mod lookup;
pub mod mandate;
pub mod pause;
