//! A reply as typed values and its encoding. It says what goes into a packet, not whether one is sent.

use std::net::Ipv4Addr;
use std::time::Duration;

use dhcproto::v4::{
    self, DhcpOption, Encodable, Encoder, Flags, Message, Opcode, OptionCode, UnknownOption,
};

use super::{ClientFacts, MessageType, code};
use crate::methods::{BootAnswer, Protocol};
use crate::session::network_for;
use crate::site::{Network, Site};

/// Some relays and boot ROMs drop packets below BOOTP's 300 bytes (RFC 1542 section 2.1).
const SHORTEST: usize = 300;
/// Option 43 for PXE: discovery control (6) with bit 3, "use the boot file of this offer, ask no boot server" (PXE 2.1, table 2-1).
const PXE_USE_BOOT_FILE: [u8; 4] = [6, 1, 8, 255];
/// iPXE's encapsulated option 176 with value 1: do not wait for a proxy DHCP server.
const IPXE_NO_PROXY_WAIT: [u8; 3] = [176, 1, 1];

/// A reply could not be encoded.
#[derive(Debug, thiserror::Error)]
#[error("encoding a DHCP reply")]
pub struct EncodeError(#[from] dhcproto::error::EncodeError);

/// A reply to one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Offer, ack or nak.
    pub message: MessageType,
    /// The address lent; `None` in proxy replies, naks and answers to an inform.
    pub address: Option<Ipv4Addr>,
    /// What to boot.
    pub boot: Option<BootAnswer>,
    /// How long the address is lent.
    pub lease_time: Option<Duration>,
    /// This is a proxy's reply, beside the one of the server that lends addresses.
    pub proxy: bool,
}

impl Reply {
    /// The bytes of the reply to the client with these facts.
    ///
    /// # Errors
    /// When a value does not fit the packet.
    pub fn encode(&self, facts: &ClientFacts, site: &Site) -> Result<Vec<u8>, EncodeError> {
        let mut message = self.header(facts, site);
        self.identify(facts, site, &mut message);
        if self.message != MessageType::Nak {
            if let Some(network) = network_for(facts, site).filter(|_| !self.proxy) {
                self.configure(network, &mut message);
            }
            self.boot_options(facts, site, &mut message);
        }
        let mut bytes = Vec::with_capacity(SHORTEST);
        message.encode(&mut Encoder::new(&mut bytes))?;
        if bytes.len() < SHORTEST {
            bytes.resize(SHORTEST, 0);
        }
        Ok(bytes)
    }

    fn header(&self, facts: &ClientFacts, site: &Site) -> Message {
        let none = Ipv4Addr::UNSPECIFIED;
        let ciaddr = if self.message == MessageType::Nak {
            none
        } else {
            facts.ciaddr
        };
        let siaddr = if self.boot.is_some() {
            site.server
        } else {
            none
        };
        let mac = facts.mac.octets();
        let mut message = Message::new_with_id(
            facts.xid,
            ciaddr,
            self.address.unwrap_or(none),
            siaddr,
            facts.giaddr,
            &mac,
        );
        message
            .set_opcode(Opcode::BootReply)
            .set_hops(0)
            .set_flags(Flags::from(facts.flags));
        if self.message == MessageType::Nak && facts.is_relayed() {
            // The relay must broadcast it: the client may hold an address of another network (RFC 2131 section 4.3.2).
            message.set_flags(Flags::from(facts.flags | 0x8000));
        }
        message
    }

    fn identify(&self, facts: &ClientFacts, site: &Site, message: &mut Message) {
        let kind = match self.message {
            MessageType::Offer => v4::MessageType::Offer,
            MessageType::Nak => v4::MessageType::Nak,
            _ => v4::MessageType::Ack,
        };
        let options = message.opts_mut();
        options.insert(DhcpOption::MessageType(kind));
        options.insert(DhcpOption::ServerIdentifier(site.server));
        if let Some(id) = &facts.client_id {
            options.insert(DhcpOption::ClientIdentifier(id.clone()));
        }
        if let Some(info) = &facts.relay_info {
            options.insert(raw(code::RELAY_AGENT, info));
        }
    }

    fn configure(&self, network: &Network, message: &mut Message) {
        let options = message.opts_mut();
        options.insert(DhcpOption::SubnetMask(network.subnet.mask()));
        options.insert(DhcpOption::BroadcastAddr(network.subnet.last()));
        if !network.routers.is_empty() {
            options.insert(DhcpOption::Router(network.routers.clone()));
        }
        if !network.dns.is_empty() {
            options.insert(DhcpOption::DomainNameServer(network.dns.clone()));
        }
        if let Some(mtu) = network.mtu {
            options.insert(DhcpOption::InterfaceMtu(mtu));
        }
        if let Some(lease) = self.lease_time {
            let seconds = u32::try_from(lease.as_secs()).unwrap_or(u32::MAX);
            options.insert(DhcpOption::AddressLeaseTime(seconds));
            options.insert(DhcpOption::Renewal(seconds / 2));
            options.insert(DhcpOption::Rebinding(seconds / 8 * 7));
        }
    }

    fn boot_options(&self, facts: &ClientFacts, site: &Site, message: &mut Message) {
        if facts.is_ipxe() && !self.proxy {
            message
                .opts_mut()
                .insert(raw(code::IPXE, &IPXE_NO_PROXY_WAIT));
        }
        let Some(boot) = &self.boot else { return };
        // The header's field for those that read only it, the option for those that read only that; long URLs fit the option alone.
        if boot.file.len() < 128 {
            message.set_fname_str(&boot.file);
        }
        let options = message.opts_mut();
        options.insert(DhcpOption::BootfileName(boot.file.clone().into_bytes()));
        if boot.protocol == Protocol::Tftp {
            options.insert(DhcpOption::TFTPServerName(
                site.server.to_string().into_bytes(),
            ));
        }
        if let Some(uuid) = &facts.machine_uuid {
            options.insert(DhcpOption::ClientMachineIdentifier(uuid.clone()));
        }
        if let Some(class) = self.vendor_class(boot) {
            options.insert(DhcpOption::ClassIdentifier(class.as_bytes().to_vec()));
            if class == "PXEClient" {
                options.insert(DhcpOption::VendorExtensions(PXE_USE_BOOT_FILE.to_vec()));
            }
        }
    }

    /// HTTP boot firmware takes no offer without its own class in it. PXE firmware takes class `PXEClient` for a proxy's mark, so a server that
    /// lends addresses leaves it out: some ROMs would look for boot servers.
    fn vendor_class(&self, boot: &BootAnswer) -> Option<&'static str> {
        match (boot.protocol, self.proxy) {
            (Protocol::HttpBoot, _) => Some("HTTPClient"),
            (_, true) => Some("PXEClient"),
            (_, false) => None,
        }
    }
}

fn raw(code: u8, value: &[u8]) -> DhcpOption {
    DhcpOption::Unknown(UnknownOption::new(OptionCode::from(code), value.to_vec()))
}
