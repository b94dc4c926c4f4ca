//! The loop that answers DHCP: every packet is bounded, judged by the pure core, stored, and only then answered.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use netboot_core::decide::Ignored;
use netboot_core::dhcp::{ClientFacts, Listener, MessageType, Packet, Reply};
use netboot_core::rate::{RateCap, RateLimiter};
use netboot_core::session::Outcome;
use netboot_core::site::DhcpMode;
use ports::netboot::BootAlarm;
use tokio::sync::{Semaphore, watch};

use super::socket::{InterfaceSocket, Received};
use crate::error::StartError;
use crate::netboot::{Shared, asked_to_stop};

/// Packets that wait for the engine's answer at a time; more are dropped, and their clients ask again.
const IN_WORK: usize = 128;
/// The alarm about one other server is not repeated within this time.
const ALARM_PAUSE: Duration = Duration::from_secs(600);
/// Other servers that are told apart.
const ALARMS_KEPT: usize = 64;

/// The open sockets.
pub(crate) struct Listeners(Vec<(Listener, InterfaceSocket)>);

impl Listeners {
    /// Port 67, and 4011 for a proxy; none when DHCP is off.
    pub fn open(shared: &Shared) -> Result<Self, StartError> {
        let wanted: &[(Listener, u16)] = match shared.site.mode {
            DhcpMode::Off => &[],
            DhcpMode::Server => &[(Listener::Server, 67)],
            DhcpMode::Proxy => &[(Listener::Server, 67), (Listener::BootServer, 4011)],
        };
        let open = |(listener, port): &(Listener, u16)| {
            let address = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, *port).into();
            let socket = InterfaceSocket::open(&shared.interface, *port);
            socket
                .map(|s| (*listener, s))
                .map_err(|source| StartError::Open {
                    service: "DHCP",
                    address,
                    source,
                })
        };
        wanted.iter().map(open).collect::<Result<_, _>>().map(Self)
    }

    pub fn into_sockets(self) -> Vec<(Listener, InterfaceSocket)> {
        self.0
    }
}

struct Server {
    socket: InterfaceSocket,
    shared: Arc<Shared>,
    alarmed: Mutex<BTreeMap<Ipv4Addr, Instant>>,
}

/// Answers until told to stop.
pub(crate) async fn serve(
    (listener, socket): (Listener, InterfaceSocket),
    shared: Arc<Shared>,
    rate: RateCap,
    mut stop: watch::Receiver<bool>,
) {
    let server = Arc::new(Server {
        socket,
        shared,
        alarmed: Mutex::default(),
    });
    let (began, mut limiter, in_work) = (
        Instant::now(),
        RateLimiter::new(rate),
        Arc::new(Semaphore::new(IN_WORK)),
    );
    loop {
        let received = tokio::select! {
            () = asked_to_stop(&mut stop) => return,
            received = server.socket.receive() => received,
        };
        let received = match received {
            Ok(received) => received,
            Err(error) => {
                // The interface went down, for one; without the pause a lasting failure would spin.
                tracing::warn!(%error, "receiving a DHCP packet");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let Some(facts) = read(&received, listener) else {
            continue;
        };
        if !limiter.admit(facts.mac, began.elapsed()) {
            count(facts.message.as_str(), "rate_capped");
            continue;
        }
        let Ok(permit) = Arc::clone(&in_work).try_acquire_owned() else {
            count(facts.message.as_str(), "overload");
            continue;
        };
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            server.answer(facts, received.from).await;
            drop(permit);
        });
    }
}

fn count(kind: &'static str, result: &'static str) {
    metrics::counter!("netboot_dhcp_packets_total", "kind" => kind, "result" => result)
        .increment(1);
}

fn read(received: &Received, listener: Listener) -> Option<ClientFacts> {
    let packet = Packet::decode(&received.bytes).ok();
    let facts = packet.and_then(|packet| ClientFacts::read(&packet, listener).ok());
    if facts.is_none() {
        count("unreadable", "malformed");
    }
    facts
}

