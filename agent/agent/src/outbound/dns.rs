//! A small DNS client, because a static binary has no resolver of the C library. It asks the servers of
//! `/etc/resolv.conf` over UDP for A and AAAA records and reads `/etc/hosts`; it caches nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::UdpSocket;

const TYPE_A: u16 = 1;
const TYPE_AAAA: u16 = 28;
const TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 3;

/// Why a name did not resolve.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// The name cannot be asked for.
    #[error("\"{0}\" is not a host name")]
    BadName(String),
    /// No server is configured.
    #[error(
        "no DNS server is known to resolve \"{0}\": DHCP gave none; use an IP address in the URL"
    )]
    NoServer(String),
    /// The servers know no address.
    #[error("the DNS servers {servers} know no address of \"{name}\"")]
    NoAddress {
        /// Name asked for.
        name: String,
        /// Servers asked.
        servers: String,
    },
    /// No server answered.
    #[error("no answer for \"{name}\" from the DNS servers {servers}")]
    Silent {
        /// Name asked for.
        name: String,
        /// Servers asked.
        servers: String,
    },
}

/// Resolver over the files of a root folder.
#[derive(Clone, Debug)]
pub struct Dns {
    /// Folder that holds `etc/`.
    pub root: PathBuf,
    /// Port of the servers; 53 outside tests.
    pub port: u16,
}

impl Dns {
    /// The machine's own.
    pub fn system() -> Self {
        Self {
            root: PathBuf::from("/"),
            port: 53,
        }
    }

    /// All addresses of a name, IPv4 first.
    pub async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, DnsError> {
        if let Ok(ip) = name.trim_matches(['[', ']']).parse() {
            return Ok(vec![ip]);
        }
        let known = self.hosts(name);
        if !known.is_empty() {
            return Ok(known);
        }
        if name.eq_ignore_ascii_case("localhost") {
            return Ok(vec![
                IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(Ipv6Addr::LOCALHOST),
            ]);
        }
        let (servers, search) = self.servers();
        if servers.is_empty() {
            return Err(DnsError::NoServer(name.to_owned()));
        }
        let mut candidates = vec![name.to_owned()];
        if !name.trim_end_matches('.').contains('.') {
            candidates.extend(search.into_iter().map(|domain| format!("{name}.{domain}")));
        }
        self.ask_all(name, &candidates, &servers).await
    }

    async fn ask_all(
        &self,
        name: &str,
        candidates: &[String],
        servers: &[IpAddr],
    ) -> Result<Vec<IpAddr>, DnsError> {
        let shown = || {
            servers
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut answered = false;
        for candidate in candidates {
            for server in servers.iter().cycle().take(servers.len() * ATTEMPTS) {
                let server = SocketAddr::new(*server, self.port);
                let Some(mut found) = ask(server, candidate, TYPE_A).await? else {
                    continue;
                };
                answered = true;
                found.extend(ask(server, candidate, TYPE_AAAA).await?.unwrap_or_default());
                if !found.is_empty() {
                    return Ok(found);
                }
                break;
            }
        }
        let (name, servers) = (name.to_owned(), shown());
        Err(if answered {
            DnsError::NoAddress { name, servers }
        } else {
            DnsError::Silent { name, servers }
        })
    }

    fn hosts(&self, name: &str) -> Vec<IpAddr> {
        let text = crate::host::read_text(&self.root.join("etc/hosts")).unwrap_or_default();
        text.lines()
            .filter_map(|line| {
                let mut words = line.split('#').next()?.split_whitespace();
                let ip = words.next()?.parse().ok()?;
                words.any(|w| w.eq_ignore_ascii_case(name)).then_some(ip)
            })
            .collect()
    }

    fn servers(&self) -> (Vec<IpAddr>, Vec<String>) {
        let text = crate::host::read_text(&self.root.join("etc/resolv.conf")).unwrap_or_default();
        let mut servers = Vec::new();
        let mut search = Vec::new();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    servers.extend(words.next().and_then(|w| w.parse::<IpAddr>().ok()))
                }
                Some("search" | "domain") => search = words.take(6).map(str::to_owned).collect(),
                _ => {}
            }
        }
        servers.truncate(4);
        (servers, search)
    }
}

/// Asks one server once. `None`: no usable answer. An empty list: the name has no such record.
async fn ask(server: SocketAddr, name: &str, kind: u16) -> Result<Option<Vec<IpAddr>>, DnsError> {
    let id = u16::from_be_bytes([
        uuid::Uuid::new_v4().as_bytes()[0],
        uuid::Uuid::new_v4().as_bytes()[1],
    ]);
    let query = encode_query(id, name, kind).ok_or_else(|| DnsError::BadName(name.to_owned()))?;
    let local = if server.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let exchange = async {
        let socket = UdpSocket::bind(local).await.ok()?;
        // A connected socket drops datagrams of anybody else.
        socket.connect(server).await.ok()?;
        socket.send(&query).await.ok()?;
        let mut buffer = [0u8; 4096];
        loop {
            let length = socket.recv(&mut buffer).await.ok()?;
            if let Some(answer) = parse_answer(&buffer[..length], id, kind) {
                return Some(answer);
            }
        }
    };
    Ok(tokio::time::timeout(TIMEOUT, exchange).await.ok().flatten())
}

