//! Small value types of single keys: parsed once here, trusted afterwards.

use conductor::hardware::DelayRange;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The text is not what the key takes; the key's description says what is.
#[derive(Debug)]
pub struct NotAllowed;

/// A time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seconds(pub Duration);

impl FromStr for Seconds {
    type Err = NotAllowed;
    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let seconds = text.parse().map_err(|_| NotAllowed)?;
        Ok(Self(Duration::from_secs(seconds)))
    }
}

/// A step's interface and its name: `vendor.send_raw`.
#[derive(Clone, Debug, PartialEq)]
pub struct StepName(pub String);

impl FromStr for StepName {
    type Err = NotAllowed;
    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let named = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        match text.split_once('.') {
            Some((interface, step)) if named(interface) && named(step) => Ok(Self(text.into())),
            _ => Err(NotAllowed),
        }
    }
}

/// How long pretended work takes: seconds, or a range of seconds such as `1,5`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FakeDelay(pub DelayRange);

impl FromStr for FakeDelay {
    type Err = NotAllowed;
    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        const MOST: u32 = 3600;
        let (least, most) = text.split_once(',').unwrap_or((text, text));
        let seconds = |text: &str| text.trim().parse().map_err(|_| NotAllowed);
        let (least, most) = (seconds(least)?, seconds(most)?);
        if least > most || most > MOST {
            return Err(NotAllowed);
        }
        Ok(Self(DelayRange { least, most }))
    }
}

/// A user and the role that the user has: `alice=member:web`.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRole {
    /// The name.
    pub user: String,
    /// The role.
    pub role: api::Role,
}

impl FromStr for UserRole {
    type Err = NotAllowed;
    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let (user, role) = text.split_once('=').ok_or(NotAllowed)?;
        let (user, role) = (user.trim(), role.trim());
        if user.is_empty() || user.contains(':') {
            return Err(NotAllowed);
        }
        Ok(Self {
            user: user.to_owned(),
            role: role.parse().map_err(|_| NotAllowed)?,
        })
    }
}

macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAllowed;
            fn from_str(text: &str) -> Result<Self, NotAllowed> {
                let check: fn(&str) -> bool = $check;
                check(text).then(|| Self(text.to_owned())).ok_or(NotAllowed)
            }
        }
    };
}

checked_text! {
    /// A name of letters, digits, `-`, `_` and `.`; at most 255 characters.
    Name,
    |text| text.len() <= 255 && text.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
}

checked_text! {
    /// The name of a node's interface implementation, such as `no-bios`.
    InterfaceName,
    |text| text.len() <= 63 && text.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
}

checked_text! {
    /// The name of a network interface of this host (Linux: at most 15 bytes, no slash, no space).
    LinkName,
    |text| text.len() <= 15 && text != "." && text != ".." && text.bytes().all(|it| it.is_ascii_graphic() && it != b'/' && it != b':')
}

checked_text! {
    /// An http or https URL without a trailing slash, account, query or fragment.
    Endpoint,
    |text| {
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':'])
            && rest.chars().all(|it| it.is_ascii_graphic() && !"@?#\"<>\\^`{|}".contains(it)))
    }
}

checked_text! {
    /// Kernel parameters, each of them one that the engine passes on.
    KernelParameters,
    |text| text.parse::<model::boot::KernelArgs>().is_ok()
}

checked_text! {
    /// What is logged: a level, or directives.
    LogDirectives,
    |text| {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        // A bare word is a level: as a directive it would be taken for a module's name and silence all else.
        let level = |part: &str| part.contains('=') || LEVELS.contains(&part.trim());
        text.split(',').all(level) && tracing_subscriber::EnvFilter::try_new(text).is_ok()
    }
}

macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$word_doc])* $word,)* }

        impl FromStr for $name {
            type Err = NotAllowed;
            fn from_str(text: &str) -> Result<Self, NotAllowed> {
                match text { $($text => Ok(Self::$word),)* _ => Err(NotAllowed) }
            }
        }
    };
}

word_enum! {
    /// What the engine does about DHCP.
    DhcpMode {
        /// Nothing.
        Off = "off",
        /// Leases addresses to every machine.
        Server = "server",
        /// Leases addresses to machines of the engine only.
        Known = "known",
        /// Adds boot data beside another server.
        Proxy = "proxy",
    }
}

word_enum! {
    /// How log lines look.
    LogFormat {
        /// For people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

/// An IPv4 netmask: leading ones, then zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Netmask(std::net::Ipv4Addr);

impl Netmask {
    /// As an address.
    pub fn address(self) -> std::net::Ipv4Addr {
        self.0
    }

    /// How many leading ones.
    pub fn prefix(self) -> u8 {
        u8::try_from(self.0.to_bits().leading_ones()).unwrap_or(32)
    }

    /// Whether both addresses lie in the same subnet.
    pub fn joins(self, left: std::net::Ipv4Addr, right: std::net::Ipv4Addr) -> bool {
        (left.to_bits() ^ right.to_bits()) & self.0.to_bits() == 0
    }
}

impl FromStr for Netmask {
    type Err = NotAllowed;
    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let address: std::net::Ipv4Addr = text.parse().map_err(|_| NotAllowed)?;
        let bits = address.to_bits();
        let contiguous = bits != 0 && bits.leading_ones() + bits.trailing_zeros() == 32;
        // All ones have no trailing zeros and 32 leading ones; they count as well.
        contiguous.then_some(Self(address)).ok_or(NotAllowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes<T: FromStr>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(text.parse::<T>().is_ok(), "refused {text}");
        }
        for text in bad {
            assert!(text.parse::<T>().is_err(), "took {text}");
        }
    }

    #[test]
    fn a_fake_delay_is_a_time_or_a_range() {
        let range = |least, most| Some(FakeDelay(DelayRange { least, most }));
        for (text, wanted) in [
            ("0", range(0, 0)),
            ("3", range(3, 3)),
            ("1, 5", range(1, 5)),
            ("5,1", None),
            ("4000", None),
            ("-1", None),
            ("1,2,3", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), wanted, "{text:?}");
        }
    }

    #[test]
    fn each_type_takes_what_it_says() {
        takes::<Name>(&["hammerscale", "a.b-c_1"], &["a b", "a/b", "ä"]);
        takes::<InterfaceName>(&["redfish", "no-bios"], &["Redfish", "a_b", "a b"]);
        takes::<LinkName>(
            &["eth0", "br-lab.5"],
            &["waytoolongforlinux", "a/b", "..", "a b"],
        );
        takes::<Endpoint>(
            &["http://h", "https://h:6385/v1", "http://[::1]:80"],
            &[
                "h:80",
                "ftp://h",
                "http://",
                "http://u:p@h",
                "https://h/?x=1",
                "http:///x",
            ],
        );
        takes::<KernelParameters>(&["console=ttyS0 quiet"], &["a\nb", "a;b", "initrd=x"]);
        takes::<LogDirectives>(&["info", "info,conductor=debug"], &["loud", "info,a=b=c"]);
        takes::<Netmask>(
            &["255.255.255.0", "255.255.255.255", "128.0.0.0"],
            &["0.0.0.0", "255.0.255.0", "24", "0.0.0.255"],
        );
    }
}
