//! The reader on what the network may bring: whole, odd and broken packets.
#![allow(clippy::unwrap_used)]

use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

fn packet(options: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 236];
    bytes[..3].copy_from_slice(&[1, 1, 6]);
    bytes[28..34].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
    bytes.extend([99, 130, 83, 99]);
    bytes.extend(options);
    bytes
}

fn facts(options: &[u8]) -> Result<ClientFacts, FactsError> {
    ClientFacts::read(&Packet::decode(&packet(options)).unwrap(), Listener::Server)
}

#[test]
fn what_is_no_dhcp_packet_is_refused() {
    assert_eq!(Packet::decode(&[]), Err(DecodeError::Short));
    assert_eq!(Packet::decode(&[0; 239]), Err(DecodeError::Short));
    assert_eq!(Packet::decode(&[0; 300]), Err(DecodeError::Cookie));
}

#[test]
fn a_broken_option_does_not_hide_the_whole_ones() {
    // An architecture of one byte, a host name that is not UTF-8, a UNDI version of two bytes; then what matters.
    let facts = facts(&[
        93, 1, 7, 12, 2, 0xff, 0xfe, 94, 2, 1, 3, 53, 1, 1, 60, 9, b'P', b'X', b'E', b'C', b'l',
        b'i', b'e', b'n', b't',
    ])
    .unwrap();
    assert_eq!(facts.vendor_class, VendorClass::Pxe);
    assert!(facts.architectures.is_empty() && facts.hostname.is_none());
}

#[test]
fn a_truncated_option_ends_the_list_but_not_the_packet() {
    let facts = facts(&[53, 1, 1, 93, 2, 0, 7, 97, 17, 0, 1]).unwrap();
    assert_eq!(facts.architectures, [Architecture::UefiX64]);
    assert_eq!(facts.machine_uuid, None);
}

#[test]
fn options_in_parts_are_joined_and_overloaded_fields_are_read() {
    let mut bytes = packet(&[53, 1, 1, 52, 1, 3, 77, 2, b'i', b'P', 255, 93, 2, 0, 0]);
    bytes[108..112].copy_from_slice(&[77, 2, b'X', b'E']);
    bytes[44..48].copy_from_slice(&[93, 2, 0, 11]);
    let facts = ClientFacts::read(&Packet::decode(&bytes).unwrap(), Listener::Server).unwrap();
    assert!(facts.user_class_ipxe);
    assert_eq!(
        facts.architectures,
        [Architecture::UefiArm64],
        "what stands behind the end mark is not read"
    );
}

#[test]
fn only_questions_of_machines_are_taken() {
    assert_eq!(facts(&[]), Err(FactsError::MessageType));
    assert_eq!(facts(&[53, 1, 99]), Err(FactsError::MessageType));
    let with = |change: fn(&mut Vec<u8>)| {
        let mut bytes = packet(&[53, 1, 1]);
        change(&mut bytes);
        ClientFacts::read(&Packet::decode(&bytes).unwrap(), Listener::Server)
    };
    assert_eq!(with(|b| b[0] = 2), Err(FactsError::NotRequest));
    assert_eq!(with(|b| b[1] = 32), Err(FactsError::Hardware));
    assert_eq!(with(|b| b[2] = 16), Err(FactsError::Hardware));
    assert_eq!(with(|b| b[28] = 0xff), Err(FactsError::Hardware));
}

#[test]
fn the_other_facts_are_read() {
    let info = [82, 6, 1, 1, 9, 2, 1, 8];
    let options = [
        &[
            53, 1, 3, 50, 4, 10, 0, 0, 5, 54, 4, 10, 0, 0, 1, 12, 4, b'n', b'o', b'd', b'e',
        ][..],
        &info,
    ]
    .concat();
    let facts = facts(&options).unwrap();
    assert_eq!(facts.requested, Some(Ipv4Addr::new(10, 0, 0, 5)));
    assert_eq!(facts.server_id, Some(Ipv4Addr::new(10, 0, 0, 1)));
    assert_eq!(facts.hostname.as_deref(), Some("node"));
    assert_eq!(
        (facts.circuit_id, facts.remote_id),
        (Some(vec![9]), Some(vec![8]))
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
        if let Ok(packet) = Packet::decode(&bytes) {
            let _ = ClientFacts::read(&packet, Listener::Server);
        }
    }

    #[test]
    fn no_options_make_the_reader_panic(options in proptest::collection::vec(any::<u8>(), 0..700)) {
        if let Ok(facts) = facts(&options) {
            let _ = facts.relay_port();
        }
    }

    /// Another codec's packets are read as they were meant.
    #[test]
    fn packets_of_another_codec_read_back(
        xid: u32, requested: u32, class in proptest::collection::vec(any::<u8>(), 1..600), arch in 0_u16..20,
    ) {
        use dhcproto::v4::{self, DhcpOption, Encodable, Encoder, Message, UnknownOption};
        let none = Ipv4Addr::UNSPECIFIED;
        let mut message = Message::new_with_id(xid, none, none, none, none, &[2, 0, 0, 0, 0, 1]);
        let options = message.opts_mut();
        options.insert(DhcpOption::MessageType(v4::MessageType::Discover));
        options.insert(DhcpOption::RequestedIpAddress(Ipv4Addr::from(requested)));
        options.insert(DhcpOption::ClassIdentifier(class.clone()));
        options.insert(DhcpOption::Unknown(UnknownOption::new(93.into(), arch.to_be_bytes().to_vec())));
        let mut bytes = Vec::new();
        message.encode(&mut Encoder::new(&mut bytes)).unwrap();
        let packet = Packet::decode(&bytes).unwrap();
        prop_assert_eq!(packet.option(60), Some(class.as_slice()));
        let facts = ClientFacts::read(&packet, Listener::Server).unwrap();
        prop_assert_eq!(facts.xid, xid);
        prop_assert_eq!(facts.requested, Some(Ipv4Addr::from(requested)));
        prop_assert_eq!(facts.architectures, vec![Architecture::from_code(arch)]);
    }
}
