//! What a BMC tells about itself and its machine. All of it is hearsay: bounded, and absent where the BMC is silent.

use std::{fmt, str::FromStr};

use async_trait::async_trait;

use crate::{BmcError, Target};

/// A 48-bit Ethernet address, shown as `52:54:00:12:34:56`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MacAddress(pub [u8; 6]);

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Not six octets in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an Ethernet address is six octets, such as 52:54:00:12:34:56")]
pub struct NoMacAddress;

impl FromStr for MacAddress {
    type Err = NoMacAddress;

    fn from_str(text: &str) -> Result<Self, NoMacAddress> {
        let mut octets = [0; 6];
        let mut parts = text.split([':', '-']);
        for octet in &mut octets {
            let part = parts
                .next()
                .filter(|part| part.len() == 2)
                .ok_or(NoMacAddress)?;
            if !part.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(NoMacAddress);
            }
            *octet = u8::from_str_radix(part, 16).map_err(|_| NoMacAddress)?;
        }
        if parts.next().is_some() {
            return Err(NoMacAddress);
        }
        Ok(Self(octets))
    }
}

/// One Ethernet interface as the BMC lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EthernetFact {
    /// The BMC's name for it (`NIC.Integrated.1-1-1`, `1`), not the operating system's.
    pub name: String,
    /// Its address.
    pub mac: MacAddress,
    /// Whether it is enabled, when told.
    pub enabled: Option<bool>,
}

/// What a BMC tells; every text at most 300 characters on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BmcFacts {
    /// Who made it, as the BMC says itself (`Dell`, `Sushy Emulator`).
    pub vendor: Option<String>,
    /// The machine's model.
    pub model: Option<String>,
    /// The machine's serial number.
    pub serial: Option<String>,
    /// The maker's order code or service tag.
    pub sku: Option<String>,
    /// The host firmware's version.
    pub bios_version: Option<String>,
    /// The BMC's own firmware version.
    pub bmc_firmware: Option<String>,
    /// The machine's UUID.
    pub uuid: Option<String>,
    /// `OK`, `Warning`, `Critical`, in the BMC's words.
    pub health: Option<String>,
    /// The machine's Ethernet interfaces (at most 64).
    pub ethernet: Vec<EthernetFact>,
    /// The version of the Redfish specification that the BMC claims; `None` for another protocol.
    pub redfish_version: Option<String>,
    /// The name of the quirk profile that the driver chose for it.
    pub profile: &'static str,
}

/// Who a BMC and its machine are.
#[async_trait]
pub trait Identity: Send + Sync {
    /// Everything the BMC tells about itself; what it does not tell is absent. Also renews what the driver believes of the
    /// BMC (quirks): call it after a firmware change.
    ///
    /// # Errors
    /// Any [`BmcError`] of reaching, logging in to and reading the BMC. Missing parts are no error.
    async fn facts(&self, target: &Target) -> Result<BmcFacts, BmcError>;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn macs_are_read_in_the_usual_spellings_and_shown_in_one() {
        assert_eq!(
            "70:B5:E8:F0:52:DC"
                .parse::<MacAddress>()
                .unwrap()
                .to_string(),
            "70:b5:e8:f0:52:dc"
        );
        assert_eq!(
            "70-b5-e8-f0-52-dc"
                .parse::<MacAddress>()
                .unwrap()
                .to_string(),
            "70:b5:e8:f0:52:dc"
        );
        for wrong in [
            "",
            "70:b5:e8:f0:52",
            "70:b5:e8:f0:52:dc:00",
            "7:0b:5e:8f:05:2d",
            "gg:b5:e8:f0:52:dc",
            "+1:b5:e8:f0:52:dc",
        ] {
            assert!(wrong.parse::<MacAddress>().is_err(), "{wrong}");
        }
    }
}
