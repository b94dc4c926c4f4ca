//! Why the service could not start, in words that say what to change.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use netboot_core::dhcp::EncodeError;
use netboot_core::site::SiteError;
use ports::netboot::LeaseStoreError;

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configured site does not fit together.
    #[error("checking the boot network's configuration")]
    Site(#[from] SiteError),
    /// The machine's interfaces could not be listed.
    #[error("listing the network interfaces")]
    ListInterfaces(#[source] io::Error),
    /// No interface has the name, or none owns the address.
    #[error("there is no network interface {0}")]
    NoInterface(String),
    /// The interface does not own the server's address.
    #[error("interface {interface} does not have the address {address}")]
    AddressNotOnInterface {
        /// The interface.
        interface: String,
        /// The server's address.
        address: Ipv4Addr,
    },
    /// A socket could not be opened. Ports below 1024 need `CAP_NET_BIND_SERVICE`, binding to an interface `CAP_NET_RAW`.
    #[error("opening the {service} socket on {address}")]
    Open {
        /// Which listener.
        service: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The probe for another DHCP server failed.
    #[error("asking whether another DHCP server is on {interface}")]
    Probe {
        /// The interface.
        interface: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The probe's question could not be written.
    #[error("writing the question for another DHCP server")]
    ProbeEncode(#[from] EncodeError),
    /// Another server lends addresses.
    #[error(
        "another DHCP server, {server}, answers on {interface}: stop it, use the DHCP mode 'proxy' beside it, or allow serving beside it by name"
    )]
    OtherServer {
        /// The address it gives for itself.
        server: Ipv4Addr,
        /// Where it answered.
        interface: String,
    },
    /// The leases could not be read.
    #[error("reading the leases")]
    Leases(#[from] LeaseStoreError),
}
