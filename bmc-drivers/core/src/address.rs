//! Where a BMC answers: parsed once from what an operator wrote, never a bare string afterwards. No name resolution here.

use std::{fmt, net::IpAddr, str::FromStr, sync::Arc};

/// The longest address that is read (bytes).
const LONGEST: usize = 512;

/// How the BMC is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// HTTP over TLS.
    Https,
    /// Plain HTTP: emulators and isolated laboratory networks.
    Http,
}

impl Scheme {
    /// The port that goes with the scheme when none is written.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

/// Scheme, host, port and optional root path of a BMC, such as `https://192.0.2.7`, `192.0.2.7:8443` or
/// `http://[2001:db8::1]:8000/redfish/v1`. Without a scheme it is https. Credentials, query and fragment are refused.
/// Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BmcAddress(Arc<Parts>);

#[derive(PartialEq, Eq, Hash)]
struct Parts {
    scheme: Scheme,
    host: Host,
    port: u16,
    path: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Host {
    Ip(IpAddr),
    Name(String),
}

/// Why an address was not understood. The texts never repeat the whole address: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was written, or far too much.
    #[error("a BMC address is 1 to {LONGEST} characters long")]
    Length,
    /// A scheme that no driver speaks.
    #[error("a BMC address starts with https:// or http:// (or with the host, which means https)")]
    Scheme,
    /// `user:password@` in the address.
    #[error("a BMC address holds no user name or password; they have fields of their own")]
    Credentials,
    /// Neither an IP address nor a host name.
    #[error(
        "the BMC address has no valid host: an IPv4 address, an IPv6 address in brackets, or a host name is expected"
    )]
    Host,
    /// Not a TCP port.
    #[error("the BMC address has no valid port: 1 to 65535 is expected")]
    Port,
    /// Query, fragment, blanks or dot segments in the path.
    #[error(
        "the path of a BMC address is plain: no query, fragment, blanks, backslashes or dot segments"
    )]
    Path,
}

impl BmcAddress {
    /// How the BMC is spoken to.
    pub fn scheme(&self) -> Scheme {
        self.0.scheme
    }

    /// The host as it stands in a URL (IPv6 in brackets).
    pub fn url_host(&self) -> String {
        match &self.0.host {
            Host::Ip(IpAddr::V6(ip)) => format!("[{ip}]"),
            Host::Ip(ip) => ip.to_string(),
            Host::Name(name) => name.clone(),
        }
    }

    /// The address when it was given as a literal; a name is resolved (and checked) at connect.
    pub fn ip(&self) -> Option<IpAddr> {
        match &self.0.host {
            Host::Ip(ip) => Some(*ip),
            Host::Name(_) => None,
        }
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// The path that replaces the protocol's usual root, without a slash at its end; `None` when none was written.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Scheme, host and port as a URL without a path: `https://192.0.2.7:8443`.
    pub fn origin(&self) -> String {
        let host = self.url_host();
        if self.0.port == self.0.scheme.default_port() {
            format!("{}://{host}", self.0.scheme.name())
        } else {
            format!("{}://{host}:{}", self.0.scheme.name(), self.0.port)
        }
    }
}

impl fmt::Display for BmcAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())?;
        f.write_str(self.0.path.as_deref().unwrap_or(""))
    }
}

impl fmt::Debug for BmcAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for BmcAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST {
            return Err(AddressError::Length);
        }
        let (scheme, rest) = split_scheme(text)?;
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        if authority.contains('@') {
            return Err(AddressError::Credentials);
        }
        let (host, port) = split_port(authority)?;
        let (host, path) = (parse_host(host)?, parse_path(path)?);
        let port = port.unwrap_or(scheme.default_port());
        Ok(Self(Arc::new(Parts {
            scheme,
            host,
            port,
            path,
        })))
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), AddressError> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok((Scheme::Https, text));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok((Scheme::Https, rest)),
        "http" => Ok((Scheme::Http, rest)),
        _ => Err(AddressError::Scheme),
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), AddressError> {
    let bare_v6 = authority.parse::<std::net::Ipv6Addr>().is_ok();
    let bracket = authority.rfind(']').unwrap_or(0);
    match authority.rfind(':') {
        Some(colon) if !bare_v6 && colon >= bracket => {
            let port = authority[colon + 1..]
                .parse()
                .ok()
                .filter(|port| *port != 0);
            Ok((&authority[..colon], Some(port.ok_or(AddressError::Port)?)))
        }
        _ => Ok((authority, None)),
    }
}

