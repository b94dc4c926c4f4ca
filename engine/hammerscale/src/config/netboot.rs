//! Validation of the network boot section: which keys need which others.

use super::network::Network;
use super::reader::Reader;
use super::settings::{BootPlace, LeaseRange, Netboot, RouterAdvertisements};
use super::words::{DhcpMode, LinkName, Netmask, Seconds};
use std::net::Ipv4Addr;

/// Keys that mean nothing while network boot is off; whoever sets one has forgotten to say where.
const NEED_A_PLACE: &[&str] = &[
    "netboot.dhcp",
    "netboot.range_start",
    "netboot.range_end",
    "netboot.router",
    "netboot.dns",
    "netboot.relays",
    "netboot.router_advertisements",
    "netboot.ra_prefix",
];

/// The section; `Some(None)` when network boot is off.
pub fn netboot(reader: &mut Reader<'_>) -> Option<Option<Netboot>> {
    let place = place(reader);
    let dhcp: Option<DhcpMode> = reader.one("netboot.dhcp");
    let netmask = reader.one("netboot.netmask");
    let range = range(reader, dhcp);
    let router: Option<Option<Ipv4Addr>> = reader.maybe("netboot.router");
    let dns = reader.list("netboot.dns");
    let lease = reader.one::<Seconds>("netboot.lease_seconds");
    let relays = reader.list("netboot.relays");
    let router_advertisements = router_advertisements(reader);
    let http_port = reader.one("netboot.http_port");
    let tftp = reader.one("netboot.tftp");
    let ipxe_dir = reader.one("netboot.ipxe_dir");
    let Some(place) = place? else {
        refuse_without_place(reader);
        return Some(None);
    };
    let netboot = Netboot {
        place,
        dhcp: dhcp?,
        range: range?,
        netmask: netmask?,
        router: router?,
        dns: dns?,
        lease: lease?.0,
        relays: relays?,
        router_advertisements: router_advertisements?,
        http_port: http_port?,
        tftp: tftp?,
        ipxe_dir: ipxe_dir?,
    };
    check_subnet(reader, &netboot);
    Some(Some(netboot))
}

fn place(reader: &mut Reader<'_>) -> Option<Option<BootPlace>> {
    let interface: Option<Option<LinkName>> = reader.maybe("netboot.interface");
    let address: Option<Option<Ipv4Addr>> = reader.maybe("netboot.address");
    let address = address?;
    if address.is_some_and(|it| it.is_unspecified() || it.is_broadcast() || it.is_multicast()) {
        reader.note(
            "netboot.address",
            "must be an address of this host, not a group of addresses",
        );
    }
    Some(match (interface?, address) {
        (Some(interface), Some(address)) => Some(BootPlace::Both(interface, address)),
        (Some(interface), None) => Some(BootPlace::Interface(interface)),
        (None, Some(address)) => Some(BootPlace::Address(address)),
        (None, None) => None,
    })
}

fn refuse_without_place(reader: &mut Reader<'_>) {
    for path in NEED_A_PLACE {
        if reader.is_set(path) {
            reader.note(
                path,
                "is set but network boot is off: name netboot.interface or netboot.address",
            );
        }
    }
}

fn range(reader: &mut Reader<'_>, dhcp: Option<DhcpMode>) -> Option<Option<LeaseRange>> {
    let start = reader.maybe("netboot.range_start");
    let end = reader.maybe("netboot.range_end");
    let leases = matches!(dhcp, Some(DhcpMode::Server | DhcpMode::Known));
    match (start?, end?) {
        (Some(start), Some(end)) if start > end => {
            let what = format!("{end} comes before the first address {start}");
            reader.note("netboot.range_end", what);
            None
        }
        (Some(start), Some(end)) => Some(Some(LeaseRange { start, end })),
        (None, None) if leases => {
            let what = "is missing: netboot.dhcp = 'server' or 'known' needs addresses to lease (range_start and range_end)";
            reader.note("netboot.range_start", what);
            None
        }
        (None, None) => Some(None),
        (Some(_), None) => {
            reader.note(
                "netboot.range_end",
                "is missing although netboot.range_start is set",
            );
            None
        }
        (None, Some(_)) => {
            reader.note(
                "netboot.range_start",
                "is missing although netboot.range_end is set",
            );
            None
        }
    }
}

fn router_advertisements(reader: &mut Reader<'_>) -> Option<Option<RouterAdvertisements>> {
    let wanted: Option<bool> = reader.one("netboot.router_advertisements");
    let prefix: Option<Option<Network>> = reader.maybe("netboot.ra_prefix");
    let prefix = prefix?;
    if prefix.is_some_and(|it| it.address().is_ipv4()) {
        reader.note(
            "netboot.ra_prefix",
            "must be an IPv6 network such as fd00:1::/64",
        );
        return None;
    }
    if prefix.is_some() && wanted == Some(false) {
        reader.note(
            "netboot.ra_prefix",
            "is set but netboot.router_advertisements is false",
        );
        return None;
    }
    Some(wanted?.then_some(RouterAdvertisements { prefix }))
}

/// Range, router and own address must lie in one subnet.
fn check_subnet(reader: &mut Reader<'_>, netboot: &Netboot) {
    let leases = matches!(netboot.dhcp, DhcpMode::Server | DhcpMode::Known);
    if leases && !netboot.relays.is_empty() {
        reader.note(
            "netboot.relays",
            "needs netboot.dhcp = \"proxy\": leasing addresses in networks behind relays is not available yet",
        );
    }
    let Some(address) = netboot.place.address() else {
        return;
    };
    let outside = |other: Ipv4Addr| !netboot.netmask.joins(address, other);
    let checks = [
        ("netboot.range_start", netboot.range.map(|it| it.start)),
        ("netboot.range_end", netboot.range.map(|it| it.end)),
        ("netboot.router", netboot.router),
    ];
    for (path, value) in checks {
        if let Some(value) = value.filter(|it| outside(*it)) {
            let what = outside_text(value, address, netboot.netmask);
            reader.note(path, what);
        }
    }
}

fn outside_text(value: Ipv4Addr, address: Ipv4Addr, netmask: Netmask) -> String {
    format!(
        "{value} is not in the subnet of netboot.address ({address}/{})",
        netmask.prefix()
    )
}
