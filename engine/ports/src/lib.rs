//! Traits for all that is outside the engine's core, and the data that crosses them. No I/O of its own.

pub mod agent;
pub mod allocations;
pub mod asker;
pub mod blob;
pub mod boundary;
pub mod clock;
pub mod engine;
pub mod event;
pub mod hardware;
pub mod netboot;
pub mod query;
pub mod resources;
pub mod store;
