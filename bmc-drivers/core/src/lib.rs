//! What a BMC driver is: where a BMC stands and how to log in ([`Target`]), the narrow capability traits a driver may
//! offer, and the errors that all drivers share.
//!
//! This crate knows no node, no engine, no wire protocol and no runtime. A driver implements the traits it can keep;
//! an absent capability is `None` in [`Driver`], never a method that always fails.
//!
//! Acceptance is not evidence: a BMC that answers "done" has only taken the order. Callers read back.

mod address;
mod boot;
mod driver;
mod error;
mod identity;
mod message;
mod network;
mod power;
mod secret;
mod target;

pub use address::{AddressError, BmcAddress, Scheme};
pub use boot::{
    BootDevice, BootDeviceKind, BootManners, BootMode, BootOverride, BootRequest, Persistence,
};
pub use driver::Driver;
pub use error::{BmcError, BoxError, ErrorKind};
pub use identity::{BmcFacts, EthernetFact, Identity, MacAddress, NoMacAddress};
pub use message::BmcMessage;
pub use network::{AllowedNetworks, Network, NetworkError};
pub use power::{Power, PowerAction, PowerState};
pub use secret::Secret;
pub use target::{AuthMode, SessionKey, Target, TlsPolicy};
