//! Network boot: its site, its files and its services, from the settings.

use super::certificates::Authority;
use crate::adapters::system::{SystemClock, SystemEntropy};
use crate::config::{Agents, DhcpMode, Netboot as NetbootSettings, Settings};
use anyhow::{Context, Result, bail};
use api::TlsConfig;
use conductor::{Conductor, OwnRamdisk, RamdiskSettings};
use model::boot::{ArtefactName, KernelArgs};
use netboot_core::site::{self, BootPrograms, LeaseCaps, Network, Site, Subnet, UnknownMachines};
use netboot_serve::{
    ArtefactMap, Config, Handle, InterfaceChoice, Netboot, RouterAdvertisements, Surroundings,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use store::SqlStore;

const KERNEL: &str = "vmlinuz";
const INITRD: &str = "initramfs";
const UEFI_PROGRAM: &str = "snponly.efi";
const BIOS_PROGRAM: &str = "undionly.kpxe";

/// Upper bounds of leases: a large provisioning network, and a switch port with a few machines behind it.
const CAPS: LeaseCaps = LeaseCaps {
    total: 65_536,
    per_relay_port: 16,
};

/// Network boot, ready to start.
pub(super) struct Boot {
    config: Config,
    artefacts: Arc<ArtefactMap>,
    has_ramdisk: bool,
    agents_listen: SocketAddr,
    agents_tls: TlsConfig,
    agents_ca_pem: Option<String>,
}

/// Reads what network boot needs; none when it is off.
pub(super) fn prepare(settings: &Settings) -> Result<Option<Boot>> {
    let Some(netboot) = &settings.netboot else {
        return Ok(None);
    };
    let address = address(netboot)?;
    let listen = settings
        .agents
        .listen
        .unwrap_or(SocketAddr::new(IpAddr::V4(address), Agents::DEFAULT_PORT));
    let (agents_tls, agents_ca_pem) = agents_tls(settings, listen.ip())?;
    let artefacts = ArtefactMap::default();
    let programs = add_programs(&artefacts, &netboot.ipxe_dir)?;
    let has_ramdisk = match &settings.ramdisk_dir {
        Some(folder) => add_ramdisk(&artefacts, folder)?,
        None if settings.node_ramdisks => false,
        None => {
            tracing::warn!(
                "netboot.ramdisk_dir is not set: machines cannot boot the agent; make one with `hammerscale ramdisk build`"
            );
            false
        }
    };
    Ok(Some(Boot {
        config: config(netboot, address, programs)?,
        artefacts: Arc::new(artefacts),
        has_ramdisk,
        agents_listen: listen,
        agents_tls,
        agents_ca_pem,
    }))
}

fn agents_tls(settings: &Settings, address: IpAddr) -> Result<(TlsConfig, Option<String>)> {
    if let Some(files) = &settings.agents.tls {
        let chain = std::fs::read_to_string(&files.certificate)
            .with_context(|| files.certificate.display().to_string())?;
        return Ok((super::api_listener::tls(files)?, Some(chain)));
    }
    let authority = Authority::load_or_make(&settings.data_dir)?;
    let tls = authority.certify(address)?;
    Ok((tls, Some(authority.pem().to_owned())))
}

fn address(netboot: &NetbootSettings) -> Result<Ipv4Addr> {
    if let Some(address) = netboot.place.address() {
        return Ok(address);
    }
    let Some(link) = netboot.place.interface() else {
        bail!("netboot needs an interface or an address");
    };
    first_address(link.as_str())
}

/// The interface's first IPv4 address.
fn first_address(link: &str) -> Result<Ipv4Addr> {
    let found = nix::ifaddrs::getifaddrs()
        .context("listing the network interfaces")?
        .filter(|interface| interface.interface_name == link)
        .find_map(|interface| Some(interface.address?.as_sockaddr_in()?.ip()));
    found
        .with_context(|| format!("netboot.interface: {link} does not exist or has no IPv4 address"))
}

fn name(text: &str) -> Result<ArtefactName> {
    text.parse()
        .with_context(|| format!("the boot file name '{text}'"))
}

fn add_programs(artefacts: &ArtefactMap, folder: &Path) -> Result<BootPrograms> {
    let add = |file: &str| -> Result<Option<ArtefactName>> {
        let path = folder.join(file);
        if !path.exists() {
            tracing::warn!(path = %path.display(), "this iPXE program is missing (Debian: package ipxe); machines that need it cannot boot");
            return Ok(None);
        }
        let name = name(file)?;
        artefacts.insert_file(name.clone(), &path)?;
        Ok(Some(name))
    };
    Ok(BootPrograms {
        uefi_x64: add(UEFI_PROGRAM)?,
        uefi_arm64: None,
        bios: add(BIOS_PROGRAM)?,
    })
}

fn add_ramdisk(artefacts: &ArtefactMap, folder: &Path) -> Result<bool> {
    for file in [KERNEL, INITRD] {
        artefacts
            .insert_file(name(file)?, folder.join(file))
            .context("netboot.ramdisk_dir: `hammerscale ramdisk build` makes these files")?;
    }
    Ok(true)
}

fn config(netboot: &NetbootSettings, address: Ipv4Addr, programs: BootPrograms) -> Result<Config> {
    let mode = match netboot.dhcp {
        DhcpMode::Server | DhcpMode::Known => site::DhcpMode::Server,
        DhcpMode::Proxy => site::DhcpMode::Proxy,
        DhcpMode::Off => site::DhcpMode::Off,
    };
    let unknown = match netboot.dhcp {
        DhcpMode::Server => UnknownMachines::AddressOnly,
        DhcpMode::Known | DhcpMode::Proxy | DhcpMode::Off => UnknownMachines::Ignore,
    };
    let site = Site {
        server: address,
        mode,
        networks: networks(netboot, address)?,
        reservations: Default::default(),
        excluded: [address].into(),
        relays: netboot.relays.iter().copied().collect(),
        unknown,
        lease_time: netboot.lease,
        caps: CAPS,
        programs,
        http_port: netboot.http_port,
    };
    let mut config = Config::new(site);
    if let Some(link) = netboot.place.interface() {
        config.interface = InterfaceChoice::Named(link.as_str().to_owned());
    }
    if !netboot.tftp {
        config.tftp = None;
    }
    config.router_advertisements =
        netboot
            .router_advertisements
            .map(|advertised| RouterAdvertisements {
                prefix: advertised.prefix.and_then(|prefix| match prefix.address() {
                    IpAddr::V6(address) => Some(address),
                    IpAddr::V4(_) => None,
                }),
            });
    Ok(config)
}

fn networks(netboot: &NetbootSettings, address: Ipv4Addr) -> Result<Vec<Network>> {
    let Some(range) = netboot.range else {
        return Ok(Vec::new());
    };
    Ok(vec![Network {
        subnet: Subnet::new(address, netboot.netmask.prefix()).context("netboot.netmask")?,
        first: range.start,
        last: range.end,
        routers: netboot.router.into_iter().collect(),
        dns: netboot.dns.clone(),
        mtu: None,
    }])
}

impl Boot {
    /// The provisioning address.
    pub fn address(&self) -> Ipv4Addr {
        self.config.site.server
    }

    pub fn agents_listen(&self) -> SocketAddr {
        self.agents_listen
    }

    pub fn agents_tls(&self) -> TlsConfig {
        self.agents_tls.clone()
    }

    /// What the conductor boots on machines.
    pub fn ramdisk(&self, settings: &Settings) -> Option<RamdiskSettings> {
        let append = settings
            .kernel_append_params
            .as_ref()
            .map_or("", |params| params.as_str());
        let append: KernelArgs = append.parse().ok()?;
        let own = || {
            Some(OwnRamdisk {
                kernel: name(KERNEL).ok()?,
                initrd: name(INITRD).ok()?,
            })
        };
        Some(RamdiskSettings {
            own: self.has_ramdisk.then(own).flatten(),
            nodes_name_theirs: settings.node_ramdisks,
            append,
            agent_api_url: format!("https://{}", self.agents_listen),
            agent_api_ca_pem: self.agents_ca_pem.clone(),
        })
    }

    /// Opens the sockets and serves.
    pub async fn start(
        &self,
        engine: &Conductor,
        store: &Arc<SqlStore>,
        clock: Arc<SystemClock>,
        entropy: Arc<SystemEntropy>,
    ) -> Result<Handle> {
        let around = Surroundings {
            directory: Arc::new(engine.clone()),
            leases: store.clone(),
            artefacts: self.artefacts.clone(),
            clock,
            entropy,
        };
        Netboot::start(self.config.clone(), around)
            .await
            .context("starting network boot")
    }
}
