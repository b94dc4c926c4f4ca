//! The lifecycle's own proof: every row of the table, whole flows fact by fact, and properties over random facts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)]

mod allocation;
mod fake;
mod flags;
mod flows;
mod given_up;
mod instance;
mod power;
mod properties;
mod reserved;
mod rows;
mod world;
