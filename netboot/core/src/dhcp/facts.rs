//! What a client says of itself in a packet, as typed facts. A fact that makes no sense is absent; only a packet from no client is refused.

use std::net::Ipv4Addr;

use model::mac::MacAddress;

use super::{Packet, code};

/// DHCP message types (option 53).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageType {
    /// Is there a server?
    Discover,
    /// An answer to a discover.
    Offer,
    /// The client takes, renews or verifies an address.
    Request,
    /// The client found its address in use.
    Decline,
    /// The server agrees.
    Ack,
    /// The server does not agree.
    Nak,
    /// The client gives its address back.
    Release,
    /// The client has an address and asks for options.
    Inform,
}

impl MessageType {
    /// From the option's value.
    pub fn from_code(code: u8) -> Option<Self> {
        use MessageType::{Ack, Decline, Discover, Inform, Nak, Offer, Release, Request};
        [Discover, Offer, Request, Decline, Ack, Nak, Release, Inform]
            .get(usize::from(code).checked_sub(1)?)
            .copied()
    }

    /// A short word for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discover => "discover",
            Self::Offer => "offer",
            Self::Request => "request",
            Self::Decline => "decline",
            Self::Ack => "ack",
            Self::Nak => "nak",
            Self::Release => "release",
            Self::Inform => "inform",
        }
    }
}

/// The port on which a packet came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// UDP 67, the DHCP server port.
    Server,
    /// UDP 4011, where PXE clients ask a boot server directly.
    BootServer,
}

/// The client system architecture (option 93, IANA "Processor Architecture Types").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Architecture {
    /// BIOS on x86 (0).
    Bios,
    /// UEFI on x86-64; firmware in the field mixes up 7 and 9, so both are taken for it.
    UefiX64,
    /// UEFI on 64-bit ARM (11).
    UefiArm64,
    /// UEFI on x86-64 that boots over HTTP (16, and 17 as with 9).
    UefiHttpX64,
    /// UEFI on 64-bit ARM that boots over HTTP (19).
    UefiHttpArm64,
    /// Anything else.
    Other(u16),
}

impl Architecture {
    /// From the option's 16-bit value.
    pub fn from_code(code: u16) -> Self {
        match code {
            0 => Self::Bios,
            7 | 9 => Self::UefiX64,
            11 => Self::UefiArm64,
            16 | 17 => Self::UefiHttpX64,
            19 => Self::UefiHttpArm64,
            other => Self::Other(other),
        }
    }
}

/// Which kind of boot client option 60 claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorClass {
    /// Starts with `PXEClient`.
    Pxe,
    /// Starts with `HTTPClient` (UEFI HTTP boot).
    Http,
    /// Anything else, or nothing: not boot firmware.
    Other,
}

/// Why a packet holds no client's question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// A reply, or not BOOTP at all.
    #[error("not a request")]
    NotRequest,
    /// Another hardware than Ethernet, or an address that no machine can have.
    #[error("not from an Ethernet machine")]
    Hardware,
    /// Option 53 is missing or unknown.
    #[error("no known message type")]
    MessageType,
}

/// What a client said of itself. All of it is a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFacts {
    /// Its hardware address.
    pub mac: MacAddress,
    /// The transaction.
    pub xid: u32,
    /// What it wants.
    pub message: MessageType,
    /// Where it asked.
    pub listener: Listener,
    /// The architectures it names, in its order.
    pub architectures: Vec<Architecture>,
    /// The kind of boot client.
    pub vendor_class: VendorClass,
    /// The user class is `iPXE`.
    pub user_class_ipxe: bool,
    /// iPXE's own options (175) are present.
    pub ipxe_options: bool,
    /// The raw machine UUID (option 97), echoed to PXE clients.
    pub machine_uuid: Option<Vec<u8>>,
    /// The raw client identifier (option 61), echoed (RFC 6842).
    pub client_id: Option<Vec<u8>>,
    /// The address it asks for (option 50).
    pub requested: Option<Ipv4Addr>,
    /// The server that it chose (option 54).
    pub server_id: Option<Ipv4Addr>,
    /// The address it has; unspecified without one.
    pub ciaddr: Ipv4Addr,
    /// The relay that passed the packet on; unspecified without one.
    pub giaddr: Ipv4Addr,
    /// Relays passed.
    pub hops: u8,
    /// The raw relay agent information (option 82), echoed.
    pub relay_info: Option<Vec<u8>>,
    /// The circuit id in it (sub-option 1).
    pub circuit_id: Option<Vec<u8>>,
    /// The remote id in it (sub-option 2).
    pub remote_id: Option<Vec<u8>>,
    /// Seconds since it started to ask.
    pub secs: u16,
    /// It wants broadcast replies.
    pub broadcast: bool,
    /// The flags word, echoed.
    pub flags: u16,
    /// The name it gives for itself, when it is a plain host name.
    pub hostname: Option<String>,
}

