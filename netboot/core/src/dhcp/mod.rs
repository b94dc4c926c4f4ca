//! DHCPv4 on the wire: a tolerant reader of our own and a writer. It decides nothing.

mod facts;
mod packet;
mod reply;

pub use facts::{Architecture, ClientFacts, FactsError, Listener, MessageType, VendorClass};
pub use packet::{DecodeError, Packet};
pub use reply::{EncodeError, Reply};

/// Option codes that are read or written here (RFC 2132 and those it was extended by).
pub mod code {
    #![allow(missing_docs, reason = "the names are those of the standards")]
    pub const SUBNET_MASK: u8 = 1;
    pub const HOSTNAME: u8 = 12;
    pub const REQUESTED_ADDRESS: u8 = 50;
    pub const OVERLOAD: u8 = 52;
    pub const MESSAGE_TYPE: u8 = 53;
    pub const SERVER_ID: u8 = 54;
    pub const VENDOR_CLASS: u8 = 60;
    pub const CLIENT_ID: u8 = 61;
    pub const USER_CLASS: u8 = 77;
    pub const RELAY_AGENT: u8 = 82;
    pub const ARCHITECTURE: u8 = 93;
    pub const MACHINE_UUID: u8 = 97;
    pub const IPXE: u8 = 175;
}

#[cfg(test)]
mod tests;
