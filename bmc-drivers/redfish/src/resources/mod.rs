//! The Redfish resources as far as the driver reads them. Every property may be absent, null or of another type than the
//! schema says; then it is `None`. Nothing here is ever written back.

mod boot;
mod collection;
mod ethernet;
mod lenient;
mod manager;
mod root;
mod system;

pub(crate) use boot::{Boot, ENABLED, HTTP_URI, MODE, TARGET};
pub(crate) use collection::Collection;
pub(crate) use ethernet::EthernetInterface;
pub(crate) use lenient::Link;
pub(crate) use manager::Manager;
pub(crate) use root::ServiceRoot;
pub(crate) use system::{ActionInfo, ComputerSystem, SystemSettings};
