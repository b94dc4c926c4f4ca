//! What an administrator sets. Values are checked when the service starts.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use model::boot::ArtefactName;
use netboot_core::rate::RateCap;
use netboot_core::site::Site;
use netboot_core::tftp::Limits;

/// Everything that the service needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// The interface that machines are booted on.
    pub interface: InterfaceChoice,
    /// The networks, the DHCP mode, the boot programs; `site.server` is the address that all listeners are bound to.
    pub site: Site,
    /// What to do when another DHCP server answers on the network that this one shall serve alone.
    pub other_server: OtherServer,
    /// How long to wait for another server's answer at the start. Servers that ping an address before they offer it take up to 3 s.
    pub probe_wait: Duration,
    /// How much one machine may ask.
    pub rate: RateCap,
    /// TFTP; `None` does not serve it.
    pub tftp: Option<TftpConfig>,
    /// Bounds of the boot listener.
    pub http: HttpLimits,
    /// Router advertisements; `None` sends none.
    pub router_advertisements: Option<RouterAdvertisements>,
    /// How long running downloads may go on after a stop was asked for.
    pub stop_grace: Duration,
}

impl Config {
    /// The site on the interface that owns its address, all else as it should be in a quiet network.
    pub fn new(site: Site) -> Self {
        let programs = [
            &site.programs.uefi_x64,
            &site.programs.uefi_arm64,
            &site.programs.bios,
        ];
        let names = programs.into_iter().flatten().cloned().collect();
        Self {
            interface: InterfaceChoice::Owning(site.server),
            site,
            other_server: OtherServer::Refuse,
            probe_wait: Duration::from_secs(4),
            rate: RateCap::default(),
            tftp: Some(TftpConfig {
                names,
                transfers: 64,
                limits: Limits::default(),
                port: 69,
            }),
            http: HttpLimits::default(),
            router_advertisements: None,
            stop_grace: Duration::from_secs(5),
        }
    }
}

/// How the interface is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterfaceChoice {
    /// By its name.
    Named(String),
    /// The one that owns this address.
    Owning(Ipv4Addr),
}

/// What to do about another DHCP server that lends addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherServer {
    /// Do not start, and name it.
    Refuse,
    /// Start all the same, and raise the alarm.
    ServeAnyway,
}

/// What is served over TFTP.
#[derive(Debug, Clone)]
pub struct TftpConfig {
    /// The names that may be read; all else does not exist.
    pub names: BTreeSet<ArtefactName>,
    /// Transfers at a time.
    pub transfers: usize,
    /// Bounds of one transfer.
    pub limits: Limits,
    /// The port; 69 is the only one that firmware asks.
    pub port: u16,
}

/// Bounds of the boot listener.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Connections at a time.
    pub connections: usize,
    /// Connections at a time from one address.
    pub per_address: usize,
    /// How long a client may take for a request's head, and stay silent between requests.
    pub head_time: Duration,
    /// How long one connection may live; a large ramdisk over a slow line needs minutes.
    pub connection_time: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connections: 512,
            per_address: 16,
            head_time: Duration::from_secs(10),
            connection_time: Duration::from_secs(1800),
        }
    }
}

/// Router advertisements that announce no router: older iPXE waits 13 s for one after DHCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouterAdvertisements {
    /// A /64 prefix to announce; `None` announces none.
    pub prefix: Option<Ipv6Addr>,
}
