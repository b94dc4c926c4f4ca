//! Whole conversations: questions as firmware asks them, replies as they stand on the wire.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use model::boot::BootWhat;

use super::*;
use crate::dhcp::{Listener, Packet};
use crate::site::{BootPrograms, DhcpMode, LeaseCaps, Subnet, UnknownMachines};

pub(crate) const MAC: MacAddress = MacAddress::new([0x52, 0x54, 0, 0, 0, 1]);

pub(crate) fn site(mode: DhcpMode) -> Site {
    let network = |a: u8, first: u8, last: u8| Network {
        subnet: Subnet::new(Ipv4Addr::new(10, 0, a, 0), 24).unwrap(),
        first: Ipv4Addr::new(10, 0, a, first),
        last: Ipv4Addr::new(10, 0, a, last),
        routers: vec![],
        dns: vec![],
        mtu: None,
    };
    let site = Site {
        server: Ipv4Addr::new(10, 0, 0, 1),
        mode,
        networks: vec![network(0, 100, 199), network(7, 10, 19)],
        reservations: BTreeMap::new(),
        excluded: BTreeSet::new(),
        relays: BTreeSet::from([Ipv4Addr::new(10, 0, 7, 1)]),
        unknown: UnknownMachines::Ignore,
        lease_time: Duration::from_secs(3600),
        caps: LeaseCaps {
            total: 1000,
            per_relay_port: 2,
        },
        programs: BootPrograms {
            uefi_x64: "snponly.efi".parse().ok(),
            uefi_arm64: None,
            bios: "undionly.kpxe".parse().ok(),
        },
        http_port: 8080,
    };
    site.check().unwrap();
    site
}

pub(crate) fn order(ramdisk: bool) -> BootOrder {
    let what = if ramdisk {
        BootWhat::Ramdisk {
            kernel: "vmlinuz".parse().unwrap(),
            initrd: "agent.img".parse().unwrap(),
            args: "console=ttyS0 quiet".parse().unwrap(),
        }
    } else {
        BootWhat::Disk
    };
    BootOrder {
        node: uuid::Uuid::nil(),
        what,
    }
}

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

/// A question with these options behind the message type.
fn question(kind: u8, options: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; 236];
    bytes[..3].copy_from_slice(&[1, 1, 6]);
    bytes[4..8].copy_from_slice(&[0xde, 0xad, 0xbe, 0xef]);
    bytes[28..34].copy_from_slice(&MAC.octets());
    bytes.extend([99, 130, 83, 99, 53, 1, kind]);
    for (code, value) in options {
        bytes.extend([*code, u8::try_from(value.len()).unwrap()]);
        bytes.extend(*value);
    }
    bytes.push(255);
    bytes
}

fn facts_at(listener: Listener, kind: u8, options: &[(u8, &[u8])]) -> ClientFacts {
    ClientFacts::read(&Packet::decode(&question(kind, options)).unwrap(), listener).unwrap()
}

fn facts(kind: u8, options: &[(u8, &[u8])]) -> ClientFacts {
    facts_at(Listener::Server, kind, options)
}

