//! What stands beside Ironic on its boot network: a DHCP and TFTP server (dnsmasq, set up as Metal3 does) and a web server for what Ironic writes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::server::{FILES_PORT, Places};
use crate::lab::Lab;
use crate::lab::command::tool;
use crate::lab::network::{BRIDGE, ENGINE};

const BOOT_PROGRAM: &str = "snponly.efi";
/// Debian's package ipxe.
const BOOT_PROGRAMS: &str = "/usr/lib/ipxe";

/// Starts both in the lab; they end with it.
pub fn start(lab: &mut Lab, places: &Places, programs: &Path) -> Result<()> {
    let program = Path::new(BOOT_PROGRAMS).join(BOOT_PROGRAM);
    fs::copy(&program, places.tftp.join(BOOT_PROGRAM))
        .with_context(|| format!("cannot copy {}", program.display()))?;
    let file = places.root.join("dnsmasq.conf");
    fs::write(&file, configuration(places)).context("writing dnsmasq's configuration")?;
    let mut dnsmasq = tool(
        "dnsmasq",
        ["--keep-in-foreground", "--user=root", "--log-facility=-"],
    );
    dnsmasq.arg(format!("--conf-file={}", file.display()));
    lab.spawn("dnsmasq", &mut dnsmasq)?;
    let arguments = ["-u", "-m", "http.server", "--bind"];
    let mut web = tool(programs.join("python"), arguments);
    web.arg(ENGINE.to_string())
        .arg("--directory")
        .arg(&places.files)
        .arg(FILES_PORT.to_string());
    lab.spawn("ironic-files", &mut web).map(drop)
}

/// Advertisements and option 175.176 spare old iPXE builds two waits of many seconds.
fn configuration(places: &Places) -> String {
    let [a, b, c, _] = ENGINE.octets();
    format!(
        "port=0
interface={BRIDGE}
bind-interfaces
dhcp-range={a}.{b}.{c}.50,{a}.{b}.{c}.250,255.255.255.0,1h
dhcp-leasefile={leases}
dhcp-option=3
dhcp-option=6
dhcp-match=set:ipxe,175
dhcp-match=set:efi,option:client-arch,7
dhcp-match=set:efi,option:client-arch,9
dhcp-boot=tag:ipxe,http://{ENGINE}:{FILES_PORT}/boot.ipxe
dhcp-boot=tag:!ipxe,tag:efi,{BOOT_PROGRAM}
dhcp-option=encap:175,176,1b
enable-tftp
tftp-root={tftp}
enable-ra
dhcp-range=fd00:22::,ra-only
ra-param={BRIDGE},10,1800
",
        leases = places.root.join("dnsmasq.leases").display(),
        tftp = places.tftp.display(),
    )
}
