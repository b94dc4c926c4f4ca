//! The question whether another DHCP server is there, and the recognition of its answer. The socket and the waiting are elsewhere.

use std::net::Ipv4Addr;

use dhcproto::v4::{
    DhcpOption, Encodable, Encoder, Flags, Message, MessageType as Kind, OptionCode,
};
use model::mac::MacAddress;

use crate::dhcp::{EncodeError, MessageType, Packet, code};

/// A broadcast discover of a client with this address. `xid` must be unpredictable, so that an answer is one to this question.
///
/// # Errors
/// When it cannot be encoded.
pub fn discover(mac: MacAddress, xid: u32) -> Result<Vec<u8>, EncodeError> {
    let none = Ipv4Addr::UNSPECIFIED;
    let mut message = Message::new_with_id(xid, none, none, none, none, &mac.octets());
    message.set_flags(Flags::default().set_broadcast());
    let options = message.opts_mut();
    options.insert(DhcpOption::MessageType(Kind::Discover));
    options.insert(DhcpOption::ParameterRequestList(vec![
        OptionCode::SubnetMask,
        OptionCode::Router,
    ]));
    let mut bytes = Vec::with_capacity(300);
    message.encode(&mut Encoder::new(&mut bytes))?;
    if bytes.len() < 300 {
        bytes.resize(300, 0);
    }
    Ok(bytes)
}

/// The server that answered this question with an address; `None` for anything else (a proxy's offer lends none).
pub fn answer(bytes: &[u8], mac: MacAddress, xid: u32) -> Option<Ipv4Addr> {
    let packet = Packet::decode(bytes).ok()?;
    let [kind] = packet.option(code::MESSAGE_TYPE)? else {
        return None;
    };
    let ours = packet.op == 2 && packet.xid == xid && packet.chaddr[..6] == mac.octets();
    let offer = MessageType::from_code(*kind) == Some(MessageType::Offer)
        && !packet.yiaddr.is_unspecified();
    if ours && offer {
        packet
            .address_option(code::SERVER_ID)
            .or(Some(packet.siaddr))
    } else {
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::dhcp::{ClientFacts, Listener};

    const MAC: MacAddress = MacAddress::new([2, 0, 0, 0, 0, 9]);

    #[test]
    fn the_question_is_a_broadcast_discover() {
        let bytes = discover(MAC, 77).unwrap();
        let facts = ClientFacts::read(&Packet::decode(&bytes).unwrap(), Listener::Server).unwrap();
        assert_eq!(
            (facts.mac, facts.xid, facts.message, facts.broadcast),
            (MAC, 77, MessageType::Discover, true)
        );
        assert_eq!(
            answer(&bytes, MAC, 77),
            None,
            "our own question is no answer"
        );
    }

    #[test]
    fn only_an_offer_of_an_address_to_this_question_counts() {
        let offer = |xid, yiaddr: [u8; 4]| {
            let mut m = Message::new_with_id(
                xid,
                [0; 4].into(),
                yiaddr.into(),
                [0; 4].into(),
                [0; 4].into(),
                &MAC.octets(),
            );
            m.set_opcode(dhcproto::v4::Opcode::BootReply);
            m.opts_mut().insert(DhcpOption::MessageType(Kind::Offer));
            m.opts_mut()
                .insert(DhcpOption::ServerIdentifier([10, 0, 0, 1].into()));
            let mut bytes = Vec::new();
            m.encode(&mut Encoder::new(&mut bytes)).unwrap();
            bytes
        };
        assert_eq!(
            answer(&offer(77, [10, 0, 0, 50]), MAC, 77),
            Some([10, 0, 0, 1].into())
        );
        assert_eq!(answer(&offer(78, [10, 0, 0, 50]), MAC, 77), None);
        assert_eq!(answer(&offer(77, [0; 4]), MAC, 77), None);
        assert_eq!(
            answer(&offer(77, [10, 0, 0, 50]), MacAddress::new([2; 6]), 77),
            None
        );
    }
}
