//! The sockets of network boot: DHCP, TFTP, HTTP and router advertisements on one interface. What is answered is decided elsewhere.

mod artefacts;
mod config;
mod dhcp;
mod error;
mod http;
mod interface;
mod lease_book;
mod netboot;
mod router_advert;
mod tftp;

pub use artefacts::{ArtefactMap, LoadError};
pub use config::{
    Config, HttpLimits, InterfaceChoice, OtherServer, RouterAdvertisements, TftpConfig,
};
pub use error::StartError;
pub use netboot::{Handle, Netboot, Surroundings};
