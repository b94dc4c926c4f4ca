//! The driver against a small BMC on loopback: logging in, refusing, lying, and broken answers.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod boot;
mod fake;
mod identity;
mod login;
mod power;
mod tls;
mod transport;
