//! Everything the agent fetches: name resolution, trust, and the rules about where it may connect.

pub mod client;
pub mod dns;
pub mod networks;
pub mod trust;