fn parse_host(host: &str) -> Result<Host, AddressError> {
    let inner = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(inner) = inner {
        let ip = inner.parse().map_err(|_| AddressError::Host)?;
        return Ok(Host::Ip(IpAddr::V6(ip)));
    }
    if let Ok(ip) = host.parse() {
        return Ok(Host::Ip(ip));
    }
    // `0x7f.1` and `2130706433` are IPv4 to many resolvers: a name must not end in a number (as the URL standard has it).
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or("");
    let numeric = last.starts_with(|c: char| c.is_ascii_digit())
        && (last.bytes().all(|b| b.is_ascii_digit())
            || last.to_ascii_lowercase().starts_with("0x"));
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    if numeric || name.len() > 253 || !name.split('.').all(label) {
        return Err(AddressError::Host);
    }
    Ok(Host::Name(name.to_ascii_lowercase()))
}

fn parse_path(path: &str) -> Result<Option<String>, AddressError> {
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Ok(None);
    }
    let plain = |segment: &str| {
        !segment.is_empty()
            && segment != "."
            && segment != ".."
            && segment
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&b))
    };
    if !path[1..].split('/').all(plain) {
        return Err(AddressError::Path);
    }
    Ok(Some(path.to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<BmcAddress>().unwrap().to_string()
    }

    #[test]
    fn https_is_the_default_and_default_ports_vanish() {
        assert_eq!(shown("192.0.2.7"), "https://192.0.2.7");
        assert_eq!(shown("HTTPS://BMC.Example:443/"), "https://bmc.example");
        assert_eq!(
            shown("http://bmc:8000/redfish/v1/"),
            "http://bmc:8000/redfish/v1"
        );
        assert_eq!(shown("2001:db8::1"), "https://[2001:db8::1]");
        assert_eq!(shown("[2001:db8::1]:8443"), "https://[2001:db8::1]:8443");
    }

    #[test]
    fn equal_addresses_are_one_key() {
        let one: BmcAddress = "https://bmc.example:443".parse().unwrap();
        assert_eq!(one, "BMC.example/".parse().unwrap());
        assert_eq!(one.ip(), None);
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for (text, error) in [
            ("", AddressError::Length),
            ("ftp://bmc", AddressError::Scheme),
            ("https://root:hunter2@bmc", AddressError::Credentials),
            ("https://bmc:0", AddressError::Port),
            ("https://bmc:x", AddressError::Port),
            ("https://", AddressError::Host),
            ("https://a b", AddressError::Host),
            ("https://2130706433", AddressError::Host),
            ("https://0x7f.0x1", AddressError::Host),
            ("https://[::1", AddressError::Host),
            ("https://bmc/a?b", AddressError::Path),
            ("https://bmc/../x", AddressError::Path),
            ("https://bmc//evil", AddressError::Path),
        ] {
            assert_eq!(text.parse::<BmcAddress>(), Err(error), "{text}");
        }
        assert!(!AddressError::Credentials.to_string().contains("hunter2"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_refused_or_means_one_thing(text in "(https?://)?[\\PC]{0,40}") {
            if let Ok(address) = text.parse::<BmcAddress>() {
                proptest::prop_assert_eq!(address.to_string().parse::<BmcAddress>(), Ok(address));
            }
        }

        #[test]
        fn what_looks_like_an_address_too(text in "(http://)?[a-z0-9.:\\[\\]-]{1,20}(:[0-9]{1,5})?(/[a-z.]{0,5}){0,3}") {
            if let Ok(address) = text.parse::<BmcAddress>() {
                proptest::prop_assert_eq!(address.to_string().parse::<BmcAddress>(), Ok(address));
            }
        }
    }
}