/// A reply's bytes as text: the header's fields that matter and all options in hex, text where it is text.
fn wire(outcome: &Outcome, facts: &ClientFacts, site: &Site) -> String {
    let (Outcome::Reply(reply) | Outcome::Leased { reply, .. }) = outcome else {
        panic!("no reply: {outcome:?}")
    };
    let bytes = reply.encode(facts, site).unwrap();
    assert!(bytes.len() >= 300);
    let packet = Packet::decode(&bytes).unwrap();
    assert_eq!(
        (packet.op, packet.htype, packet.hlen, packet.xid),
        (2, 1, 6, 0xdead_beef)
    );
    assert_eq!(packet.chaddr[..6], MAC.octets());
    let file: Vec<u8> = bytes[108..236]
        .iter()
        .copied()
        .take_while(|b| *b != 0)
        .collect();
    let mut text = format!(
        "yi={} si={} file={}",
        packet.yiaddr,
        packet.siaddr,
        String::from_utf8(file).unwrap()
    );
    for code in 1..=254 {
        if let Some(value) = packet.option(code) {
            let printable = value.len() > 4 && value.iter().all(|b| b.is_ascii_graphic());
            let shown = if printable {
                String::from_utf8(value.to_vec()).unwrap()
            } else {
                hex(value)
            };
            write!(text, " {code}={shown}").unwrap();
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

const OVMF: &[u8] = b"PXEClient:Arch:00007:UNDI:003001";
const OVMF_HTTP: &[u8] = b"HTTPClient:Arch:00016:UNDI:003001";

fn ask(site: &Site, kind: u8, options: &[(u8, &[u8])], ramdisk: bool) -> String {
    let facts = facts(kind, options);
    let outcome = handle(
        &facts,
        Some(&order(ramdisk)),
        site,
        &mut LeaseTable::default(),
        at(0),
    );
    wire(&outcome, &facts, site)
}

const LENT: &str = "1=ffffff00 28=0a0000ff 51=00000e10";
const TIMES: &str = "58=00000708 59=00000c4e";

#[test]
fn golden_uefi_pxe() {
    let uuid = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
    let reply = ask(
        &site(DhcpMode::Server),
        1,
        &[(60, OVMF), (93, &[0, 7]), (97, &uuid)],
        true,
    );
    let expected = format!(
        "yi=10.0.0.156 si=10.0.0.1 file=snponly.efi {LENT} 53=02 54=0a000001 {TIMES} 66=10.0.0.1 67=snponly.efi 97={}",
        hex(&uuid)
    );
    assert_eq!(reply, expected);
}

#[test]
fn golden_bios_pxe() {
    let class = b"PXEClient:Arch:00000:UNDI:002001";
    let reply = ask(
        &site(DhcpMode::Server),
        1,
        &[(60, class), (93, &[0, 0])],
        true,
    );
    let boot = "66=10.0.0.1 67=undionly.kpxe";
    assert_eq!(
        reply,
        format!(
            "yi=10.0.0.156 si=10.0.0.1 file=undionly.kpxe {LENT} 53=02 54=0a000001 {TIMES} {boot}"
        )
    );
}

#[test]
fn golden_ipxe() {
    let url = "http://10.0.0.1:8080/boot.ipxe?mac=52:54:00:00:00:01";
    let expected = format!(
        "yi=10.0.0.156 si=10.0.0.1 file={url} {LENT} 53=02 54=0a000001 {TIMES} 67={url} 175=b00101"
    );
    let bare: &[(u8, &[u8])] = &[(60, OVMF), (93, &[0, 7]), (77, b"iPXE"), (175, &[1, 1, 1])];
    let prefixed: &[(u8, &[u8])] = &[(77, b"\x04iPXE")];
    for options in [bare, &bare[3..]] {
        assert_eq!(ask(&site(DhcpMode::Server), 1, options, true), expected);
        assert_eq!(
            ask(&site(DhcpMode::Server), 1, options, false),
            expected,
            "iPXE gets a script for the disk, too"
        );
    }
    assert_eq!(ask(&site(DhcpMode::Server), 1, prefixed, true), expected);
}

#[test]
fn golden_uefi_http() {
    let reply = ask(
        &site(DhcpMode::Server),
        1,
        &[(60, OVMF_HTTP), (93, &[0, 16])],
        true,
    );
    let url = "http://10.0.0.1:8080/artefacts/snponly.efi";
    let expected = format!(
        "yi=10.0.0.156 si=10.0.0.1 file={url} {LENT} 53=02 54=0a000001 {TIMES} 60=HTTPClient 67={url}"
    );
    // Options come in the order of their codes in this text.
    assert_eq!(reply, expected);
}

#[test]
fn golden_proxy() {
    let site = site(DhcpMode::Proxy);
    let boot = "66=10.0.0.1 67=snponly.efi";
    let offer = ask(&site, 1, &[(60, OVMF), (93, &[0, 7])], true);
    assert_eq!(
        offer,
        format!(
            "yi=0.0.0.0 si=10.0.0.1 file=snponly.efi 43=060108ff 53=02 54=0a000001 60=PXEClient {boot}"
        )
    );
    let facts = facts_at(Listener::BootServer, 3, &[(60, OVMF), (93, &[0, 7])]);
    let outcome = handle(
        &facts,
        Some(&order(true)),
        &site,
        &mut LeaseTable::default(),
        at(0),
    );
    let ack = wire(&outcome, &facts, &site);
    assert_eq!(
        ack,
        format!(
            "yi=0.0.0.0 si=10.0.0.1 file=snponly.efi 43=060108ff 53=05 54=0a000001 60=PXEClient {boot}"
        )
    );
    let http = ask(&site, 1, &[(60, OVMF_HTTP), (93, &[0, 16])], true);
    assert!(
        http.contains("60=HTTPClient") && !http.contains(" 43="),
        "{http}"
    );
}

#[test]
fn routers_and_name_servers_are_sent_only_when_configured() {
    let mut site = site(DhcpMode::Server);
    site.networks[0].routers = vec![Ipv4Addr::new(10, 0, 0, 254)];
    site.networks[0].dns = vec![Ipv4Addr::new(10, 0, 0, 53)];
    site.networks[0].mtu = Some(9000);
    let reply = ask(&site, 1, &[], true);
    assert!(reply.contains(" 3=0a0000fe 6=0a000035 26=2328"), "{reply}");
}

#[test]
fn a_disk_order_starts_ipxe_too_and_a_system_gets_no_boot_data() {
    let firmware: &[(u8, &[u8])] = &[(60, OVMF), (93, &[0, 7])];
    let site = site(DhcpMode::Server);
    assert_eq!(
        ask(&site, 1, firmware, false),
        ask(&site, 1, firmware, true)
    );
    let system = ask(&site, 1, &[(60, b"dhcpcd-9.4.1")], false);
    assert!(
        system.starts_with("yi=10.0.0.156 si=0.0.0.0 file= ") && !system.contains(" 67="),
        "{system}"
    );
}

fn outcome_of(site: &Site, facts: &ClientFacts, known: bool) -> Outcome {
    let order = order(true);
    handle(
        facts,
        known.then_some(&order),
        site,
        &mut LeaseTable::default(),
        at(0),
    )
}

#[test]
fn unknown_machines_get_no_boot_data() {
    let options: &[(u8, &[u8])] = &[(60, OVMF), (93, &[0, 7])];
    let discover = facts(1, options);
    let mut server = site(DhcpMode::Server);
    assert_eq!(
        outcome_of(&server, &discover, false),
        Outcome::Ignored(Ignored::UnknownMachine)
    );
    server.unknown = UnknownMachines::AddressOnly;
    let Outcome::Reply(reply) = outcome_of(&server, &discover, false) else {
        panic!()
    };
    assert!(reply.address.is_some() && reply.boot.is_none());
    let mut proxy = site(DhcpMode::Proxy);
    proxy.unknown = UnknownMachines::AddressOnly;
    assert_eq!(
        outcome_of(&proxy, &discover, false),
        Outcome::Ignored(Ignored::UnknownMachine)
    );
}

#[test]
fn what_is_not_answered() {
    let options: &[(u8, &[u8])] = &[(60, OVMF), (93, &[0, 7])];
    let (server, proxy) = (site(DhcpMode::Server), site(DhcpMode::Proxy));
    let ignored = |site: &Site, facts: &ClientFacts| match outcome_of(site, facts, true) {
        Outcome::Ignored(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        ignored(&site(DhcpMode::Off), &facts(1, options)),
        Ignored::Off
    );
    assert_eq!(ignored(&proxy, &facts(1, &[])), Ignored::NotABootClient);
    assert_eq!(ignored(&proxy, &facts(3, options)), Ignored::NotForUs);
    assert_eq!(
        ignored(&proxy, &facts(1, &[(60, OVMF), (93, &[0, 11])])),
        Ignored::NothingToBoot
    );
    assert_eq!(
        ignored(&server, &facts_at(Listener::BootServer, 3, options)),
        Ignored::NotForUs
    );
    assert_eq!(ignored(&server, &facts(2, options)), Ignored::NotForUs);
    let other = Ipv4Addr::new(10, 0, 0, 2);
    assert_eq!(
        ignored(&server, &facts(3, &[(54, &other.octets())])),
        Ignored::OtherServer(other)
    );
    let mut relayed = facts(1, options);
    relayed.giaddr = Ipv4Addr::new(10, 0, 7, 2);
    assert_eq!(
        ignored(&server, &relayed),
        Ignored::RelayNotAllowed(relayed.giaddr)
    );
}

#[test]
fn an_address_is_offered_taken_renewed_and_given_back() {
    let site = site(DhcpMode::Server);
    let mut table = LeaseTable::default();
    let known = order(true);
    let mut go =
        |facts: &ClientFacts, seconds| handle(facts, Some(&known), &site, &mut table, at(seconds));
    let Outcome::Reply(offer) = go(&facts(1, &[]), 0) else {
        panic!()
    };
    let address = offer.address.unwrap();
    let request = facts(3, &[(50, &address.octets()), (54, &site.server.octets())]);
    let Outcome::Leased { row, reply } = go(&request, 1) else {
        panic!()
    };
    assert_eq!(
        (row.address, row.expires, reply.message),
        (address, at(3601), MessageType::Ack)
    );
    let mut renewal = facts(3, &[]);
    renewal.ciaddr = address;
    let Outcome::Leased { row, .. } = go(&renewal, 1800) else {
        panic!()
    };
    assert_eq!(row.expires, at(5400));
    let mut release = facts(7, &[(54, &site.server.octets())]);
    release.ciaddr = address;
    let Outcome::Released(row) = go(&release, 2000) else {
        panic!()
    };
    assert_eq!(row.expires, at(2000));
    assert_eq!(
        go(&release, 2001),
        Outcome::Nothing,
        "a second release changes nothing"
    );
    let Outcome::Reply(again) = go(&facts(1, &[]), 3000) else {
        panic!()
    };
    assert_eq!(
        again.address,
        Some(address),
        "the machine gets its old address"
    );
}

#[test]
fn a_wrong_address_is_refused_aloud() {
    let site = site(DhcpMode::Server);
    let wrong = facts(3, &[(50, &[192, 168, 1, 5])]);
    let outcome = outcome_of(&site, &wrong, true);
    assert_eq!(
        wire(&outcome, &wrong, &site),
        "yi=0.0.0.0 si=0.0.0.0 file= 53=06 54=0a000001"
    );
}

#[test]
fn a_relayed_machine_gets_an_address_of_its_own_network() {
    let site = site(DhcpMode::Server);
    let info = [1, 2, 0xaa, 0xbb, 2, 1, 0xcc];
    let mut relayed = facts(1, &[(82, &info)]);
    relayed.giaddr = Ipv4Addr::new(10, 0, 7, 1);
    assert_eq!(relayed.relay_port().as_deref(), Some("0a000701aabb"));
    let outcome = outcome_of(&site, &relayed, true);
    let text = wire(&outcome, &relayed, &site);
    assert!(
        text.starts_with("yi=10.0.7.") && text.contains(&format!(" 82={}", hex(&info))),
        "{text}"
    );
}

#[test]
fn a_declined_address_is_set_aside() {
    let site = site(DhcpMode::Server);
    let mut table = LeaseTable::default();
    let known = order(true);
    let mut go =
        |facts: &ClientFacts, seconds| handle(facts, Some(&known), &site, &mut table, at(seconds));
    let Outcome::Reply(offer) = go(&facts(1, &[]), 0) else {
        panic!()
    };
    let address = offer.address.unwrap();
    let decline = facts(4, &[(50, &address.octets()), (54, &site.server.octets())]);
    assert_eq!(go(&decline, 1), Outcome::Conflict(address));
    assert_eq!(go(&decline, 2), Outcome::Nothing);
    let Outcome::Reply(next) = go(&facts(1, &[]), 3) else {
        panic!()
    };
    assert_ne!(next.address, Some(address));
}
