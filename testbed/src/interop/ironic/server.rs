//! Ironic as a process of the lab: on the engine's address, on a database of its own, with the boot, deploy and power interfaces of real Redfish
//! machines and Metal3's fast track.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use client::{Client, Connection};

use crate::demo::ramdisk::CONSOLE;
use crate::demo::site::API;
use crate::lab::Lab;
use crate::lab::command::tool;
use crate::lab::deadline::wait_for;
use crate::lab::network::ENGINE;
use crate::lab::process::{log_tail, require_alive};

/// Port of the web server for what Ironic makes machines boot.
pub const FILES_PORT: u16 = 8080;
const START: Duration = Duration::from_secs(120);
const NAME: &str = "ironic";

/// Ironic's folders, in the lab's.
#[derive(Debug)]
pub struct Places {
    /// All of them.
    pub root: PathBuf,
    /// What its web server offers.
    pub files: PathBuf,
    /// What TFTP offers.
    pub tftp: PathBuf,
}

impl Places {
    /// Makes them.
    pub fn make(lab: &Lab) -> Result<Self> {
        let root = lab.folder().join(NAME);
        let places = Self {
            files: root.join("http"),
            tftp: root.join("tftp"),
            root,
        };
        for folder in [
            "http",
            "tftp/master",
            "images/master",
            "certificates",
            "logs",
        ] {
            let folder = places.root.join(folder);
            fs::create_dir_all(&folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        Ok(places)
    }
}

/// Where its log goes.
pub fn log(lab: &Lab) -> PathBuf {
    lab.folder().join(format!("{NAME}.out"))
}

/// Starts it in the lab and waits until it answers.
pub fn start(lab: &mut Lab, places: &Places, programs: &Path) -> Result<()> {
    let file = places.root.join("ironic.conf");
    fs::write(&file, configuration(&places.root)).context("writing Ironic's configuration")?;
    // Ironic's own way for SQLite: its migrations need what SQLite does not have.
    let schema = tool(programs.join("ironic-dbsync"), ["--config-file"])
        .arg(&file)
        .arg("create_schema")
        .current_dir(&places.root)
        .output();
    let schema = schema.context("starting ironic-dbsync")?;
    anyhow::ensure!(
        schema.status.success(),
        "making Ironic's database: {}",
        String::from_utf8_lossy(&schema.stderr)
    );
    let mut command = tool(programs.join("ironic"), ["--config-file"]);
    command.arg(&file).current_dir(&places.root);
    let process = lab.spawn(NAME, &mut command)?;
    let log = log(lab);
    let namespace = lab.namespace();
    wait_for("Ironic's first answer", START, lab.interrupt(), || {
        require_alive(&process, &log)?;
        Ok(namespace.block_on(answers).ok())
    })
    .with_context(|| format!("Ironic says: {}", log_tail(&log)))
}

async fn answers() -> Result<()> {
    let mut connection = Connection::to(API);
    connection.timeout = Duration::from_secs(5);
    connection.retry.tries = 1;
    let conductors = Client::new(&connection)?.conductors().await?;
    anyhow::ensure!(!conductors.is_empty(), "no conductor has registered yet");
    Ok(())
}

/// Interfaces by kind: what a Redfish machine needs that boots by iPXE.
const INTERFACES: [(&str, &str); 13] = [
    ("bios", "no-bios"),
    ("boot", "ipxe"),
    ("console", "no-console"),
    ("deploy", "direct"),
    ("firmware", "no-firmware"),
    ("inspect", "agent"),
    ("management", "redfish"),
    ("network", "noop"),
    ("power", "redfish"),
    ("raid", "no-raid"),
    ("rescue", "no-rescue"),
    ("storage", "noop"),
    ("vendor", "no-vendor"),
];

/// The agent verifies no certificate, because the API is plain HTTP; it is inside the lab's network only.
fn configuration(root: &Path) -> String {
    let interfaces: String = INTERFACES
        .iter()
        .map(|(kind, name)| {
            format!("enabled_{kind}_interfaces = {name}\ndefault_{kind}_interface = {name}\n")
        })
        .collect();
    let root = root.display();
    format!(
        "[DEFAULT]
auth_strategy = noauth
host = lab
my_ip = {ENGINE}
rpc_transport = none
use_stderr = true
state_path = {root}
enabled_hardware_types = redfish
hash_ring_algorithm = sha256
{interfaces}
[database]
connection = sqlite:///{root}/ironic.sqlite
sqlite_synchronous = false
[oslo_concurrency]
lock_path = {root}
[api]
host_ip = 0.0.0.0
port = 6385
[service_catalog]
auth_type = none
endpoint_override = http://{ENGINE}:6385
[conductor]
automated_clean = true
heartbeat_timeout = 315576000
power_state_change_timeout = 120
[deploy]
fast_track = true
http_url = http://{ENGINE}:{FILES_PORT}
http_root = {root}/http
erase_devices_priority = 0
erase_devices_metadata_priority = 10
[dhcp]
dhcp_provider = none
[agent]
certificates_path = {root}/certificates
deploy_logs_collect = always
deploy_logs_local_path = {root}/logs
[pxe]
tftp_server = {ENGINE}
tftp_root = {root}/tftp
tftp_master_path = {root}/tftp/master
images_path = {root}/images
instance_master_path = {root}/images/master
kernel_append_params = nofb nomodeset vga=normal ipa-insecure=1 {CONSOLE}
"
    )
}

/// How many archives of logs Ironic has collected from the agent.
pub fn collected_logs(places: &Places) -> usize {
    let listed = fs::read_dir(places.root.join("logs"));
    listed.map_or(0, |entries| entries.filter_map(Result::ok).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_one_interface() {
        let text = configuration(Path::new("/x"));
        assert!(text.contains("enabled_boot_interfaces = ipxe\ndefault_boot_interface = ipxe\n"));
        assert!(text.contains("connection = sqlite:////x/ironic.sqlite\n"));
    }
}
