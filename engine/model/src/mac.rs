//! A MAC address, parsed once at the border and written one way: lower case with colons. It knows no vendors and no network.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An Ethernet hardware address (48 bit).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MacAddress([u8; 6]);

/// Why a text is not a MAC address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MacAddressError {
    /// Not six groups of two hex digits (or seven with the hardware type in front).
    #[error("a MAC address is six pairs of hex digits separated by ':' or '-'")]
    Shape,
    /// The BOOTIF form names a hardware type that is not Ethernet (`01`).
    #[error("only Ethernet addresses (hardware type 01) are accepted")]
    HardwareType,
}

impl MacAddress {
    /// The address with these six octets, in the order they travel on the wire.
    pub const fn new(octets: [u8; 6]) -> Self {
        Self(octets)
    }

    /// The six octets in wire order.
    pub const fn octets(self) -> [u8; 6] {
        self.0
    }

    /// True for group addresses (broadcast included), which no machine can own.
    pub const fn is_group(self) -> bool {
        self.0[0] & 1 == 1
    }

    /// True for `00:00:00:00:00:00`.
    pub fn is_zero(self) -> bool {
        self.0 == [0; 6]
    }

    /// `aa-bb-cc-dd-ee-ff`, as file names and iPXE's `${mac:hexhyp}` write it.
    pub fn dashed(self) -> String {
        self.join('-')
    }

    /// `01-aa-bb-cc-dd-ee-ff`, as PXELINUX and iPXE pass it in the kernel argument `BOOTIF`.
    pub fn bootif(self) -> String {
        format!("01-{}", self.dashed())
    }

    fn join(self, separator: char) -> String {
        let mut text = String::with_capacity(17);
        for (i, octet) in self.0.iter().enumerate() {
            if i > 0 {
                text.push(separator);
            }
            text.push(hex_digit(octet >> 4));
            text.push(hex_digit(octet & 0xf));
        }
        text
    }
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

fn octet(group: &str) -> Option<u8> {
    let hex = group.len() == 2 && group.bytes().all(|b| b.is_ascii_hexdigit());
    if hex {
        u8::from_str_radix(group, 16).ok()
    } else {
        None
    }
}

impl FromStr for MacAddress {
    type Err = MacAddressError;

    /// Accepts `aa:bb:cc:dd:ee:ff` and `AA-BB-CC-DD-EE-FF`, and with seven groups the BOOTIF form `01-aa-…` (also with colons).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let separator = if text.contains(':') { ':' } else { '-' };
        let groups: Option<Vec<u8>> = text.split(separator).take(8).map(octet).collect();
        match groups.as_deref() {
            Some([a, b, c, d, e, f]) => Ok(Self([*a, *b, *c, *d, *e, *f])),
            Some([1, a, b, c, d, e, f]) => Ok(Self([*a, *b, *c, *d, *e, *f])),
            Some([_, _, _, _, _, _, _]) => Err(MacAddressError::HardwareType),
            _ => Err(MacAddressError::Shape),
        }
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.join(':'))
    }
}

impl fmt::Debug for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for MacAddress {
    type Error = MacAddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MacAddress> for String {
    fn from(mac: MacAddress) -> Self {
        mac.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MAC: MacAddress = MacAddress::new([0x52, 0x54, 0, 0xab, 0xcd, 0xef]);

    #[test]
    fn all_spellings_become_one() {
        for text in [
            "52:54:00:ab:cd:ef",
            "52:54:00:AB:CD:EF",
            "52-54-00-Ab-cd-EF",
            "01-52-54-00-ab-cd-ef",
            "01:52:54:00:ab:cd:ef",
        ] {
            assert_eq!(text.parse::<MacAddress>().unwrap(), MAC, "{text}");
        }
        assert_eq!(MAC.to_string(), "52:54:00:ab:cd:ef");
        assert_eq!(MAC.bootif(), "01-52-54-00-ab-cd-ef");
        assert_eq!(
            serde_json::to_string(&MAC).unwrap(),
            "\"52:54:00:ab:cd:ef\""
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            ":",
            "52:54:00:ab:cd",
            "52:54:00:ab:cd:ef:01:02",
            "52:54-00:ab-cd:ef",
            "525400abcdef",
            "5254:00:ab:cd:ef:0",
            "+2:54:00:ab:cd:ef",
            "52:54:00:ab:cd:é",
        ] {
            assert_eq!(
                text.parse::<MacAddress>(),
                Err(MacAddressError::Shape),
                "{text}"
            );
        }
        assert_eq!(
            "20-52-54-00-ab-cd-ef".parse::<MacAddress>(),
            Err(MacAddressError::HardwareType)
        );
        assert!(serde_json::from_str::<MacAddress>("\"nonsense\"").is_err());
    }

    #[test]
    fn group_addresses_are_known() {
        assert!(MacAddress::new([0xff; 6]).is_group());
        assert!(!MAC.is_group());
        assert!(MacAddress::new([0; 6]).is_zero());
    }
}
