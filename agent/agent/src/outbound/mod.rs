//! Everything the agent fetches: name resolution, trust, and the rules about where it may connect.

pub mod client;
pub mod dns;
pub mod document;
pub mod fetch_error;
pub mod networks;
pub mod proxies;
pub mod trust;

#[cfg(test)]
pub(crate) mod tests;
