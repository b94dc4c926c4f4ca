//! The DHCPv4 client: discover, request, and confirm again before the lease ends. Encoding by dhcproto; blocking, on a
//! thread of its own.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use dhcproto::v4::{DhcpOption, Flags, Message, MessageType, OptionCode};
use dhcproto::{Encodable, Encoder};

use super::frame;
use super::lease::{self, Lease, ReplyKind};
use crate::conductor::pause;
use crate::log::warning;
use crate::sys::packet::PacketSocket;

const ETH_IPV4: u16 = 0x0800;
const FIRST_TIMEOUT: Duration = Duration::from_secs(2);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(16);

/// Why there is no lease.
#[derive(Debug, thiserror::Error)]
pub enum DhcpError {
    /// The socket could not be opened or used.
    #[error("DHCP on {interface}: {source}")]
    Socket {
        /// Interface.
        interface: String,
        /// Reason.
        source: std::io::Error,
    },
    /// The interface has no Ethernet address.
    #[error("DHCP on {0}: it has no MAC address")]
    NoMac(String),
    /// Nobody answered.
    #[error(
        "DHCP on {0}: no server answered; is the machine in the right network, and does the server know its MAC address?"
    )]
    Silence(String),
}

/// A client on one interface.
pub struct Client {
    interface: String,
    mac: [u8; 6],
    socket: PacketSocket,
}

impl Client {
    /// Opens the interface.
    pub fn open(interface: &str, mac: &str) -> Result<Self, DhcpError> {
        let mac = parse_mac(mac).ok_or_else(|| DhcpError::NoMac(interface.to_owned()))?;
        let socket =
            PacketSocket::open(interface, ETH_IPV4).map_err(|source| DhcpError::Socket {
                interface: interface.to_owned(),
                source,
            })?;
        Ok(Self {
            interface: interface.to_owned(),
            mac,
            socket,
        })
    }

    /// Gets a lease before the deadline.
    pub fn acquire(&self, deadline: Instant) -> Result<Lease, DhcpError> {
        let mut timeout = FIRST_TIMEOUT;
        while Instant::now() < deadline {
            let xid = self.new_xid();
            let discover = self.message(xid, MessageType::Discover, Ipv4Addr::UNSPECIFIED);
            if let Some(offer) = self.exchange(
                discover,
                xid,
                Ipv4Addr::UNSPECIFIED,
                &[ReplyKind::Offer],
                timeout,
            )? {
                let mut request = self.message(xid, MessageType::Request, Ipv4Addr::UNSPECIFIED);
                let options = request.opts_mut();
                options.insert(DhcpOption::RequestedIpAddress(offer.address));
                options.insert(DhcpOption::ServerIdentifier(offer.server));
                let wanted = [ReplyKind::Ack, ReplyKind::Nak];
                match self.exchange(request, xid, Ipv4Addr::UNSPECIFIED, &wanted, timeout)? {
                    Some(lease) if lease.kind == ReplyKind::Ack => return Ok(lease),
                    Some(_) => warning!("{}: the DHCP server took its offer back", self.interface),
                    None => {}
                }
            }
            timeout = (timeout * 2).min(LONGEST_TIMEOUT);
        }
        Err(DhcpError::Silence(self.interface.clone()))
    }

    /// Asks to keep an address: as a rebinding client, by broadcast, which every server and relay answers.
    pub fn renew(&self, lease: &Lease, timeout: Duration) -> Result<Option<Lease>, DhcpError> {
        let xid = self.new_xid();
        let request = self.message(xid, MessageType::Request, lease.address);
        self.exchange(
            request,
            xid,
            lease.address,
            &[ReplyKind::Ack, ReplyKind::Nak],
            timeout,
        )
    }

    fn new_xid(&self) -> u32 {
        let bytes = uuid::Uuid::new_v4().into_bytes();
        u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    fn message(&self, xid: u32, kind: MessageType, own: Ipv4Addr) -> Message {
        let zero = Ipv4Addr::UNSPECIFIED;
        let mut message = Message::new_with_id(xid, own, zero, zero, zero, &self.mac);
        message.set_flags(Flags::default().set_broadcast());
        let options = message.opts_mut();
        options.insert(DhcpOption::MessageType(kind));
        options.insert(DhcpOption::ParameterRequestList(vec![
            OptionCode::SubnetMask,
            OptionCode::Router,
            OptionCode::DomainNameServer,
            OptionCode::Hostname,
            OptionCode::DomainName,
            OptionCode::InterfaceMtu,
            OptionCode::AddressLeaseTime,
            OptionCode::ServerIdentifier,
            OptionCode::Renewal,
            OptionCode::ClasslessStaticRoute,
        ]));
        options.insert(DhcpOption::MaxMessageSize(1472));
        options.insert(DhcpOption::ClassIdentifier(b"hammerscale-agent".to_vec()));
        message
    }

    fn exchange(
        &self,
        message: Message,
        xid: u32,
        source: Ipv4Addr,
        wanted: &[ReplyKind],
        timeout: Duration,
    ) -> Result<Option<Lease>, DhcpError> {
        let failed = |source| DhcpError::Socket {
            interface: self.interface.clone(),
            source,
        };
        let mut payload = Vec::with_capacity(400);
        message
            .encode(&mut Encoder::new(&mut payload))
            .map_err(|e| failed(std::io::Error::other(e.to_string())))?;
        // BOOTP relays and old servers want at least 300 bytes.
        payload.resize(payload.len().max(300), 0);
        let packet = frame::wrap(&payload, source)
            .ok_or_else(|| failed(std::io::Error::other("the message is too long")))?;
        self.socket.broadcast(&packet).map_err(failed)?;
        let until = Instant::now() + pause::between(timeout, 0.9, 1.1);
        let mut buffer = [0u8; 2048];
        while let Some(left) = until
            .checked_duration_since(Instant::now())
            .filter(|l| !l.is_zero())
        {
            let Some(length) = self.socket.receive(&mut buffer, left).map_err(failed)? else {
                continue;
            };
            let lease =
                frame::unwrap_reply(&buffer[..length]).and_then(|m| lease::parse(m, xid, self.mac));
            if let Some(lease) = lease.filter(|l| wanted.contains(&l.kind)) {
                return Ok(Some(lease));
            }
        }
        Ok(None)
    }
}

fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let bytes: Vec<u8> = text
        .split(':')
        .map(|b| u8::from_str_radix(b, 16))
        .collect::<Result<_, _>>()
        .ok()?;
    bytes.try_into().ok()
}
