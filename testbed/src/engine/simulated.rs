//! A site for model machines: an engine on loopback in development mode, with a boot listener and an agents' listener of its own.

use super::{EngineSpec, Teller};
use crate::machines::Machine;
use anyhow::{Context, Result};
use api_types::{NodeCreate, PatchOperation, PortCreate};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder and ports that one engine keeps over its restarts.
pub struct SimulatedSite {
    folder: TempDir,
    boot_port: u16,
    agents_port: u16,
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
            boot_port: free_port()?,
            agents_port: free_port()?,
        })
    }

    /// Where machines boot from.
    pub fn boot_listener(&self) -> String {
        format!("http://127.0.0.1:{}", self.boot_port)
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
            ("netboot.address", "127.0.0.1".to_owned()),
            ("netboot.dhcp", "off".to_owned()),
            ("netboot.tftp", "false".to_owned()),
            ("netboot.http_port", self.boot_port.to_string()),
            ("netboot.ramdisk_dir", path("ramdisk")),
            ("agents.listen", format!("127.0.0.1:{}", self.agents_port)),
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

/// A port that nobody listens on right now. The engine must find the same one free at each of its starts.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    Ok(listener.local_addr().context("the free port")?.port())
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
