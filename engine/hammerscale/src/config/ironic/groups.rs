//! Settings of ironic-image that mean something only together: where to listen, which addresses to lease, who may come in.

use super::convert::{self, Unfit};
use super::{Reading, Verdict};
use crate::config::fragments::Source;
use crate::config::problem::Problem;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

const DEFAULT_PORT: u16 = 6385;

type Variables = BTreeMap<String, String>;

/// Reads every group.
pub(super) fn from_groups(
    variables: &Variables,
    root: &Path,
    reading: &mut Reading,
    problems: &mut Vec<Problem>,
) {
    boot_address(variables, reading, problems);
    listen(variables, reading, problems);
    leases(variables, reading, problems);
    certificate(root, reading);
    accounts(variables, root, reading);
}

fn get<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
    variables
        .get(name)
        .map(String::as_str)
        .filter(|it| !it.is_empty())
}

fn variable(name: &str) -> Source {
    Source::Variable(name.to_owned())
}

/// PROVISIONING_IP, else IRONIC_IP: with a prefix length it says the netmask too.
fn boot_address(variables: &Variables, reading: &mut Reading, problems: &mut Vec<Problem>) {
    for name in ["IRONIC_IP", "PROVISIONING_IP"] {
        let Some(value) = get(variables, name) else {
            continue;
        };
        match convert::ipv4_of_network(value) {
            Ok(address) => reading.take(name, variable(name), "netboot.address", &address),
            Err(Unfit::NotYet(why)) => reading.remark(name, Verdict::NotYet(why)),
            Err(Unfit::Wrong(expected)) => {
                problems.push(Problem::about(name, format!("must be {expected}")));
            }
        }
        if let Some(netmask) = convert::netmask(value) {
            reading.take(
                name,
                variable(name),
                "netboot.netmask",
                &netmask.to_string(),
            );
        }
    }
}

/// ironic-image listens on every address unless it is told not to. Here that is refused without accounts and TLS: the daemon says so.
fn listen(variables: &Variables, reading: &mut Reading, problems: &mut Vec<Problem>) {
    let place = ["PROVISIONING_INTERFACE", "PROVISIONING_IP", "IRONIC_IP"];
    let own = [
        "LISTEN_ALL_INTERFACES",
        "IRONIC_ACCESS_PORT",
        "IRONIC_LISTEN_PORT",
    ];
    let given: Vec<&str> = own
        .iter()
        .copied()
        .filter(|it| get(variables, it).is_some())
        .collect();
    if given.is_empty() && place.iter().all(|it| get(variables, it).is_none()) {
        return;
    }
    let setting = match given.is_empty() {
        true => "LISTEN_ALL_INTERFACES (true when not set)".to_owned(),
        false => given.join(", "),
    };
    let everywhere = get(variables, "LISTEN_ALL_INTERFACES").unwrap_or("true");
    let Some(everywhere) = convert::boolean(everywhere) else {
        problems.push(Problem::about(
            "LISTEN_ALL_INTERFACES",
            "must be a boolean: true or false",
        ));
        return;
    };
    let port = ["IRONIC_LISTEN_PORT", "IRONIC_ACCESS_PORT"]
        .iter()
        .find_map(|name| Some((*name, get(variables, name)?)));
    let port = match port.map(|(name, text)| (name, text.trim().parse::<u16>())) {
        None => DEFAULT_PORT,
        Some((_, Ok(port))) => port,
        Some((name, Err(_))) => {
            problems.push(Problem::about(name, "must be a port"));
            return;
        }
    };
    let own = ["IRONIC_IP", "PROVISIONING_IP"].iter().find_map(|name| {
        let text = get(variables, name)?.split('/').next().unwrap_or_default();
        text.trim_matches(['[', ']']).parse::<IpAddr>().ok()
    });
    let address = match (everywhere, own) {
        (true, Some(IpAddr::V6(_))) => "[::]".to_owned(),
        (true, _) => Ipv4Addr::UNSPECIFIED.to_string(),
        (false, Some(IpAddr::V6(address))) => format!("[{address}]"),
        (false, Some(address)) => address.to_string(),
        (false, None) => {
            let why =
                "without PROVISIONING_IP or IRONIC_IP the address is not known; set api.listen";
            reading.remark(&setting, Verdict::NotYet(why.into()));
            return;
        }
    };
    let listen = format!("{address}:{port}");
    reading.take(
        &setting,
        Source::Variable(setting.clone()),
        "api.listen",
        &listen,
    );
}

