//! The validated configuration: what the rest of the program may trust. Data only.

use super::database::DatabaseUrl;
use super::network::{self, Network};
use super::words::{
    DhcpMode, Endpoint, InterfaceName, KernelParameters, LinkName, LogDirectives, LogFormat, Name,
    Netmask, UserRole,
};
use conductor::hardware::DelayRange;
use lifecycle::DisallowedSteps;
use model::InterfaceKind;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// The daemon's configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Folder for everything that the engine keeps.
    pub data_dir: PathBuf,
    /// Where nodes are stored.
    pub database_url: DatabaseUrl,
    /// The key that seals secrets; never inside `data_dir`.
    pub sealing_key_file: PathBuf,
    /// Whether a developer's liberties are allowed.
    pub development: bool,
    /// The API.
    pub api: Api,
    /// The engine's own behaviour.
    pub conductor: Conductor,
    /// Automated cleaning.
    pub cleaning: Cleaning,
    /// Steps that no flow may run.
    pub disallowed_steps: DisallowedSteps,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// BMCs.
    pub bmc: Bmc,
    /// The drivers that nodes may use; at least one.
    pub enabled_hardware_types: Vec<String>,
    /// How long each pretended step of fake hardware takes.
    pub fake_step: Duration,
    /// How long the pretended work of one interface of fake hardware takes, where that was said.
    pub fake_delays: BTreeMap<InterfaceKind, DelayRange>,
    /// Interfaces of nodes that name none.
    pub default_interfaces: BTreeMap<InterfaceKind, InterfaceName>,
    /// Network boot; none when it is off.
    pub netboot: Option<Netboot>,
    /// Where the agent's ramdisk is: `vmlinuz` and the rest, as `ramdisk build` made them.
    pub ramdisk_dir: Option<PathBuf>,
    /// Whether nodes that name a ramdisk of their own are booted into it.
    pub node_ramdisks: bool,
    /// Parameters added to the ramdisk's kernel.
    pub kernel_append_params: Option<KernelParameters>,
    /// The agents.
    pub agents: Agents,
    /// Logging.
    pub log: Log,
}

/// A certificate chain and its private key: PEM files.
#[derive(Clone, Debug, PartialEq)]
pub struct TlsFiles {
    /// The chain.
    pub certificate: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// The API.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// Where it listens. Away from loopback only with TLS and users, or when `insecure` is given.
    pub listen: SocketAddr,
    /// Its address in links; none: the one that the client used.
    pub public_endpoint: Option<Endpoint>,
    /// TLS; none: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Who is let in; none: everybody.
    pub users: Option<Users>,
    /// Whether the operator accepts that passwords can be read on the way, or that anybody who reaches it may do everything.
    pub insecure: bool,
}

/// The users of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Users {
    /// Their names and hashes.
    pub htpasswd_file: PathBuf,
    /// Their roles; empty: all are administrators.
    pub roles: Vec<UserRole>,
}

/// The engine's own behaviour.
#[derive(Clone, Debug, PartialEq)]
pub struct Conductor {
    /// Its name in `reservation` and `conductor`.
    pub name: Name,
    /// Whether machines are cleaned when nobody says otherwise.
    pub automated_clean: bool,
    /// Whether the agent stays up between flows.
    pub fast_track: bool,
    /// Whether a machine is powered off when its deployment failed.
    pub power_off_after_deploy_failure: bool,
}

/// Automated cleaning: the priorities of the agent's erase steps; 0 leaves a step out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cleaning {
    /// Of `erase_devices`.
    pub erase_devices_priority: i64,
    /// Of `erase_devices_metadata`.
    pub erase_devices_metadata_priority: i64,
}

/// How long things may take.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeouts {
    /// From power-on to the agent's first report.
    pub agent_boot: Duration,
    /// A whole inspection.
    pub inspection: Duration,
    /// Silence of an agent that runs a step.
    pub step_silence: Duration,
    /// A power change.
    pub power: Duration,
    /// An operating system's own shut-down.
    pub soft_power_off: Duration,
    /// The agent's own power-off, before the BMC does it.
    pub power_off_grace: Duration,
    /// How often the agent is booted in one flow.
    pub boot_attempts: u32,
    /// Between two looks at a power state.
    pub power_sync: Duration,
}

