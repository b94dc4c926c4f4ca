//! Which addresses a driver may connect to. Checked at connect, on what a name resolved to; never only on what was written.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// An IPv4 or IPv6 network in prefix notation (`10.20.0.0/16`); a lone address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a network was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not an IP address before the slash.
    #[error("a network is an IP address, a slash and a prefix length, such as 10.20.0.0/16")]
    Address,
    /// More bits than the address has, or no number.
    #[error("the prefix length is 0 to {longest}")]
    Prefix {
        /// Bits of such an address.
        longest: u8,
    },
}

impl Network {
    /// The network of the first `prefix` bits of `address`.
    ///
    /// # Errors
    /// [`NetworkError::Prefix`] when the address has fewer bits.
    pub fn new(address: IpAddr, prefix: u8) -> Result<Self, NetworkError> {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        if prefix > longest {
            return Err(NetworkError::Prefix { longest });
        }
        Ok(Self { address, prefix })
    }

    /// Whether the address lies inside. IPv4 written as `::ffff:a.b.c.d` is IPv4.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => same_bits_32(net, ip, self.prefix),
            (IpAddr::V6(net), IpAddr::V6(ip)) => same_bits_128(net, ip, self.prefix),
            _ => false,
        }
    }
}

fn same_bits_32(one: Ipv4Addr, two: Ipv4Addr, prefix: u8) -> bool {
    let difference = u32::from(one) ^ u32::from(two);
    difference.leading_zeros() >= u32::from(prefix)
}

fn same_bits_128(one: Ipv6Addr, two: Ipv6Addr, prefix: u8) -> bool {
    let difference = u128::from(one) ^ u128::from(two);
    difference.leading_zeros() >= u32::from(prefix)
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Address)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix
                .parse()
                .map_err(|_| NetworkError::Prefix { longest })?,
            None => longest,
        };
        Self::new(address, prefix)
    }
}

/// The addresses where BMCs may be. By default every unicast address except loopback and link-local ones (those are this
/// host and its cloud's metadata service, never a BMC).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedNetworks {
    only: Option<Vec<Network>>,
    loopback: bool,
}

impl AllowedNetworks {
    /// Only addresses inside one of these networks.
    pub fn only(networks: Vec<Network>) -> Self {
        Self {
            only: Some(networks),
            loopback: false,
        }
    }

    /// Loopback as well: fakes and development.
    #[must_use]
    pub fn with_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Whether a driver may connect to this address.
    pub fn allows(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        if self.loopback && ip.is_loopback() {
            return true;
        }
        match &self.only {
            Some(networks) => networks.iter().any(|network| network.contains(ip)),
            None => ordinary_unicast(ip),
        }
    }
}

fn ordinary_unicast(ip: IpAddr) -> bool {
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_broadcast() || ip.octets()[0] == 0,
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || link_local)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn prefixes_are_compared_bit_by_bit() {
        let net: Network = "10.20.48.0/20".parse().unwrap();
        assert!(net.contains(ip("10.20.63.255")) && !net.contains(ip("10.20.64.0")));
        assert!(net.contains(ip("::ffff:10.20.50.1")));
        assert!(
            "0.0.0.0/0"
                .parse::<Network>()
                .unwrap()
                .contains(ip("203.0.113.9"))
        );
        assert!(
            "2001:db8::/32"
                .parse::<Network>()
                .unwrap()
                .contains(ip("2001:db8:1::1"))
        );
        assert!(!"::/0".parse::<Network>().unwrap().contains(ip("10.0.0.1")));
        assert!("10.0.0.0/33".parse::<Network>().is_err() && "ten/8".parse::<Network>().is_err());
    }

    #[test]
    fn by_default_no_loopback_and_no_link_local() {
        let any = AllowedNetworks::default();
        assert!(any.allows(ip("192.0.2.7")) && any.allows(ip("2001:db8::1")));
        for refused in [
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "169.254.169.254",
            "fe80::1",
            "0.0.0.0",
            "224.0.0.1",
        ] {
            assert!(!any.allows(ip(refused)), "{refused}");
        }
        assert!(any.with_loopback().allows(ip("127.0.0.1")));
    }

    #[test]
    fn a_list_is_the_whole_truth() {
        let list = AllowedNetworks::only(vec!["10.0.0.0/8".parse().unwrap()]);
        assert!(
            list.allows(ip("10.1.2.3"))
                && !list.allows(ip("192.0.2.7"))
                && !list.allows(ip("127.0.0.1"))
        );
        assert!(!AllowedNetworks::only(Vec::new()).allows(ip("10.1.2.3")));
    }
}
