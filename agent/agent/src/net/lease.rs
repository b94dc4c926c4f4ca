//! A DHCP lease: reading it from a reply, and applying it to the machine.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use crate::log::{info, warning};
use crate::sys::net;

const MAX_SERVERS: usize = 4;
const MAX_ROUTES: usize = 64;

/// Kinds of replies that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyKind {
    /// A server offers.
    Offer,
    /// A server confirms.
    Ack,
    /// A server refuses.
    Nak,
}

/// A route: network, mask, gateway.
pub type Route = (Ipv4Addr, Ipv4Addr, Ipv4Addr);

/// What a reply says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Kind of the reply.
    pub kind: ReplyKind,
    /// Our address.
    pub address: Ipv4Addr,
    /// Who gave it.
    pub server: Ipv4Addr,
    /// Its network's mask.
    pub mask: Ipv4Addr,
    /// Routes, the default one among them.
    pub routes: Vec<Route>,
    /// DNS servers.
    pub dns: Vec<Ipv4Addr>,
    /// Domain for short names.
    pub domain: Option<String>,
    /// Host name.
    pub hostname: Option<String>,
    /// MTU.
    pub mtu: Option<u16>,
    /// How long it holds; `None` for ever.
    pub duration: Option<Duration>,
    /// When to renew.
    pub renew_after: Option<Duration>,
}

/// Reads a BOOTP reply to this transaction and hardware address. Tolerant of everything but the essentials.
pub fn parse(message: &[u8], xid: u32, mac: [u8; 6]) -> Option<Lease> {
    let reply = message.first() == Some(&2);
    if !reply || message.get(4..8)? != xid.to_be_bytes() || message.get(28..34)? != mac {
        return None;
    }
    if message.get(236..240)? != [99, 130, 83, 99] {
        return None;
    }
    let options = Options(message.get(240..)?);
    let kind = match options.get(53)?.first()? {
        2 => ReplyKind::Offer,
        5 => ReplyKind::Ack,
        6 => ReplyKind::Nak,
        _ => return None,
    };
    let address = four(message.get(16..20)?)?;
    let mask = options.address(1).unwrap_or_else(|| natural_mask(address));
    let seconds = |code: u8| options.get(code).and_then(|v| four(&v)).map(u32::from);
    let duration = seconds(51)
        .filter(|s| *s != u32::MAX)
        .map(|s| Duration::from_secs(s.max(60).into()));
    let renew = seconds(58)
        .map(|s| Duration::from_secs(s.into()))
        .filter(|r| duration.is_none_or(|d| *r < d));
    Some(Lease {
        kind,
        address,
        server: options.address(54).unwrap_or(Ipv4Addr::UNSPECIFIED),
        mask,
        routes: routes(&options),
        dns: options.addresses(6).into_iter().take(MAX_SERVERS).collect(),
        domain: options.text(15),
        hostname: options.text(12),
        mtu: options
            .get(26)
            .and_then(|v| Some(u16::from_be_bytes(v.get(..2)?.try_into().ok()?)))
            .filter(|m| *m >= 576),
        duration,
        renew_after: duration.map(|d| renew.unwrap_or(d / 2)),
    })
}

/// Classless routes (option 121) win over the router option, as RFC 3442 wants.
fn routes(options: &Options<'_>) -> Vec<Route> {
    let classless = options.get(121).map(|v| classless(&v)).unwrap_or_default();
    if !classless.is_empty() {
        return classless;
    }
    let zero = Ipv4Addr::UNSPECIFIED;
    options
        .addresses(3)
        .first()
        .map(|gateway| (zero, zero, *gateway))
        .into_iter()
        .collect()
}

fn classless(mut bytes: &[u8]) -> Vec<Route> {
    let mut routes = Vec::new();
    while let Some((width, rest)) = bytes.split_first() {
        let octets = usize::from(*width).div_ceil(8);
        let (Some(network), Some(gateway)) = (rest.get(..octets), rest.get(octets..octets + 4))
        else {
            break;
        };
        if *width > 32 || routes.len() >= MAX_ROUTES {
            break;
        }
        let mut full = [0; 4];
        full[..octets].copy_from_slice(network);
        let mask = u32::MAX.checked_shl(32 - u32::from(*width)).unwrap_or(0);
        if let Some(gateway) = four(gateway) {
            routes.push((
                Ipv4Addr::from(u32::from_be_bytes(full) & mask),
                Ipv4Addr::from(mask),
                gateway,
            ));
        }
        bytes = &rest[octets + 4..];
    }
    routes
}

fn four(bytes: &[u8]) -> Option<Ipv4Addr> {
    <[u8; 4]>::try_from(bytes.get(..4)?)
        .ok()
        .map(Ipv4Addr::from)
}

fn natural_mask(address: Ipv4Addr) -> Ipv4Addr {
    match address.octets()[0] {
        0..=127 => Ipv4Addr::new(255, 0, 0, 0),
        128..=191 => Ipv4Addr::new(255, 255, 0, 0),
        _ => Ipv4Addr::new(255, 255, 255, 0),
    }
}

struct Options<'a>(&'a [u8]);

