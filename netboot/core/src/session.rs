//! One DHCP packet from its facts to a reply and a changed table: the decision and the lease table put together, still without I/O.

use std::net::Ipv4Addr;

use model::Timestamp;
use model::boot::BootOrder;
use model::mac::MacAddress;

use crate::decide::{Decision, Ignored, decide};
use crate::dhcp::{ClientFacts, MessageType, Reply};
use crate::lease::{Applicant, Exhausted, LeaseRow, LeaseTable};
use crate::methods::BootAnswer;
use crate::site::{Network, Site};

/// What came of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No reply, and why.
    Ignored(Ignored),
    /// No address is left for it.
    Exhausted(Exhausted),
    /// Send this.
    Reply(Reply),
    /// Store the lease, then send this.
    Leased {
        /// The reply.
        reply: Reply,
        /// The lease as it is now.
        row: LeaseRow,
    },
    /// Store the lease's end; there is no reply.
    Released(LeaseRow),
    /// Forget the lease and tell a person; there is no reply.
    Conflict(Ipv4Addr),
    /// A message about an address that the machine does not have; there is no reply.
    Nothing,
}

/// Handles one packet.
pub fn handle(
    facts: &ClientFacts,
    order: Option<&BootOrder>,
    site: &Site,
    table: &mut LeaseTable,
    now: Timestamp,
) -> Outcome {
    let decision = decide(facts, order, site);
    match decision {
        Decision::Ignore(why) => return Outcome::Ignored(why),
        Decision::Proxy(boot) => return Outcome::Reply(proxy_reply(facts, boot)),
        _ => {}
    }
    let Some(network) = network_for(facts, site) else {
        return Outcome::Ignored(Ignored::NoNetwork);
    };
    match decision {
        Decision::Offer(boot) => offer(facts, boot, network, site, table, now),
        Decision::Assign(boot) => assign(facts, boot, network, site, table, now),
        Decision::Inform(boot) => Outcome::Reply(Reply {
            message: MessageType::Ack,
            address: None,
            boot,
            lease_time: None,
            proxy: false,
        }),
        Decision::SetAside(address) => set_aside(facts.mac, address, network, table, now),
        Decision::Release => match table.release(facts.mac, facts.ciaddr, now) {
            Some(row) => Outcome::Released(row.clone()),
            None => Outcome::Nothing,
        },
        Decision::Ignore(_) | Decision::Proxy(_) => Outcome::Nothing,
    }
}

/// The network that a client is in: by its relay, else by the address it has, else the server's own.
pub fn network_for<'a>(facts: &ClientFacts, site: &'a Site) -> Option<&'a Network> {
    if facts.is_relayed() {
        return site.network_of(facts.giaddr);
    }
    let by_address = if facts.ciaddr.is_unspecified() {
        None
    } else {
        site.network_of(facts.ciaddr)
    };
    by_address.or_else(|| site.network_of(site.server))
}

fn proxy_reply(facts: &ClientFacts, boot: BootAnswer) -> Reply {
    let discover = facts.message == MessageType::Discover;
    let message = if discover {
        MessageType::Offer
    } else {
        MessageType::Ack
    };
    Reply {
        message,
        address: None,
        boot: Some(boot),
        lease_time: None,
        proxy: true,
    }
}

fn applicant<'a>(facts: &'a ClientFacts, relay_port: Option<&'a str>) -> Applicant<'a> {
    Applicant {
        mac: facts.mac,
        wish: facts.requested,
        hostname: facts.hostname.as_deref(),
        relay_port,
    }
}

fn offer(
    facts: &ClientFacts,
    boot: Option<BootAnswer>,
    network: &Network,
    site: &Site,
    table: &mut LeaseTable,
    now: Timestamp,
) -> Outcome {
    let port = facts.relay_port();
    match table.offer(applicant(facts, port.as_deref()), network, site, now) {
        Ok(address) => Outcome::Reply(Reply {
            message: MessageType::Offer,
            address: Some(address),
            boot,
            lease_time: Some(site.lease_time),
            proxy: false,
        }),
        Err(why) => Outcome::Exhausted(why),
    }
}

/// The four kinds of request (RFC 2131 section 4.3.2) differ only in where the address stands; a wrong one is always refused aloud, because
/// this server is the only one of its networks.
fn assign(
    facts: &ClientFacts,
    boot: Option<BootAnswer>,
    network: &Network,
    site: &Site,
    table: &mut LeaseTable,
    now: Timestamp,
) -> Outcome {
    let address = if facts.ciaddr.is_unspecified() {
        facts.requested
    } else {
        Some(facts.ciaddr)
    };
    let Some(address) = address else {
        return Outcome::Nothing;
    };
    let port = facts.relay_port();
    match table.take(
        applicant(facts, port.as_deref()),
        address,
        network,
        site,
        now,
    ) {
        Some(row) => Outcome::Leased {
            reply: Reply {
                message: MessageType::Ack,
                address: Some(address),
                boot,
                lease_time: Some(site.lease_time),
                proxy: false,
            },
            row: row.clone(),
        },
        None => Outcome::Reply(Reply {
            message: MessageType::Nak,
            address: None,
            boot: None,
            lease_time: None,
            proxy: false,
        }),
    }
}

fn set_aside(
    mac: MacAddress,
    address: Ipv4Addr,
    network: &Network,
    table: &mut LeaseTable,
    now: Timestamp,
) -> Outcome {
    if table.set_aside(mac, address, network, now) {
        Outcome::Conflict(address)
    } else {
        Outcome::Nothing
    }
}

#[cfg(test)]
pub(crate) mod tests;
