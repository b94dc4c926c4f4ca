//! A site for model machines: an engine on loopback in development mode, with a boot listener and an agents' listener of its own.

use super::{EngineSpec, Teller};
use crate::machines::Machine;
use anyhow::{Context, Result};
use api_types::{NodeCreate, PatchOperation, PortCreate};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// Where the engine of a site listens, on the site's own address. Below the range from which the system takes ports for outgoing
/// connections.
const BOOT_PORT: u16 = 20080;
const AGENTS_PORT: u16 = 20081;
/// How many addresses are tried before it is said that there is none.
const ADDRESSES_TRIED: u32 = 1000;

/// A folder and a loopback address that one engine keeps over its restarts.
pub struct SimulatedSite {
    folder: TempDir,
    address: Ipv4Addr,
}

impl SimulatedSite {
    /// A fresh one. The ramdisk's files are there by name; model machines look at their heads only.
    pub fn new() -> Result<Self> {
        let folder = tempfile::tempdir().context("a folder for the engine")?;
        let ramdisk = folder.path().join("ramdisk");
        std::fs::create_dir(&ramdisk).context("the ramdisk's folder")?;
        for name in ["vmlinuz", "initramfs"] {
            std::fs::write(ramdisk.join(name), name).context("the ramdisk's files")?;
        }
        Ok(Self {
            folder,
            address: own_address()?,
        })
    }

    /// Where machines boot from.
    pub fn boot_listener(&self) -> String {
        format!("http://{}:{BOOT_PORT}", self.address)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// How its engine is started.
    pub fn spec(&self, program: PathBuf, kill_at: u64) -> EngineSpec {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let keys = [
            ("development", "true".to_owned()),
            ("api.listen", "127.0.0.1:0".to_owned()),
            ("data_dir", path("data")),
            ("sealing_key_file", path("sealing.key")),
            (
                "log.level",
                std::env::var("HAMMERSCALE_TEST_LOG").unwrap_or_else(|_| "error".into()),
            ),
            ("bmc.allowed_networks", "127.0.0.0/8".to_owned()),
            ("netboot.address", self.address.to_string()),
            ("netboot.dhcp", "off".to_owned()),
            ("netboot.tftp", "false".to_owned()),
            ("netboot.http_port", BOOT_PORT.to_string()),
            ("netboot.ramdisk_dir", path("ramdisk")),
            ("agents.listen", format!("{}:{AGENTS_PORT}", self.address)),
        ];
        EngineSpec {
            program,
            keys: keys
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
            kill_at,
        }
    }
}

/// A loopback address of this site's own, so that the engine finds its ports free at each of its starts: a port of 127.0.0.1 that was
/// free a moment ago may since be the near end of anybody's connection.
fn own_address() -> Result<Ipv4Addr> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..ADDRESSES_TRIED {
        // The process by the two bytes in the middle, the site within it by the last.
        let [_, _, b, c] = std::process::id().to_be_bytes();
        let site = NEXT.fetch_add(1, Ordering::Relaxed) % 254 + 1;
        let address = Ipv4Addr::new(127, b | 0x80, c, u8::try_from(site)?);
        let free = |port| TcpListener::bind((address, port)).is_ok();
        if free(BOOT_PORT) && free(AGENTS_PORT) {
            return Ok(address);
        }
    }
    anyhow::bail!("no loopback address has ports {BOOT_PORT} and {AGENTS_PORT} free")
}

/// Enrolls a model machine as node `one`: its BMC, its port, and an image for it to be given.
pub async fn enroll(teller: &mut Teller, machine: &Machine) -> Result<()> {
    let info = machine.driver_info();
    let node = NodeCreate {
        driver: "redfish".into(),
        name: Some("one".into()),
        uuid: Some(machine.uuid),
        driver_info: info.as_object().cloned().unwrap_or_default(),
        ..NodeCreate::default()
    };
    teller
        .ask(async |client| client.create_node(&node).await)
        .await?;
    let port = PortCreate {
        node_uuid: Some(machine.uuid),
        address: machine.mac.clone(),
        ..PortCreate::default()
    };
    teller
        .ask(async |client| client.create_port(&port).await)
        .await?;
    let image = [
        ("image_source", "http://192.0.2.80/image.raw"),
        ("image_os_hash_algo", "sha256"),
        ("image_os_hash_value", "00"),
        ("image_disk_format", "raw"),
    ]
    .map(|(key, value)| PatchOperation::add(format!("/instance_info/{key}"), value));
    teller
        .ask(async |client| client.patch_node("one", &image).await)
        .await?;
    Ok(())
}
