//! The agent's own API over TLS: what the conductor calls.

pub mod certificate;
pub mod executor;
pub mod listen;
pub mod router;

#[cfg(test)]
mod tests;