fn encode_query(id: u16, name: &str, kind: u16) -> Option<Vec<u8>> {
    let mut packet = Vec::with_capacity(64);
    for word in [id, 0x0100, 1, 0, 0, 0] {
        packet.extend(word.to_be_bytes());
    }
    let name = name.trim_end_matches('.');
    if name.is_empty() || name.len() > 253 {
        return None;
    }
    for label in name.split('.') {
        let length = u8::try_from(label.len())
            .ok()
            .filter(|n| (1..=63).contains(n))?;
        packet.push(length);
        packet.extend(label.as_bytes());
    }
    packet.push(0);
    packet.extend(kind.to_be_bytes());
    packet.extend(1u16.to_be_bytes());
    Some(packet)
}

/// Reads an answer; `None` when it is not one to this question or malformed. Aliases need no following: a recursive
/// server sends the address records of the target along.
pub fn parse_answer(packet: &[u8], id: u16, kind: u16) -> Option<Vec<IpAddr>> {
    let word = |at: usize| Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]));
    let flags = word(2)?;
    if word(0)? != id || flags & 0x8000 == 0 {
        return None;
    }
    match flags & 0xf {
        0 => {}
        3 => return Some(Vec::new()),
        _ => return None,
    }
    let mut at = 12;
    for _ in 0..word(4)? {
        at = skip_name(packet, at)? + 4;
    }
    let mut found = Vec::new();
    for _ in 0..word(6)?.min(64) {
        at = skip_name(packet, at)?;
        let (record, length) = (word(at)?, usize::from(word(at + 8)?));
        let data = packet.get(at + 10..at + 10 + length)?;
        at += 10 + length;
        if record != kind {
            continue;
        }
        if let Ok(v4) = <[u8; 4]>::try_from(data) {
            found.push(IpAddr::from(v4));
        } else if let Ok(v6) = <[u8; 16]>::try_from(data) {
            found.push(IpAddr::from(v6));
        }
    }
    Some(found)
}

fn skip_name(packet: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..128 {
        let length = *packet.get(at)?;
        match length {
            0 => return Some(at + 1),
            1..=63 => at += 1 + usize::from(length),
            192..=255 => return Some(at + 2),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn answer(query: &[u8], address: [u8; 4]) -> Vec<u8> {
        let mut packet = query.to_vec();
        packet[2] = 0x81;
        packet[7] = 1;
        packet.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        packet.extend(address);
        packet
    }

    #[tokio::test]
    async fn a_name_is_resolved_through_the_configured_server() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("etc")).unwrap();
        std::fs::write(
            folder.path().join("etc/resolv.conf"),
            "nameserver 127.0.0.1\nsearch example.test\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("etc/hosts"), "192.0.2.9 fixed # note\n").unwrap();
        tokio::spawn(async move {
            let mut buffer = [0u8; 512];
            loop {
                let (n, from) = server.recv_from(&mut buffer).await.unwrap();
                let query = &buffer[..n];
                let v4 = query[n - 3] == 1;
                let known = v4 && query.windows(6).any(|w| w == b"\x05image");
                let reply = if known {
                    answer(query, [192, 0, 2, 7])
                } else {
                    let mut none = query.to_vec();
                    none[2] = 0x81;
                    none[3] = if v4 { 3 } else { 0 };
                    none
                };
                server.send_to(&reply, from).await.unwrap();
            }
        });
        let dns = Dns {
            root: folder.path().to_owned(),
            port,
        };
        assert_eq!(
            dns.resolve("image.example.test").await.unwrap(),
            [IpAddr::from([192, 0, 2, 7])]
        );
        assert_eq!(
            dns.resolve("fixed").await.unwrap(),
            [IpAddr::from([192, 0, 2, 9])]
        );
        assert_eq!(
            dns.resolve("192.0.2.1").await.unwrap(),
            [IpAddr::from([192, 0, 2, 1])]
        );
        assert!(matches!(
            dns.resolve("other").await,
            Err(DnsError::NoAddress { .. })
        ));
        assert!(matches!(
            dns.resolve("a..b").await,
            Err(DnsError::BadName(_))
        ));
    }

    proptest::proptest! {
        #[test]
        fn no_packet_makes_the_parser_panic(packet: Vec<u8>) {
            let _ = parse_answer(&packet, 0, TYPE_A);
            let mut valid = vec![0, 0, 0x80, 0, 0, 1, 0, 9, 0, 0, 0, 0];
            valid.extend(&packet);
            let _ = parse_answer(&valid, 0, TYPE_A);
        }
    }
}
