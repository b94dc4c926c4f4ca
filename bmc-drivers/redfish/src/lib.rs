//! The Redfish driver: power, boot override and identity of machines behind a Redfish service.
//!
//! It reads leniently (any property may be absent or of another type than the schema says), writes strictly (what is not
//! offered is refused here), and reads back what it wrote. It starts no process, follows no link to another origin, and
//! connects only to the networks it was told. It knows no node and makes no decision about a machine's life.

mod boot;
mod connection;
mod connections;
mod driver;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod identity;
mod lane;
mod message;
mod options;
mod power;
mod resources;
mod retry;
mod session;
mod system;
mod vendors;

pub use driver::RedfishDriver;
pub use options::{AddressCheck, Options, Pace, TokioPace};
