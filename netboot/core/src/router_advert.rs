//! Router advertisements (RFC 4861 section 4.2) that announce no router: boot programs that wait for one go on at once.

use std::net::Ipv6Addr;

use model::mac::MacAddress;

/// ICMPv6 type of a router solicitation.
pub const SOLICITATION: u8 = 133;
const ADVERTISEMENT: u8 = 134;
/// How long the prefix is valid, in seconds (preferred for half of it).
const PREFIX_LIFE: u32 = 3600;

/// A /64 prefix that machines make themselves addresses from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix(Ipv6Addr);

impl Prefix {
    /// The /64 that holds `address`.
    pub fn of(address: Ipv6Addr) -> Self {
        let bits = u128::from(address) >> 64 << 64;
        Self(Ipv6Addr::from(bits))
    }
}

/// The ICMPv6 message; its checksum is left zero, because the kernel fills it in on raw ICMPv6 sockets (RFC 3542 section 3.1).
///
/// Router lifetime 0: no machine takes the sender for its default router.
pub fn advertisement(source: MacAddress, prefix: Option<Prefix>) -> Vec<u8> {
    // type, code, checksum, hop limit (0: unspecified), flags (no DHCPv6), router lifetime, reachable time, retransmission time
    let mut bytes = vec![ADVERTISEMENT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend([1, 1]);
    bytes.extend(source.octets());
    if let Some(Prefix(prefix)) = prefix {
        // type 3, length 4, 64 bits, on-link and autonomous
        bytes.extend([3, 4, 64, 0b1100_0000]);
        bytes.extend(PREFIX_LIFE.to_be_bytes());
        bytes.extend((PREFIX_LIFE / 2).to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(prefix.octets());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_router_lifetime_is_zero_and_the_options_are_whole() {
        let prefix = Prefix::of(Ipv6Addr::new(0xfd00, 0x22, 0, 0, 1, 2, 3, 4));
        let bytes = advertisement(MacAddress::new([2, 0, 0, 0, 0, 1]), Some(prefix));
        assert_eq!(bytes.len(), 16 + 8 + 32);
        assert_eq!((bytes[0], &bytes[6..8]), (134, &[0_u8, 0][..]));
        assert_eq!(&bytes[16..24], &[1, 1, 2, 0, 0, 0, 0, 1]);
        assert_eq!(&bytes[24..28], &[3, 4, 64, 0xc0]);
        assert_eq!(
            &bytes[40..56],
            &Ipv6Addr::new(0xfd00, 0x22, 0, 0, 0, 0, 0, 0).octets()
        );
        assert_eq!(advertisement(MacAddress::new([2; 6]), None).len(), 24);
    }
}
