//! Whether a DHCP client is answered and with what; which address it gets is the lease table's matter.

use std::net::Ipv4Addr;

use model::boot::BootOrder;

use crate::dhcp::{ClientFacts, Listener, MessageType};
use crate::methods::{self, BootAnswer};
use crate::site::{DhcpMode, Site, UnknownMachines};

/// Why a packet gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// No node has this machine and unknown ones are not served.
    UnknownMachine,
    /// The relay is not in the list.
    RelayNotAllowed(Ipv4Addr),
    /// The client chose another server.
    OtherServer(Ipv4Addr),
    /// A proxy answers boot clients only.
    NotABootClient,
    /// A proxy has nothing to say: there is no program for this firmware.
    NothingToBoot,
    /// A message that servers do not answer here (offers, acks; requests that only the lending server answers).
    NotForUs,
    /// The client's network is none of ours.
    NoNetwork,
    /// DHCP is off.
    Off,
}

impl Ignored {
    /// A short word for metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownMachine => "unknown_machine",
            Self::RelayNotAllowed(_) => "relay_not_allowed",
            Self::OtherServer(_) => "other_server",
            Self::NotABootClient => "not_a_boot_client",
            Self::NothingToBoot => "nothing_to_boot",
            Self::NotForUs => "not_for_us",
            Self::NoNetwork => "no_network",
            Self::Off => "off",
        }
    }
}

/// What to do about a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing, and why.
    Ignore(Ignored),
    /// Offer an address.
    Offer(Option<BootAnswer>),
    /// Give, renew or confirm an address, or say that it is wrong.
    Assign(Option<BootAnswer>),
    /// Send options alone: the client has its address.
    Inform(Option<BootAnswer>),
    /// Answer as a proxy: what to boot, no address.
    Proxy(BootAnswer),
    /// The client found this address in use: set it aside.
    SetAside(Ipv4Addr),
    /// The client gives its address back.
    Release,
}

/// Judges a packet. `order` is what the machine shall boot; `None` when no node has it.
///
/// A machine that shall boot from its disk is started like any other, and the script of its iPXE says so: firmware that gets an address
/// without a boot file asks again for a minute (EDK II 2022.11) before it tries its next entry.
pub fn decide(facts: &ClientFacts, order: Option<&BootOrder>, site: &Site) -> Decision {
    if facts.is_relayed() && !site.relays.contains(&facts.giaddr) {
        return Decision::Ignore(Ignored::RelayNotAllowed(facts.giaddr));
    }
    match site.mode {
        DhcpMode::Off => Decision::Ignore(Ignored::Off),
        DhcpMode::Proxy => as_proxy(facts, order, site),
        DhcpMode::Server => as_server(facts, order, site),
    }
}

fn as_proxy(facts: &ClientFacts, order: Option<&BootOrder>, site: &Site) -> Decision {
    let asked = match facts.listener {
        Listener::Server => facts.message == MessageType::Discover,
        Listener::BootServer => {
            matches!(
                facts.message,
                MessageType::Discover | MessageType::Request | MessageType::Inform
            )
        }
    };
    if !asked {
        return Decision::Ignore(Ignored::NotForUs);
    }
    if !methods::is_boot_client(facts) {
        return Decision::Ignore(Ignored::NotABootClient);
    }
    if order.is_none() {
        return Decision::Ignore(Ignored::UnknownMachine);
    }
    match methods::boot_answer(facts, site) {
        Some(boot) => Decision::Proxy(boot),
        None => Decision::Ignore(Ignored::NothingToBoot),
    }
}

fn as_server(facts: &ClientFacts, order: Option<&BootOrder>, site: &Site) -> Decision {
    if facts.listener != Listener::Server {
        return Decision::Ignore(Ignored::NotForUs);
    }
    // Asked before all else: a server beside the only one matters most where it answers machines that are unknown here.
    if let Some(other) = facts.server_id.filter(|id| *id != site.server) {
        return Decision::Ignore(Ignored::OtherServer(other));
    }
    if order.is_none() && site.unknown == UnknownMachines::Ignore {
        return Decision::Ignore(Ignored::UnknownMachine);
    }
    let boot = order.and_then(|_| methods::boot_answer(facts, site));
    match facts.message {
        MessageType::Discover => Decision::Offer(boot),
        MessageType::Request => Decision::Assign(boot),
        MessageType::Inform => Decision::Inform(boot),
        MessageType::Decline => facts
            .requested
            .map_or(Decision::Ignore(Ignored::NotForUs), Decision::SetAside),
        MessageType::Release => Decision::Release,
        MessageType::Offer | MessageType::Ack | MessageType::Nak => {
            Decision::Ignore(Ignored::NotForUs)
        }
    }
}
