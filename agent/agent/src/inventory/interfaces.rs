//! Network interfaces from `/sys/class/net`: physical ones, bonds and VLANs.

use std::net::Ipv6Addr;
use std::path::Path;

use agent_wire::Interface;

use crate::host::{Host, read_number, read_text};

const IFF_UP: u64 = 1;

/// Collects the interfaces, by name.
pub fn collect(host: &Host) -> Vec<Interface> {
    let mut list: Vec<_> = std::fs::read_dir(host.sys("class/net"))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| one(host, &entry.path(), entry.file_name().to_str()?))
        .collect();
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list
}

fn one(host: &Host, path: &Path, name: &str) -> Option<Interface> {
    let physical = path.join("device").exists();
    let vlan = host.proc("net/vlan").join(name).exists();
    if !(physical || vlan || path.join("bonding").exists()) {
        return None;
    }
    let device = path.join("device");
    let link_name = |path: &Path| {
        Some(
            std::fs::read_link(path)
                .ok()?
                .file_name()?
                .to_str()?
                .to_owned(),
        )
    };
    Some(Interface {
        name: name.to_owned(),
        mac_address: mac(path),
        ipv4_address: ipv4(host, name),
        ipv6_address: ipv6(host, name),
        has_carrier: read_number(&path.join("carrier")) == Some(1),
        lldp: None,
        vendor: read_text(&device.join("vendor")),
        product: read_text(&device.join("device")),
        client_id: None,
        biosdevname: None,
        speed_mbps: read_text(&path.join("speed"))
            .and_then(|s| s.parse().ok())
            .filter(|s| *s > 0),
        pci_address: pci_address(&device),
        driver: link_name(&device.join("driver")),
    })
}

/// A bond's member shows the bond's address; its own is in `bonding_slave/perm_hwaddr`.
fn mac(path: &Path) -> Option<String> {
    read_text(&path.join("bonding_slave/perm_hwaddr"))
        .or_else(|| read_text(&path.join("address")))
        .map(|m| m.to_lowercase())
        .filter(|m| m.len() == 17 && m != "00:00:00:00:00:00")
}

/// Virtio and the like hang below their PCI function, so the path is searched from its end.
fn pci_address(device: &Path) -> Option<String> {
    let full = std::fs::canonicalize(device).ok()?;
    let parts: Vec<_> = full.iter().filter_map(|p| p.to_str()).collect();
    parts
        .into_iter()
        .rev()
        .find(|p| is_pci_address(p))
        .map(str::to_owned)
}

fn is_pci_address(text: &str) -> bool {
    let hex = |s: &str, n: usize| s.len() >= n && s.bytes().all(|b| b.is_ascii_hexdigit());
    match text.split([':', '.']).collect::<Vec<_>>()[..] {
        [domain, bus, slot, function] => {
            hex(domain, 4) && hex(bus, 2) && hex(slot, 2) && function.len() == 1
        }
        _ => false,
    }
}

/// The first IPv4 address. sysfs has none, so the kernel is asked; a fake tree has no such interface and gives none.
fn ipv4(host: &Host, name: &str) -> Option<String> {
    if host.root != Path::new("/") {
        return None;
    }
    nix::ifaddrs::getifaddrs()
        .ok()?
        .filter(|a| a.interface_name == name)
        .find_map(|a| {
            let address = a.address?;
            Some(address.as_sockaddr_in()?.ip().to_string())
        })
}

fn ipv6(host: &Host, name: &str) -> Option<String> {
    let text = read_text(&host.proc("net/if_inet6"))?;
    text.lines().find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let address = u128::from_str_radix(words.first()?, 16)
            .ok()
            .map(Ipv6Addr::from)?;
        (words.last() == Some(&name) && !address.is_unicast_link_local())
            .then(|| address.to_string())
    })
}

/// Whether an interface is up.
pub fn is_up(host: &Host, name: &str) -> bool {
    read_text(&host.sys("class/net").join(name).join("flags"))
        .and_then(|f| u64::from_str_radix(f.trim_start_matches("0x"), 16).ok())
        .is_some_and(|flags| flags & IFF_UP != 0)
}
