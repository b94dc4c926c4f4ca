//! The networks that are served and how: validated values that every decision here takes as given. It reads no files.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use model::boot::ArtefactName;
use model::mac::MacAddress;

/// Why a site's values do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// A prefix longer than 30 leaves no room for machines.
    #[error("a prefix length must be between 8 and 30, not {0}")]
    PrefixLength(u8),
    /// The range is not inside the subnet, is empty, or too large.
    #[error(
        "the range {first} to {last} must lie inside its subnet, first before last, with at most {max} addresses"
    )]
    Range {
        /// The first address.
        first: Ipv4Addr,
        /// The last address.
        last: Ipv4Addr,
        /// The largest size accepted.
        max: u32,
    },
    /// Lending addresses needs at least one network with the server in it.
    #[error("DHCP mode 'server' needs a network that contains the server's address {0}")]
    NoLocalNetwork(Ipv4Addr),
    /// A reserved address lies in no network.
    #[error("the reserved address {0} lies in none of the networks")]
    Reservation(Ipv4Addr),
    /// Two machines have the same reservation.
    #[error("the address {0} is reserved twice")]
    ReservedTwice(Ipv4Addr),
}

/// An IPv4 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    network: u32,
    prefix: u8,
}

impl Subnet {
    /// The network that holds `address`, with a prefix length of 8 to 30.
    ///
    /// # Errors
    /// When the prefix length is outside 8 to 30.
    pub fn new(address: Ipv4Addr, prefix: u8) -> Result<Self, SiteError> {
        if !(8..=30).contains(&prefix) {
            return Err(SiteError::PrefixLength(prefix));
        }
        let mask = u32::MAX << (32 - prefix);
        Ok(Self {
            network: u32::from(address) & mask,
            prefix,
        })
    }

    fn mask_bits(self) -> u32 {
        u32::MAX << (32 - self.prefix)
    }

    /// The network mask.
    pub fn mask(self) -> Ipv4Addr {
        Ipv4Addr::from(self.mask_bits())
    }

    /// The network's own address, which no machine has.
    pub fn first(self) -> Ipv4Addr {
        Ipv4Addr::from(self.network)
    }

    /// The broadcast address, which no machine has.
    pub fn last(self) -> Ipv4Addr {
        Ipv4Addr::from(self.network | !self.mask_bits())
    }

    /// True for addresses of this network.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        u32::from(address) & self.mask_bits() == self.network
    }
}

/// One network that addresses are lent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// The network.
    pub subnet: Subnet,
    /// The first address to lend.
    pub first: Ipv4Addr,
    /// The last address to lend.
    pub last: Ipv4Addr,
    /// Routers to announce; none: the option is left out.
    pub routers: Vec<Ipv4Addr>,
    /// Name servers to announce; none: the option is left out.
    pub dns: Vec<Ipv4Addr>,
    /// The MTU to announce.
    pub mtu: Option<u16>,
}

impl Network {
    /// The largest range: a lookup walks it.
    pub const MAX_RANGE: u32 = 65_536;

    fn check(&self) -> Result<(), SiteError> {
        let (first, last) = (u32::from(self.first), u32::from(self.last));
        let inside = self.subnet.contains(self.first) && self.subnet.contains(self.last);
        if !inside || first > last || last - first >= Self::MAX_RANGE {
            return Err(SiteError::Range {
                first: self.first,
                last: self.last,
                max: Self::MAX_RANGE,
            });
        }
        Ok(())
    }

    /// True for addresses that may be lent by choice (a reservation may lie outside).
    pub fn lends(&self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&address)
            && address != self.subnet.first()
            && address != self.subnet.last()
    }
}

/// Whether and how DHCP is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DhcpMode {
    /// This server lends the addresses and names what to boot.
    Server,
    /// Another server lends the addresses; this one only names what to boot (ports 67 and 4011).
    Proxy,
    /// DHCP is not answered.
    Off,
}

/// What a machine gets that no node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownMachines {
    /// No answer at all.
    Ignore,
    /// An address without boot data.
    AddressOnly,
}

/// The boot programs by kind of firmware; `None`: that firmware gets no boot data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootPrograms {
    /// iPXE for UEFI on x86-64.
    pub uefi_x64: Option<ArtefactName>,
    /// iPXE for UEFI on 64-bit ARM.
    pub uefi_arm64: Option<ArtefactName>,
    /// iPXE for BIOS.
    pub bios: Option<ArtefactName>,
}

/// Upper bounds on what the network can make this server keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseCaps {
    /// Leases and offers together.
    pub total: usize,
    /// Leases and offers behind one port of a relay.
    pub per_relay_port: usize,
}

/// All that a decision needs to know of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// This server's address on the boot network: DHCP server identifier, TFTP server, host of the boot URLs.
    pub server: Ipv4Addr,
    /// Whether and how DHCP is answered.
    pub mode: DhcpMode,
    /// The networks to lend addresses in: the local one and those behind relays.
    pub networks: Vec<Network>,
    /// Addresses that are one machine's alone.
    pub reservations: BTreeMap<MacAddress, Ipv4Addr>,
    /// Addresses that are never lent.
    pub excluded: BTreeSet<Ipv4Addr>,
    /// Relays whose packets are taken (their `giaddr`).
    pub relays: BTreeSet<Ipv4Addr>,
    /// What unknown machines get.
    pub unknown: UnknownMachines,
    /// How long an address is lent.
    pub lease_time: Duration,
    /// Upper bounds.
    pub caps: LeaseCaps,
    /// The boot programs.
    pub programs: BootPrograms,
    /// The port of the boot listener (HTTP) on `server`.
    pub http_port: u16,
}

impl Site {
    /// Checks that the values fit together; called once, before anything is served.
    ///
    /// # Errors
    /// When they do not; the error says what to change.
    pub fn check(&self) -> Result<(), SiteError> {
        self.networks.iter().try_for_each(Network::check)?;
        if self.mode == DhcpMode::Server && self.network_of(self.server).is_none() {
            return Err(SiteError::NoLocalNetwork(self.server));
        }
        let mut seen = BTreeSet::new();
        for address in self.reservations.values() {
            if self.network_of(*address).is_none() {
                return Err(SiteError::Reservation(*address));
            }
            if !seen.insert(*address) {
                return Err(SiteError::ReservedTwice(*address));
            }
        }
        Ok(())
    }

    /// The network that holds this address.
    pub fn network_of(&self, address: Ipv4Addr) -> Option<&Network> {
        self.networks.iter().find(|n| n.subnet.contains(address))
    }

    /// True for addresses that nobody may be lent.
    pub fn is_excluded(&self, address: Ipv4Addr) -> bool {
        let of_network = |n: &Network| n.routers.contains(&address) || n.dns.contains(&address);
        address == self.server
            || self.excluded.contains(&address)
            || self.relays.contains(&address)
            || self.network_of(address).is_some_and(of_network)
    }

    /// The root of the boot listener, without a slash at its end.
    pub fn http_root(&self) -> String {
        format!("http://{}:{}", self.server, self.http_port)
    }
}