impl Options<'_> {
    /// An option's bytes; pieces of a long one are joined (RFC 3396).
    fn get(&self, code: u8) -> Option<Vec<u8>> {
        let (mut at, mut found) = (0, None);
        while let Some(tag) = self.0.get(at) {
            match tag {
                0 => at += 1,
                255 => break,
                _ => {
                    // A cut-off last option ends the list; what came before it counts.
                    let Some(length) = self.0.get(at + 1).map(|l| usize::from(*l)) else {
                        break;
                    };
                    let Some(data) = self.0.get(at + 2..at + 2 + length) else {
                        break;
                    };
                    if *tag == code {
                        found.get_or_insert_with(Vec::new).extend_from_slice(data);
                    }
                    at += 2 + length;
                }
            }
        }
        found
    }

    fn addresses(&self, code: u8) -> Vec<Ipv4Addr> {
        self.get(code)
            .unwrap_or_default()
            .chunks_exact(4)
            .filter_map(four)
            .collect()
    }

    fn address(&self, code: u8) -> Option<Ipv4Addr> {
        self.addresses(code).first().copied()
    }

    /// Text that is fit for a file: host name characters only.
    fn text(&self, code: u8) -> Option<String> {
        let text = String::from_utf8(self.get(code)?).ok()?;
        let text = text.trim_end_matches('\0');
        let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        (!text.is_empty() && text.len() <= 253 && text.chars().all(fit)).then(|| text.to_owned())
    }
}

impl Lease {
    /// Sets address, MTU and routes of an interface, and, for the first one, names and DNS.
    pub fn apply(&self, interface: &str, etc: &Path, primary: bool) -> std::io::Result<()> {
        net::set_address(interface, self.address, self.mask)?;
        if let Some(mtu) = self.mtu
            && let Err(error) = net::set_mtu(interface, mtu)
        {
            warning!("{interface}: MTU {mtu}: {error}");
        }
        for (network, mask, gateway) in &self.routes {
            let default = mask.is_unspecified();
            // A second default route would only steal the traffic of the first interface.
            if (primary || !default)
                && let Err(error) = net::add_route(interface, *network, *mask, *gateway)
            {
                warning!("{interface}: route {network}/{mask} by {gateway}: {error}");
            }
        }
        if primary {
            self.write_names(etc);
        }
        info!("{interface}: {} from {}", self.address, self.server);
        Ok(())
    }

    fn write_names(&self, etc: &Path) {
        let mut text = String::new();
        if let Some(domain) = &self.domain {
            text.push_str(&format!("search {domain}\n"));
        }
        for server in &self.dns {
            text.push_str(&format!("nameserver {server}\n"));
        }
        let written = std::fs::create_dir_all(etc)
            .and_then(|()| std::fs::write(etc.join("resolv.conf"), text));
        if let Err(error) = written {
            warning!("resolv.conf cannot be written: {error}");
        }
        if let Some(name) = &self.hostname
            && let Err(error) = nix::unistd::sethostname(name)
        {
            warning!("host name {name}: {error}");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MAC: [u8; 6] = [0x52, 0x54, 0, 0, 0, 1];

    fn reply(options: &[u8]) -> Vec<u8> {
        let mut message = vec![0; 240];
        message[0] = 2;
        message[4..8].copy_from_slice(&7u32.to_be_bytes());
        message[16..20].copy_from_slice(&[192, 0, 2, 50]);
        message[28..34].copy_from_slice(&MAC);
        message[236..240].copy_from_slice(&[99, 130, 83, 99]);
        message.extend(options);
        message
    }

    #[test]
    fn a_lease_is_read() {
        let lease = parse(
            &reply(&[
                53, 1, 5, 54, 4, 192, 0, 2, 1, 1, 4, 255, 255, 255, 128, 3, 4, 192, 0, 2, 1, 6, 8,
                192, 0, 2, 2, 192, 0, 2, 3, 51, 4, 0, 0, 14, 16, 26, 2, 5, 220, 12, 4, b'n', b'o',
                b'd', b'e', 15, 3, b'a', b'\n', b'b', 255,
            ]),
            7,
            MAC,
        )
        .unwrap();
        assert_eq!(lease.kind, ReplyKind::Ack);
        assert_eq!(lease.mask, Ipv4Addr::new(255, 255, 255, 128));
        assert_eq!(
            lease.routes,
            [(
                Ipv4Addr::UNSPECIFIED,
                Ipv4Addr::UNSPECIFIED,
                Ipv4Addr::new(192, 0, 2, 1)
            )]
        );
        assert_eq!(lease.dns.len(), 2);
        assert_eq!(lease.hostname.as_deref(), Some("node"));
        assert_eq!(
            lease.domain, None,
            "a line break is not fit for resolv.conf"
        );
        assert_eq!(
            (lease.mtu, lease.duration),
            (Some(1500), Some(Duration::from_secs(3600)))
        );
        assert_eq!(lease.renew_after, Some(Duration::from_secs(1800)));
    }

    #[test]
    fn classless_routes_win_and_strangers_are_ignored() {
        let options = [
            53, 1, 2, 3, 4, 10, 0, 0, 1, 121, 12, 16, 172, 16, 10, 0, 0, 2, 0, 10, 0, 0, 3, 255,
            255,
        ];
        let lease = parse(&reply(&options), 7, MAC).unwrap();
        assert_eq!(lease.routes.len(), 2);
        assert_eq!(lease.routes[0].0, Ipv4Addr::new(172, 16, 0, 0));
        assert!(parse(&reply(&options), 8, MAC).is_none());
        assert!(parse(&reply(&options), 7, [0; 6]).is_none());
        assert!(parse(&reply(&[53, 1, 5, 1, 40, 1]), 7, MAC).is_some_and(|l| l.dns.is_empty()));
    }

    proptest::proptest! {
        #[test]
        fn no_reply_panics(options: Vec<u8>, message: Vec<u8>) {
            let _ = parse(&reply(&options), 7, MAC);
            let _ = parse(&message, 7, MAC);
        }
    }
}
