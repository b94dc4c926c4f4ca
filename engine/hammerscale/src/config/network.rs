//! An IP network in CIDR form, and whether an address lies in it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// An IP network, such as 10.0.0.0/8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Its first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many leading bits all its addresses share.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether the address lies in it. An IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.address.is_ipv4() == address.is_ipv4()
            && masked(address, self.prefix) == masked(self.address, self.prefix)
    }

    /// Whether some address lies in both.
    pub fn overlaps(&self, other: &Network) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }
}

fn masked(address: IpAddr, prefix: u8) -> u128 {
    let (bits, width) = match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    let host_bits = u32::from(width - prefix.min(width));
    bits.checked_shr(host_bits).unwrap_or(0)
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The text is no IP network.
#[derive(Debug)]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    /// `ADDRESS/PREFIX`, or one address alone. Bits behind the prefix must be zero: a slip there would allow more than was meant.
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = match prefix {
            Some(digits) => digits.parse().map_err(|_| NoNetwork)?,
            None => width,
        };
        let host_bits = u32::from(width.checked_sub(prefix).ok_or(NoNetwork)?);
        let bits = match address {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        let host_mask = 1u128.checked_shl(host_bits).map_or(u128::MAX, |it| it - 1);
        if bits & host_mask != 0 {
            return Err(NoNetwork);
        }
        Ok(Self { address, prefix })
    }
}

/// Whether the address is loopback, link-local, unspecified, multicast or broadcast: never a BMC's unless it was allowed by name.
pub fn is_special(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_loopback()
                || v4.is_link_local()
                || v4.octets()[0] == 0
                || v4.is_multicast()
                || v4.is_broadcast()
        }
        IpAddr::V6(v6) => {
            v6 == Ipv6Addr::LOCALHOST
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn membership_follows_the_prefix() {
        let inside = |network: &str, address: &str| {
            network
                .parse::<Network>()
                .unwrap()
                .contains(address.parse().unwrap())
        };
        assert!(inside("10.0.0.0/8", "10.255.1.2"));
        assert!(!inside("10.0.0.0/8", "11.0.0.0"));
        assert!(inside("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(inside("0.0.0.0/0", "1.2.3.4"));
        assert!(!inside("0.0.0.0/0", "::1"));
        assert!(inside("::/0", "fe80::1"));
        assert!(inside("192.0.2.7", "192.0.2.7"));
        assert!(!inside("192.0.2.7", "192.0.2.6"));
    }

    #[test]
    fn malformed_networks_are_refused() {
        for text in [
            "10.0.0.1/8",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/-1",
            "x/8",
            "",
            "10.0.0.0/",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
