//! Boots machines from files, without an engine: `boot_lab ADDRESS MODE KERNEL RAMDISK IPXE_FOLDER [KERNEL ARGUMENTS]`.
//!
//! Every machine that asks gets the same kernel and ramdisk (`-` as the kernel: boot from disk). ADDRESS must be on an interface of its
//! own network; MODE is `server` or `proxy`. It is for trying firmware by hand: it knows no nodes and keeps no leases.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use model::Timestamp;
use model::boot::{ArtefactName, BootOrder, BootWhat};
use model::mac::MacAddress;
use netboot_core::site::{
    BootPrograms, DhcpMode, LeaseCaps, Network, Site, Subnet, UnknownMachines,
};
use netboot_serve::{ArtefactMap, Config, Netboot, RouterAdvertisements, Surroundings};
use ports::clock::{Clock, Entropy};
use ports::netboot::{
    BootAlarm, BootDirectory, BootLookupError, Lease, LeaseStore, LeaseStoreError,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, mode, kernel, ramdisk, programs, rest @ ..] = arguments.as_slice() else {
        return Err(
            "boot_lab ADDRESS server|proxy KERNEL|- RAMDISK IPXE_FOLDER [KERNEL ARGUMENTS]".into(),
        );
    };
    let mode = if mode == "proxy" {
        DhcpMode::Proxy
    } else {
        DhcpMode::Server
    };
    let artefacts = ArtefactMap::default();
    for program in ["snponly.efi", "undionly.kpxe"] {
        artefacts.insert_file(program.parse()?, format!("{programs}/{program}"))?;
    }
    let mut what = BootWhat::Disk;
    if kernel != "-" {
        artefacts.insert_file("kernel".parse()?, kernel)?;
        artefacts.insert_file("ramdisk".parse()?, ramdisk)?;
        what = BootWhat::Ramdisk {
            kernel: "kernel".parse()?,
            initrd: "ramdisk".parse()?,
            args: rest.join(" ").parse()?,
        };
    }
    let lab = Arc::new(Lab(what));
    let mut config = Config::new(site(address.parse()?, mode)?);
    config.probe_wait = Duration::from_secs(1);
    config.router_advertisements = Some(RouterAdvertisements {
        prefix: Some("fd00:22::".parse()?),
    });
    let around = Surroundings {
        directory: Arc::clone(&lab) as _,
        leases: Arc::clone(&lab) as _,
        artefacts: Arc::new(artefacts),
        clock: Arc::clone(&lab) as _,
        entropy: lab,
    };
    let mut handle = Netboot::start(config, around).await?;
    handle.ended().await;
    Err("a listener ended".into())
}

fn site(server: Ipv4Addr, mode: DhcpMode) -> Result<Site, Box<dyn Error>> {
    let [a, b, c, _] = server.octets();
    let program = |name: &str| name.parse::<ArtefactName>().ok();
    Ok(Site {
        server,
        mode,
        networks: vec![Network {
            subnet: Subnet::new(server, 24)?,
            first: Ipv4Addr::new(a, b, c, 100),
            last: Ipv4Addr::new(a, b, c, 199),
            routers: vec![],
            dns: vec![],
            mtu: None,
        }],
        reservations: BTreeMap::new(),
        excluded: Default::default(),
        relays: Default::default(),
        unknown: UnknownMachines::Ignore,
        lease_time: Duration::from_secs(3600),
        caps: LeaseCaps {
            total: 100,
            per_relay_port: 100,
        },
        programs: BootPrograms {
            uefi_x64: program("snponly.efi"),
            uefi_arm64: None,
            bios: program("undionly.kpxe"),
        },
        http_port: 8080,
    })
}

struct Lab(BootWhat);

#[async_trait]
impl BootDirectory for Lab {
    async fn order_for(&self, _: MacAddress) -> Result<Option<BootOrder>, BootLookupError> {
        Ok(Some(BootOrder {
            node: uuid::Uuid::nil(),
            what: self.0.clone(),
        }))
    }

    /// An archive with one file, `identity`, which says whose it is. 17 bytes of content: the padding behind it is put to the test.
    async fn identity_for(
        &self,
        mac: MacAddress,
        _: IpAddr,
    ) -> Result<Option<Vec<u8>>, BootLookupError> {
        let text = mac.to_string();
        let entry = |name: &str, mode: u32, content: &str| {
            let mut bytes = format!("070701{:08x}{mode:08x}", 1).into_bytes();
            let fields = [0, 0, 1, 0, content.len(), 0, 0, 0, 0, name.len() + 1, 0];
            fields
                .iter()
                .for_each(|field| bytes.extend(format!("{field:08x}").bytes()));
            bytes.extend(name.bytes().chain([0]));
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes.extend(content.bytes());
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes
        };
        Ok(Some(
            [
                entry("identity", 0o100_600, &text),
                entry("TRAILER!!!", 0, ""),
            ]
            .concat(),
        ))
    }

    async fn alarm(&self, _: BootAlarm) {}
}

#[async_trait]
impl LeaseStore for Lab {
    async fn leases(&self) -> Result<Vec<Lease>, LeaseStoreError> {
        Ok(Vec::new())
    }

    async fn put(&self, _: &Lease) -> Result<(), LeaseStoreError> {
        Ok(())
    }

    async fn remove(&self, _: MacAddress) -> Result<(), LeaseStoreError> {
        Ok(())
    }
}

#[async_trait]
impl Clock for Lab {
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }

    async fn sleep_until(&self, _: Timestamp) {
        std::future::pending().await
    }
}

impl Entropy for Lab {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        bytes
    }
}