/// dnsmasq's `[tag:x,][set:x,]START,END|proxy|static[,NETMASK[,BROADCAST]][,LEASE]`.
fn leases(variables: &Variables, reading: &mut Reading, problems: &mut Vec<Problem>) {
    const NAME: &str = "DHCP_RANGE";
    let known_only = get(variables, "DHCP_IGNORE").is_some_and(|it| it.contains("tag:!known"));
    if get(variables, "DHCP_IGNORE").is_some() {
        let verdict = match (known_only, get(variables, NAME)) {
            (true, Some(_)) => None,
            (true, None) => Some(Verdict::NoMeaning(
                "without DHCP_RANGE no DHCP is served".into(),
            )),
            (false, _) => Some(Verdict::NotYet("only tag:!known is understood".into())),
        };
        if let Some(verdict) = verdict {
            reading.remark("DHCP_IGNORE", verdict);
        }
    }
    let Some(value) = get(variables, NAME) else {
        return;
    };
    let mut ranges = value.split(';').map(str::trim).filter(|it| !it.is_empty());
    let first = ranges.clone().find(|range| !range.contains("::"));
    let Some(range) = first else {
        reading.remark(
            NAME,
            Verdict::NotYet("addresses are leased by IPv4 only".into()),
        );
        return;
    };
    if ranges.any(|other| other != range) {
        let why = format!("one range of IPv4 addresses is leased: {range}; the others are not");
        reading.remark(NAME, Verdict::NotYet(why));
    }
    match Range::parse(range) {
        Some(range) => range.take(known_only, reading),
        None => problems.push(Problem::about(
            NAME,
            "must be START,END[,NETMASK][,LEASE] as for dnsmasq, such as 172.22.0.10,172.22.0.100",
        )),
    }
}

struct Range {
    start: Ipv4Addr,
    end: Option<Ipv4Addr>,
    mode: &'static str,
    netmask: Option<Ipv4Addr>,
    lease: Option<u64>,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text
            .split(',')
            .map(str::trim)
            .skip_while(|part| part.starts_with("tag:") || part.starts_with("set:"));
        let start = parts.next()?.parse().ok()?;
        let (end, mode) = match parts.next()? {
            "proxy" => (None, "proxy"),
            "static" => (None, "known"),
            address => (Some(address.parse().ok()?), "server"),
        };
        let mut range = Self {
            start,
            end,
            mode,
            netmask: None,
            lease: None,
        };
        let mut rest = parts.peekable();
        if let Some(netmask) = rest.peek().and_then(|part| part.parse().ok()) {
            range.netmask = Some(netmask);
            rest.next();
        }
        // A broadcast address follows from the netmask.
        if rest
            .peek()
            .is_some_and(|part| part.parse::<Ipv4Addr>().is_ok())
        {
            rest.next();
        }
        if let Some(lease) = rest.next() {
            range.lease = Some(seconds(lease)?);
        }
        rest.next().is_none().then_some(range)
    }

    fn take(&self, known_only: bool, reading: &mut Reading) {
        const NAME: &str = "DHCP_RANGE";
        let mode = match (self.mode, known_only) {
            ("server", true) => "known",
            (mode, _) => mode,
        };
        let setting = if known_only {
            "DHCP_RANGE, DHCP_IGNORE"
        } else {
            NAME
        };
        if mode == "known" && self.end.is_none() {
            let why = "a static range leases only what DHCP_HOSTS names: give START,END and netboot.dhcp = known";
            reading.remark(NAME, Verdict::NotYet(why.into()));
            return;
        }
        reading.take(setting, variable(NAME), "netboot.dhcp", mode);
        if let Some(end) = self.end {
            reading.take(
                NAME,
                variable(NAME),
                "netboot.range_start",
                &self.start.to_string(),
            );
            reading.take(NAME, variable(NAME), "netboot.range_end", &end.to_string());
        }
        if let Some(netmask) = self.netmask {
            reading.take(
                NAME,
                variable(NAME),
                "netboot.netmask",
                &netmask.to_string(),
            );
        }
        if let Some(lease) = self.lease {
            reading.take(
                NAME,
                variable(NAME),
                "netboot.lease_seconds",
                &lease.to_string(),
            );
        }
    }
}

/// dnsmasq's lease times: seconds, or with m, h, d, w; `infinite` has no place here.
fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = match text.strip_suffix(['m', 'h', 'd', 'w']) {
        Some(number) => (number, &text[number.len()..]),
        None => (text, ""),
    };
    let factor = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => 1,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// ironic-image switches TLS on by the presence of these files.
fn certificate(root: &Path, reading: &mut Reading) {
    let folder = root.join("certs/ironic");
    let (certificate, key) = (folder.join("tls.crt"), folder.join("tls.key"));
    if !certificate.exists() || !key.exists() {
        return;
    }
    for (path, to) in [(certificate, "api.tls_certificate"), (key, "api.tls_key")] {
        if let Some(text) = path.to_str() {
            reading.take(text, Source::File(path.clone()), to, text);
        }
    }
}

fn accounts(variables: &Variables, root: &Path, reading: &mut Reading) {
    let file = root.join("auth/ironic/htpasswd");
    if let Some(text) = file.to_str().filter(|_| file.exists()) {
        reading.take(text, Source::File(file.clone()), super::ACCOUNTS, text);
    }
    for name in ["IRONIC_HTPASSWD", "HTTP_BASIC_HTPASSWD"] {
        if get(variables, name).is_some() {
            let why = format!(
                "users are read from a file: write the line into /auth/ironic/htpasswd, or into a file that {} names",
                super::ACCOUNTS
            );
            reading.remark(name, Verdict::NotYet(why));
        }
    }
}
