//! Microversions: `1.N`, chosen per request by a header. Parsing, order and negotiation; what each one adds is said beside the
//! thing it adds.

use std::fmt;
use std::str::FromStr;

/// A version of the API, `1.N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Microversion(u16);

/// Why a version was not chosen. The server answers 406 to both.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// The header cannot be read.
    #[error("Invalid value for X-OpenStack-Ironic-API-Version header")]
    Unreadable,
    /// A version outside the range that is served.
    #[error(
        "Version {requested} was requested but is not supported. The supported version range is: [{min}, {max}].",
        min = Microversion::MIN, max = Microversion::MAX
    )]
    OutOfRange {
        /// As it was asked for.
        requested: String,
    },
}

impl Microversion {
    /// The lowest version served, and the one assumed when a request names none.
    pub const MIN: Self = Self(1);
    /// The highest version served.
    pub const MAX: Self = Self(115);

    /// Version `1.minor`, without a check of the range.
    pub const fn new(minor: u16) -> Self {
        Self(minor)
    }

    /// The number after `1.`.
    pub const fn minor(self) -> u16 {
        self.0
    }

    /// Whether something added in `1.minor` exists in this version.
    pub const fn has(self, minor: u16) -> bool {
        self.0 >= minor
    }

    /// Chooses the version of a request from its two headers; the general one wins when it names the service.
    ///
    /// # Errors
    /// A header that cannot be read, or a version that is not served.
    pub fn negotiate(openstack: Option<&str>, legacy: Option<&str>) -> Result<Self, VersionError> {
        let named = openstack.and_then(baremetal_entry).or(legacy);
        let asked = named.map(str::trim).unwrap_or_default();
        match asked {
            "" => Ok(Self::MIN),
            latest if latest.eq_ignore_ascii_case("latest") => Ok(Self::MAX),
            other => Self::in_range(other),
        }
    }

    fn in_range(text: &str) -> Result<Self, VersionError> {
        let (major, minor) = split(text).ok_or(VersionError::Unreadable)?;
        let served = Self::MIN.0..=Self::MAX.0;
        match u16::try_from(minor) {
            Ok(minor) if major == 1 && served.contains(&minor) => Ok(Self(minor)),
            _ => Err(VersionError::OutOfRange {
                requested: format!("{major}.{minor}"),
            }),
        }
    }
}

/// The last entry for this service in `service version, service version`.
fn baremetal_entry(header: &str) -> Option<&str> {
    header
        .split(',')
        .filter_map(|entry| entry.trim().split_once(char::is_whitespace))
        .filter(|(service, _)| service.eq_ignore_ascii_case("baremetal"))
        .map(|(_, version)| version.trim())
        .next_back()
}

/// Two numbers, which may be below zero: such a version is no version that is served, but it can be read.
fn split(text: &str) -> Option<(i64, i64)> {
    let (major, minor) = text.split_once('.')?;
    let digits = |part: &str| {
        let part = part.strip_prefix('-').unwrap_or(part);
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(major) || !digits(minor) {
        return None;
    }
    Some((major.parse().ok()?, minor.parse().ok()?))
}

impl fmt::Display for Microversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl FromStr for Microversion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        Self::in_range(text.trim())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn negotiate(openstack: &str, legacy: &str) -> Result<Microversion, VersionError> {
        Microversion::negotiate(
            Some(openstack).filter(|t| !t.is_empty()),
            Some(legacy).filter(|t| !t.is_empty()),
        )
    }

    #[test]
    fn the_general_header_wins_when_it_names_the_service() {
        for (openstack, legacy, minor) in [
            ("", "", 1),
            ("", "1.80", 80),
            ("baremetal 1.95", "1.80", 95),
            ("compute 2.1", "1.80", 80),
            ("compute 2.1, baremetal 1.20, baremetal 1.30", "", 30),
            ("baremetal latest", "", 115),
            ("", "latest", 115),
            ("", "Latest", 115),
        ] {
            assert_eq!(negotiate(openstack, legacy), Ok(Microversion(minor)));
        }
    }

    #[test]
    fn what_is_not_served_is_told_apart_from_what_cannot_be_read() {
        for text in [
            "1.0",
            "1.116",
            "1.9999",
            "0.1",
            "2.1",
            "1.99999999",
            "1.4294967296",
            "-1.5",
            "1.-5",
        ] {
            assert!(
                matches!(negotiate("", text), Err(VersionError::OutOfRange { .. })),
                "{text}"
            );
        }
        for text in ["abc", "1", "1.1.1", "1.", ".5", "1.+5"] {
            assert_eq!(negotiate("", text), Err(VersionError::Unreadable), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_served_version_is_chosen_as_asked(minor in 1u16..=115) {
            let text = format!("1.{minor}");
            prop_assert_eq!(negotiate("", &text).unwrap().to_string(), text);
        }

        #[test]
        fn no_header_makes_it_panic(openstack in "\\PC{0,60}", legacy in "\\PC{0,30}") {
            if let Ok(version) = Microversion::negotiate(Some(&openstack), Some(&legacy)) {
                prop_assert!(version >= Microversion::MIN && version <= Microversion::MAX);
            }
        }
    }
}
