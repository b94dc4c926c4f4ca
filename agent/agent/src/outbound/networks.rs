//! Where image and config drive URLs may lead. Judged after name resolution, so that a name cannot hide an address.

use std::net::{IpAddr, Ipv6Addr};

/// A CIDR network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Parses `192.0.2.0/24`, `2001:db8::/32` or a bare address.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address.parse().ok()?, Some(prefix.parse::<u8>().ok()?)),
            None => (text.parse().ok()?, None),
        };
        let bits = if matches!(address, IpAddr::V4(_)) {
            32
        } else {
            128
        };
        let prefix = prefix.unwrap_or(bits);
        (prefix <= bits).then_some(Self { address, prefix })
    }

    /// Whether an address lies inside.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, plain(ip)) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.prefix))
                    .unwrap_or(0);
                (u32::from(net) ^ u32::from(ip)) & mask == 0
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.prefix))
                    .unwrap_or(0);
                (u128::from(net) ^ u128::from(ip)) & mask == 0
            }
            _ => false,
        }
    }
}

/// An IPv4 address that hides in an IPv6 one is judged as itself.
fn plain(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// The IPv4 address in one of NAT64's well-known prefix (RFC 6052) or of 6to4 (RFC 3056), or an IPv4-compatible one (RFC 4291).
fn behind_gateway(ip: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(v6) = ip else {
        return None;
    };
    let bytes = v6.octets();
    let four = |at: usize| {
        let four: Option<[u8; 4]> = bytes.get(at..at + 4)?.try_into().ok();
        four.map(IpAddr::from)
    };
    let nat64 = bytes.starts_with(&[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]);
    let compatible = bytes.starts_with(&[0; 12]) && !v6.is_loopback() && !v6.is_unspecified();
    match bytes {
        [0x20, 0x02, ..] => four(2),
        _ if nat64 || compatible => four(12),
        _ => None,
    }
}

/// The rules for one agent.
#[derive(Clone, Debug, Default)]
pub struct OutboundPolicy {
    /// Networks of BMCs and the engine.
    pub forbidden: Vec<Network>,
    /// Exceptions, also from the built-in refusals.
    pub allowed: Vec<Network>,
}

impl OutboundPolicy {
    /// Builds the rules from their texts. A forbidden network that cannot be read forbids everything: better no image
    /// than one from where it must not come.
    pub fn new(forbidden: &[String], allowed: &[String]) -> Self {
        let forbidden = forbidden
            .iter()
            .flat_map(|text| Network::parse(text).map_or_else(everything, |n| vec![n]))
            .collect();
        Self {
            forbidden,
            allowed: allowed
                .iter()
                .filter_map(|text| Network::parse(text))
                .collect(),
        }
    }

    /// Refuses an address in words, or lets it pass. An IPv6 address that a gateway turns into an IPv4 one is judged as both.
    pub fn check(&self, ip: IpAddr) -> Result<(), String> {
        let ip = plain(ip);
        if let Some(inner) = behind_gateway(ip) {
            self.judge(inner)?;
        }
        self.judge(ip)
    }

    fn judge(&self, ip: IpAddr) -> Result<(), String> {
        if self.allowed.iter().any(|n| n.contains(ip)) {
            return Ok(());
        }
        let kind = if ip.is_loopback() || ip.is_unspecified() {
            "a loopback address"
        } else if link_local(ip) {
            "a link-local address"
        } else if ip.is_multicast() || ip == IpAddr::from([255, 255, 255, 255]) {
            "not a host's address"
        } else if self.forbidden.iter().any(|n| n.contains(ip)) {
            "in a network that the engine forbids for images"
        } else {
            return Ok(());
        };
        Err(format!(
            "{ip} is {kind}; serve the image from another address, or let an administrator allow its network"
        ))
    }
}

fn everything() -> Vec<Network> {
    let zero = |address: IpAddr| Network { address, prefix: 0 };
    vec![
        zero(IpAddr::from([0, 0, 0, 0])),
        zero(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
    ]
}

fn link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn built_in_refusals_and_exceptions() {
        let policy = OutboundPolicy::new(&["10.0.0.0/8".to_owned()], &["10.1.0.0/16".to_owned()]);
        for (address, passes) in [
            ("127.0.0.1", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.2.0.1", false),
            ("169.254.169.254", false),
            ("fe80::1", false),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("10.2.3.4", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::a02:1", false),
            ("64:ff9b::c000:201", true),
            ("2002:a9fe:a9fe::1", false),
            ("::127.0.0.1", false),
            ("10.1.3.4", true),
            ("192.0.2.1", true),
            ("2001:db8::1", true),
        ] {
            assert_eq!(
                policy.check(address.parse().unwrap()).is_ok(),
                passes,
                "{address}"
            );
        }
    }

    #[test]
    fn an_unreadable_rule_forbids_everything() {
        let policy = OutboundPolicy::new(&["10.0.0.0/40".to_owned()], &[]);
        assert!(policy.check("192.0.2.1".parse().unwrap()).is_err());
        assert!(policy.check("2001:db8::1".parse().unwrap()).is_err());
        assert!(Network::parse("1.2.3.4/33").is_none() && Network::parse("x").is_none());
    }
}
