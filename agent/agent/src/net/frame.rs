//! IPv4 and UDP around DHCP messages: built and checked by hand, because before there is an address there is no socket
//! that would do it.

use std::net::Ipv4Addr;

const CLIENT: u16 = 68;
const SERVER: u16 = 67;

/// Wraps a DHCP message in UDP and IPv4, from `source` to everybody.
pub fn wrap(payload: &[u8], source: Ipv4Addr) -> Option<Vec<u8>> {
    let udp_length = u16::try_from(payload.len() + 8).ok()?;
    let total = udp_length.checked_add(20)?;
    let mut packet = vec![0x45, 0x10];
    packet.extend(total.to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, 17, 0, 0]);
    packet.extend(source.octets());
    packet.extend([255; 4]);
    let sum = checksum(&packet);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.extend(CLIENT.to_be_bytes());
    packet.extend(SERVER.to_be_bytes());
    packet.extend(udp_length.to_be_bytes());
    // No UDP checksum: optional in IPv4.
    packet.extend([0, 0]);
    packet.extend(payload);
    Some(packet)
}

/// Finds the DHCP message in an IPv4 packet to the client port. A UDP checksum is not verified: senders on the same
/// machine leave it to hardware that never sees the packet.
pub fn unwrap_reply(packet: &[u8]) -> Option<&[u8]> {
    let first = *packet.first()?;
    let header = usize::from(first & 0xf) * 4;
    let total = usize::from(u16::from_be_bytes([*packet.get(2)?, *packet.get(3)?]));
    let fragment = u16::from_be_bytes([*packet.get(6)?, *packet.get(7)?]) & 0x3fff;
    if first >> 4 != 4 || header < 20 || fragment != 0 || *packet.get(9)? != 17 {
        return None;
    }
    if checksum(packet.get(..header)?) != 0 {
        return None;
    }
    let udp = packet.get(header..total.min(packet.len()))?;
    let word = |at: usize| Some(u16::from_be_bytes([*udp.get(at)?, *udp.get(at + 1)?]));
    if word(0)? != SERVER || word(2)? != CLIENT {
        return None;
    }
    udp.get(8..usize::from(word(4)?))
}

fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|c| u32::from(u16::from_be_bytes([c[0], *c.get(1).unwrap_or(&0)])))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_unwrapped_and_foreign_packets_are_not() {
        let mut packet = wrap(b"hello", Ipv4Addr::UNSPECIFIED).unwrap();
        assert!(
            unwrap_reply(&packet).is_none(),
            "a client's own packet is no reply"
        );
        packet.swap(20, 22);
        packet.swap(21, 23);
        assert_eq!(unwrap_reply(&packet), Some(&b"hello"[..]));
        packet[8] ^= 1;
        assert!(unwrap_reply(&packet).is_none(), "a broken header");
    }

    proptest::proptest! {
        #[test]
        fn no_packet_panics(packet: Vec<u8>) {
            let _ = unwrap_reply(&packet);
        }
    }
}