/// BMCs.
#[derive(Clone, Debug, PartialEq)]
pub struct Bmc {
    /// Where they may be; empty: everywhere except special addresses.
    pub allowed_networks: Vec<Network>,
    /// Whether loopback is allowed (development).
    pub loopback: bool,
    /// Seconds to connect.
    pub connect_timeout: Duration,
    /// Seconds to answer.
    pub read_timeout: Duration,
}

impl Bmc {
    /// Whether a BMC may be contacted at this address. To be asked with the address that is connected to, after name resolution.
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let listed = self.allowed_networks.iter().any(|it| it.contains(address));
        if address.is_loopback() {
            return self.loopback && (listed || self.allowed_networks.is_empty());
        }
        listed || (self.allowed_networks.is_empty() && !network::is_special(address))
    }
}

/// Where network boot is offered.
#[derive(Clone, Debug, PartialEq)]
pub enum BootPlace {
    /// On this interface, with its first IPv4 address.
    Interface(LinkName),
    /// With this address, on whichever interface has it.
    Address(Ipv4Addr),
    /// On this interface with this address.
    Both(LinkName, Ipv4Addr),
}

impl BootPlace {
    /// The interface, where named.
    pub fn interface(&self) -> Option<&LinkName> {
        match self {
            BootPlace::Interface(link) | BootPlace::Both(link, _) => Some(link),
            BootPlace::Address(_) => None,
        }
    }

    /// The address, where named.
    pub fn address(&self) -> Option<Ipv4Addr> {
        match self {
            BootPlace::Address(address) | BootPlace::Both(_, address) => Some(*address),
            BootPlace::Interface(_) => None,
        }
    }
}

/// The addresses to lease.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeaseRange {
    /// The first.
    pub start: Ipv4Addr,
    /// The last; not before the first.
    pub end: Ipv4Addr,
}

/// Network boot.
#[derive(Clone, Debug, PartialEq)]
pub struct Netboot {
    /// Where.
    pub place: BootPlace,
    /// What it does about DHCP.
    pub dhcp: DhcpMode,
    /// The addresses to lease; there whenever `dhcp` leases.
    pub range: Option<LeaseRange>,
    /// The leases' netmask.
    pub netmask: Netmask,
    /// The leases' router.
    pub router: Option<Ipv4Addr>,
    /// The leases' name servers.
    pub dns: Vec<Ipv4Addr>,
    /// How long a lease lasts.
    pub lease: Duration,
    /// The DHCP relays that are listened to.
    pub relays: Vec<Ipv4Addr>,
    /// Whether router advertisements are sent, and with which prefix.
    pub router_advertisements: Option<RouterAdvertisements>,
    /// The port of the boot listener.
    pub http_port: u16,
    /// Whether TFTP is served.
    pub tftp: bool,
    /// Folder of the iPXE programs.
    pub ipxe_dir: PathBuf,
}

/// IPv6 router advertisements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RouterAdvertisements {
    /// The prefix that they carry: an IPv6 network.
    pub prefix: Option<Network>,
}

/// The agents.
#[derive(Clone, Debug, PartialEq)]
pub struct Agents {
    /// Where they report; none: [`Agents::DEFAULT_PORT`] of the network boot address, and closed without network boot.
    pub listen: Option<SocketAddr>,
    /// TLS of that listener; none: made at first start.
    pub tls: Option<TlsFiles>,
    /// Whether one without a boot identity may name itself by its MAC addresses.
    pub lookup_by_mac: bool,
    /// Whether images may be known by MD5 digests.
    pub md5_checksums: bool,
    /// Whether ironic-python-agent may run programs of a partition image to install its boot loader.
    pub bios_bootloader_install: bool,
    /// From where they may fetch although it is forbidden otherwise.
    pub allowed_networks: Vec<Network>,
    /// From where they must not fetch.
    pub forbidden_networks: Vec<Network>,
    /// Authorities that they trust for images.
    pub image_ca: Option<PathBuf>,
}

impl Agents {
    /// The port of the agents' listener when none is named.
    pub const DEFAULT_PORT: u16 = 6386;
}

/// Logging.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// How much.
    pub level: LogDirectives,
}