impl ClientFacts {
    /// Reads the facts out of a packet that came in on `listener`.
    ///
    /// # Errors
    /// When the packet is not the question of an Ethernet machine.
    pub fn read(packet: &Packet, listener: Listener) -> Result<Self, FactsError> {
        if packet.op != 1 {
            return Err(FactsError::NotRequest);
        }
        let relay_info = packet.option(code::RELAY_AGENT).map(<[u8]>::to_vec);
        Ok(Self {
            mac: mac_of(packet)?,
            xid: packet.xid,
            message: message_of(packet).ok_or(FactsError::MessageType)?,
            listener,
            architectures: architectures_of(packet),
            vendor_class: vendor_class_of(packet),
            user_class_ipxe: packet
                .option(code::USER_CLASS)
                .is_some_and(is_ipxe_user_class),
            ipxe_options: packet.option(code::IPXE).is_some(),
            machine_uuid: bounded(packet.option(code::MACHINE_UUID), 17),
            client_id: bounded(packet.option(code::CLIENT_ID), 255),
            requested: packet.address_option(code::REQUESTED_ADDRESS),
            server_id: packet.address_option(code::SERVER_ID),
            ciaddr: packet.ciaddr,
            giaddr: packet.giaddr,
            hops: packet.hops,
            circuit_id: relay_info.as_deref().and_then(|raw| sub_option(raw, 1)),
            remote_id: relay_info.as_deref().and_then(|raw| sub_option(raw, 2)),
            relay_info,
            secs: packet.secs,
            broadcast: packet.flags & 0x8000 != 0,
            flags: packet.flags,
            hostname: packet.option(code::HOSTNAME).and_then(hostname_of),
        })
    }

    /// True when iPXE asks, whatever firmware started it.
    pub fn is_ipxe(&self) -> bool {
        self.ipxe_options || self.user_class_ipxe
    }

    /// True when the packet passed a relay.
    pub fn is_relayed(&self) -> bool {
        !self.giaddr.is_unspecified()
    }

    /// The first architecture named that is known here.
    pub fn architecture(&self) -> Option<Architecture> {
        self.architectures
            .iter()
            .copied()
            .find(|a| !matches!(a, Architecture::Other(_)))
    }

    /// A key for the switch port behind a relay (relay and circuit id, in hex); `None` when no relay named one.
    pub fn relay_port(&self) -> Option<String> {
        let circuit = self.circuit_id.as_ref()?;
        let octets = self.giaddr.octets();
        Some(
            octets
                .iter()
                .chain(circuit)
                .map(|b| format!("{b:02x}"))
                .collect(),
        )
    }
}

fn mac_of(packet: &Packet) -> Result<MacAddress, FactsError> {
    let [a, b, c, d, e, f, ..] = packet.chaddr;
    let mac = MacAddress::new([a, b, c, d, e, f]);
    let machine = packet.htype == 1 && packet.hlen == 6 && !mac.is_group() && !mac.is_zero();
    if machine {
        Ok(mac)
    } else {
        Err(FactsError::Hardware)
    }
}

fn message_of(packet: &Packet) -> Option<MessageType> {
    match packet.option(code::MESSAGE_TYPE)? {
        [kind] => MessageType::from_code(*kind),
        _ => None,
    }
}

fn architectures_of(packet: &Packet) -> Vec<Architecture> {
    let raw = packet.option(code::ARCHITECTURE).unwrap_or_default();
    let (pairs, _) = raw.as_chunks::<2>();
    pairs
        .iter()
        .take(8)
        .map(|pair| Architecture::from_code(u16::from_be_bytes(*pair)))
        .collect()
}

fn vendor_class_of(packet: &Packet) -> VendorClass {
    let class = packet.option(code::VENDOR_CLASS).unwrap_or_default();
    if class.starts_with(b"PXEClient") {
        VendorClass::Pxe
    } else if class.starts_with(b"HTTPClient") {
        VendorClass::Http
    } else {
        VendorClass::Other
    }
}

/// iPXE sends its user class bare; RFC 3004 wants each class behind its length. Both are understood.
fn is_ipxe_user_class(raw: &[u8]) -> bool {
    if raw == b"iPXE" {
        return true;
    }
    let mut rest = raw;
    while let Some((&length, tail)) = rest.split_first() {
        let Some((class, tail)) = tail.split_at_checked(usize::from(length)) else {
            return false;
        };
        if class == b"iPXE" {
            return true;
        }
        rest = tail;
    }
    false
}

fn bounded(value: Option<&[u8]>, longest: usize) -> Option<Vec<u8>> {
    value
        .filter(|v| !v.is_empty() && v.len() <= longest)
        .map(<[u8]>::to_vec)
}

fn sub_option(raw: &[u8], wanted: u8) -> Option<Vec<u8>> {
    let mut rest = raw;
    loop {
        let [code, length, tail @ ..] = rest else {
            return None;
        };
        let (value, tail) = tail.split_at_checked(usize::from(*length))?;
        if *code == wanted {
            return bounded(Some(value), 64);
        }
        rest = tail;
    }
}

fn hostname_of(raw: &[u8]) -> Option<String> {
    let raw = raw.strip_suffix(&[0]).unwrap_or(raw);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let accepted = (1..=63).contains(&raw.len()) && raw.iter().all(plain);
    if accepted {
        String::from_utf8(raw.to_vec()).ok()
    } else {
        None
    }
}