impl Server {
    async fn answer(&self, facts: ClientFacts, from: SocketAddrV4) {
        let kind = facts.message.as_str();
        let order = match self.shared.around.directory.order_for(facts.mac).await {
            Ok(order) => order,
            Err(error) => {
                tracing::warn!(mac = %facts.mac, error = &error as &dyn std::error::Error, "no DHCP answer");
                return count(kind, "lookup_failed");
            }
        };
        let now = self.shared.around.clock.now();
        match self
            .shared
            .book
            .handle(&facts, order.as_ref(), &self.shared.site, now)
            .await
        {
            Ok(outcome) => self.finish(&facts, from, outcome).await,
            Err(error) => {
                tracing::warn!(mac = %facts.mac, error = &error as &dyn std::error::Error, "no DHCP answer");
                count(kind, "store_failed");
            }
        }
    }

    async fn finish(&self, facts: &ClientFacts, from: SocketAddrV4, outcome: Outcome) {
        let kind = facts.message.as_str();
        match outcome {
            Outcome::Reply(reply) | Outcome::Leased { reply, .. } => {
                self.reply(facts, from, &reply).await
            }
            Outcome::Ignored(why) => {
                count(kind, why.as_str());
                tracing::debug!(mac = %facts.mac, kind, why = why.as_str(), "DHCP packet ignored");
                if let Ignored::OtherServer(server) = why {
                    self.rogue(facts, server).await;
                }
            }
            Outcome::Exhausted(why) => {
                count(kind, why.as_str());
                tracing::warn!(mac = %facts.mac, why = why.as_str(), "no address to lend");
            }
            Outcome::Conflict(address) => {
                count(kind, "conflict");
                self.shared
                    .alarm(BootAlarm::AddressConflict {
                        mac: facts.mac,
                        address,
                    })
                    .await;
            }
            Outcome::Released(_) => count(kind, "released"),
            Outcome::Nothing => count(kind, "nothing"),
        }
        metrics::gauge!("netboot_leases").set(self.shared.book.len() as f64);
    }

    async fn reply(&self, facts: &ClientFacts, from: SocketAddrV4, reply: &Reply) {
        let site = &self.shared.site;
        let bytes = match reply.encode(facts, site) {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(mac = %facts.mac, error = &error as &dyn std::error::Error, "no DHCP answer");
                return count(facts.message.as_str(), "encode_failed");
            }
        };
        let to = destination(facts, from, reply);
        match self.socket.send(&bytes, site.server, to).await {
            Ok(()) => count(facts.message.as_str(), reply.message.as_str()),
            Err(error) => {
                tracing::warn!(mac = %facts.mac, %to, %error, "sending a DHCP reply");
                return count(facts.message.as_str(), "send_failed");
            }
        }
        let boot = reply.boot.as_ref();
        let (method, file) = (boot.map(|b| b.method), boot.map(|b| b.file.as_str()));
        let told = reply.message.as_str();
        if reply.message == MessageType::Ack || reply.proxy {
            tracing::info!(mac = %facts.mac, told, address = ?reply.address, method, file, "DHCP");
        } else {
            tracing::debug!(mac = %facts.mac, told, address = ?reply.address, method, file, "DHCP");
        }
    }

    async fn rogue(&self, facts: &ClientFacts, server: Ipv4Addr) {
        let fresh = {
            let mut alarmed = self.alarmed.lock().unwrap_or_else(PoisonError::into_inner);
            alarmed.retain(|_, at| at.elapsed() < ALARM_PAUSE);
            let fresh = !alarmed.contains_key(&server) && alarmed.len() < ALARMS_KEPT;
            if fresh {
                alarmed.insert(server, Instant::now());
            }
            fresh
        };
        if fresh {
            self.shared
                .alarm(BootAlarm::RogueServer {
                    server,
                    client: Some(facts.mac),
                })
                .await;
        }
    }
}

/// Where a reply goes (RFC 2131 section 4.1). A client without an address is always reached by broadcast: it cannot answer ARP yet, and
/// writing the neighbour table for it would need more rights.
fn destination(facts: &ClientFacts, from: SocketAddrV4, reply: &Reply) -> SocketAddrV4 {
    if facts.is_relayed() {
        return SocketAddrV4::new(facts.giaddr, 67);
    }
    if facts.listener == Listener::BootServer && !from.ip().is_unspecified() {
        return from;
    }
    let addressed = !facts.ciaddr.is_unspecified() && reply.message != MessageType::Nak;
    SocketAddrV4::new(
        if addressed {
            facts.ciaddr
        } else {
            Ipv4Addr::BROADCAST
        },
        68,
    )
}
