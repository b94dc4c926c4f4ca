//! The provisioning network inside a lab's namespace: one bridge that plays the switch, and the hosts behind it.

use std::net::{Ipv4Addr, Ipv6Addr};

use anyhow::Result;

use super::namespace::Namespace;

/// The bridge that the machines are plugged into.
pub const BRIDGE: &str = "br0";
/// Where the engine and the BMC emulator listen.
pub const ENGINE: Ipv4Addr = Ipv4Addr::new(172, 22, 0, 1);
/// The "internet": the image server and the receiver of phone-home reports.
pub const OUTSIDE: Ipv4Addr = Ipv4Addr::new(172, 22, 0, 2);
/// The engine's address for IPv6.
pub const ENGINE_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x22, 0, 0, 0, 0, 0, 1);
/// Length of the IPv4 prefix.
pub const PREFIX_V4: u8 = 24;
/// Length of the IPv6 prefix.
pub const PREFIX_V6: u8 = 64;

/// Without a fixed address the bridge takes its first port's and changes it later.
const BRIDGE_MAC: &str = "02:00:00:16:00:01";

/// Builds the network in a new namespace.
pub fn build(namespace: &Namespace) -> Result<()> {
    let v4 = |address: Ipv4Addr| format!("{address}/{PREFIX_V4}");
    let v6 = format!("{ENGINE_V6}/{PREFIX_V6}");
    // No spanning tree and no forward delay: a new port must forward at once, or the firmware's first DHCP is lost.
    namespace.ip(&[
        "link",
        "add",
        BRIDGE,
        "address",
        BRIDGE_MAC,
        "type",
        "bridge",
        "stp_state",
        "0",
        "forward_delay",
        "0",
    ])?;
    namespace.ip(&["addr", "add", &v4(ENGINE), "dev", BRIDGE])?;
    namespace.ip(&["addr", "add", &v4(OUTSIDE), "dev", BRIDGE])?;
    namespace.ip(&["addr", "add", &v6, "dev", BRIDGE, "nodad"])?;
    namespace.ip(&["link", "set", BRIDGE, "up"])
}
