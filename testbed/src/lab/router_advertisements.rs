//! Router advertisements by dnsmasq, for labs in which the engine sends none.
//!
//! Debian's iPXE waits about 13 s for one after DHCP. Without an IPv4 range dnsmasq binds no DHCP port, so the
//! engine's own server can hold it.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};

use super::command::tool;
use super::network::BRIDGE;
use super::process::Process;
use super::record::Record;

/// Seconds between two advertisements; a solicitation is answered at once.
const INTERVAL: u32 = 10;
/// How long a host may believe in the router, in seconds.
const LIFETIME: u32 = 1800;

/// Starts it in the lab's namespace.
pub fn start(record: &mut Record) -> Result<()> {
    let folder = record.folder();
    let file = folder.join("advertisements.conf");
    let configuration = format!(
        "port=0\ninterface={BRIDGE}\nbind-interfaces\nenable-ra\ndhcp-range=fd00:22::,ra-only\nra-param={BRIDGE},{INTERVAL},{LIFETIME}\ndhcp-leasefile={}\n",
        folder.join("advertisements.leases").display()
    );
    fs::write(&file, configuration)?;
    let log = File::create(folder.join("advertisements.out"))?;
    let mut command = tool(
        "dnsmasq",
        ["--keep-in-foreground", "--user=root", "--log-facility=-"],
    );
    command
        .arg(format!("--conf-file={}", file.display()))
        .process_group(0)
        .stdout(log.try_clone()?)
        .stderr(log);
    let child = record.namespace().spawn(&mut command)?;
    let process = Process::observe("dnsmasq (advertisements)", child.id().cast_signed())
        .context("dnsmasq ended at once")?;
    record.add_process(process)
}
