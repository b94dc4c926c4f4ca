//! A tolerant reader of BOOTP/DHCP packets: what is broken is skipped, what is whole is kept as raw bytes. It gives no meaning to options.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::code;

/// The fixed part of a packet: header, hardware address, server name and file (RFC 2131 section 2).
const HEADER: usize = 236;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// All options of one packet together; larger ones are no boot client's.
const MAX_OPTION_BYTES: usize = 4096;
const PAD: u8 = 0;
const END: u8 = 255;

/// Why bytes are not a DHCP packet at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Shorter than the fixed header and the cookie.
    #[error("the packet is shorter than a DHCP header")]
    Short,
    /// The magic cookie is missing (plain BOOTP or something else).
    #[error("the packet has no DHCP cookie")]
    Cookie,
}

/// A packet as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// 1 for a request, 2 for a reply.
    pub op: u8,
    /// Hardware type; 1 is Ethernet.
    pub htype: u8,
    /// Length of the hardware address.
    pub hlen: u8,
    /// Relays passed.
    pub hops: u8,
    /// Transaction.
    pub xid: u32,
    /// Seconds since the client started to ask.
    pub secs: u16,
    /// The flags word; the top bit asks for broadcast replies.
    pub flags: u16,
    /// The client's address, when it has one.
    pub ciaddr: Ipv4Addr,
    /// "Your" address, in replies.
    pub yiaddr: Ipv4Addr,
    /// The next server, in replies.
    pub siaddr: Ipv4Addr,
    /// The relay's address.
    pub giaddr: Ipv4Addr,
    /// The client's hardware address field.
    pub chaddr: [u8; 16],
    options: BTreeMap<u8, Vec<u8>>,
}

impl Packet {
    /// Reads a packet. Options that do not fit are left out, and so is all behind the first broken one of the same field.
    ///
    /// Options given in parts are joined (RFC 3396) and those in the `file` and `sname` fields are read when option 52 says so.
    ///
    /// # Errors
    /// When the fixed header or the cookie is missing.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let header: &[u8; HEADER] = bytes.first_chunk().ok_or(DecodeError::Short)?;
        let (cookie, rest) = bytes[HEADER..]
            .split_first_chunk::<4>()
            .ok_or(DecodeError::Short)?;
        if *cookie != COOKIE {
            return Err(DecodeError::Cookie);
        }
        let mut packet = Self::from_header(header);
        packet.read_options(rest, header);
        Ok(packet)
    }

    fn from_header(h: &[u8; HEADER]) -> Self {
        let address = |at: usize| Ipv4Addr::new(h[at], h[at + 1], h[at + 2], h[at + 3]);
        let mut chaddr = [0; 16];
        chaddr.copy_from_slice(&h[28..44]);
        Self {
            op: h[0],
            htype: h[1],
            hlen: h[2],
            hops: h[3],
            xid: u32::from_be_bytes([h[4], h[5], h[6], h[7]]),
            secs: u16::from_be_bytes([h[8], h[9]]),
            flags: u16::from_be_bytes([h[10], h[11]]),
            ciaddr: address(12),
            yiaddr: address(16),
            siaddr: address(20),
            giaddr: address(24),
            chaddr,
            options: BTreeMap::new(),
        }
    }

    fn read_options(&mut self, rest: &[u8], header: &[u8; HEADER]) {
        let mut budget = MAX_OPTION_BYTES;
        walk(rest, &mut self.options, &mut budget);
        let overload = self
            .options
            .get(&code::OVERLOAD)
            .and_then(|v| v.first())
            .copied()
            .unwrap_or(0);
        // The order is the one of RFC 3396 section 5: options field, file, sname.
        if overload & 1 != 0 {
            walk(&header[108..236], &mut self.options, &mut budget);
        }
        if overload & 2 != 0 {
            walk(&header[44..108], &mut self.options, &mut budget);
        }
    }

    /// The raw value of an option; `None` when absent.
    pub fn option(&self, code: u8) -> Option<&[u8]> {
        self.options.get(&code).map(Vec::as_slice)
    }

    /// An option that holds one IPv4 address (exactly four bytes).
    pub fn address_option(&self, code: u8) -> Option<Ipv4Addr> {
        let octets: [u8; 4] = self.option(code)?.try_into().ok()?;
        Some(Ipv4Addr::from(octets))
    }
}

/// Adds the options of one field to `into`, joining those that come in parts, until the end mark, a broken one, or the budget's end.
fn walk(mut field: &[u8], into: &mut BTreeMap<u8, Vec<u8>>, budget: &mut usize) {
    while let Some((&code, rest)) = field.split_first() {
        if code == PAD {
            field = rest;
            continue;
        }
        if code == END {
            return;
        }
        let Some((&length, rest)) = rest.split_first() else {
            return;
        };
        let Some((value, rest)) = rest.split_at_checked(usize::from(length)) else {
            return;
        };
        let Some(left) = budget.checked_sub(value.len() + 2) else {
            return;
        };
        *budget = left;
        into.entry(code).or_default().extend_from_slice(value);
        field = rest;
    }
}
