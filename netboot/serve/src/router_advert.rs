//! Sends router advertisements that announce no router, on request and now and then. The message itself is made elsewhere.

use std::io;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, UdpSocket as StdUdpSocket};
use std::time::Duration;

use model::mac::MacAddress;
use netboot_core::router_advert::{Prefix, SOLICITATION, advertisement};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::time::{Instant, interval};

use crate::config::RouterAdvertisements;
use crate::error::StartError;
use crate::interface::Interface;
use crate::netboot::asked_to_stop;

const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
/// Between advertisements that nobody asked for.
const EVERY: Duration = Duration::from_secs(30);
/// Answers to solicitations in one second.
const MOST_PER_SECOND: u32 = 100;

/// An open socket and what it sends.
pub(crate) struct Advertiser {
    socket: UdpSocket,
    message: Vec<u8>,
    scope: u32,
}

impl Advertiser {
    pub fn open(interface: &Interface, settings: RouterAdvertisements) -> Result<Self, StartError> {
        let opened = Self::socket(interface).and_then(UdpSocket::from_std);
        let address = SocketAddrV6::new(ALL_ROUTERS, 0, 0, interface.index).into();
        let socket = opened.map_err(|source| StartError::Open {
            service: "router advertisement",
            address,
            source,
        })?;
        let source = interface.mac.unwrap_or(MacAddress::new([0; 6]));
        let message = advertisement(source, settings.prefix.map(Prefix::of));
        Ok(Self {
            socket,
            message,
            scope: interface.index,
        })
    }

    /// A raw ICMPv6 socket. It is handled as a UDP socket from here on, because only "receive from" and "send to" are asked of it and those
    /// are the same calls. Hop limit 255 proves to receivers that no router forwarded the message (RFC 4861 section 6.1.2).
    fn socket(interface: &Interface) -> io::Result<StdUdpSocket> {
        let socket = Socket::new(Domain::IPV6, Type::RAW, Some(Protocol::ICMPV6))?;
        socket.bind_device(Some(interface.name.as_bytes()))?;
        socket.set_multicast_hops_v6(255)?;
        socket.set_unicast_hops_v6(255)?;
        socket.set_multicast_if_v6(interface.index)?;
        socket.set_multicast_loop_v6(false)?;
        socket.join_multicast_v6(&ALL_ROUTERS, interface.index)?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    }

    /// Advertises until told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let (mut ticks, mut bytes) = (interval(EVERY), [0; 1500]);
        let (mut second, mut answered) = (Instant::now(), 0);
        loop {
            let to = tokio::select! {
                () = asked_to_stop(&mut stop) => return,
                _ = ticks.tick() => Some(ALL_NODES),
                received = self.socket.recv_from(&mut bytes) => asker(received, &bytes),
            };
            if second.elapsed() >= Duration::from_secs(1) {
                (second, answered) = (Instant::now(), 0);
            }
            answered += 1;
            if let Some(to) = to.filter(|_| answered <= MOST_PER_SECOND) {
                self.send(to).await;
            }
        }
    }

    /// Failures pass: the interface's own address may still be tentative, and the next asking or tick tries again.
    async fn send(&self, to: Ipv6Addr) {
        if let Err(error) = self
            .socket
            .send_to(&self.message, SocketAddrV6::new(to, 0, 0, self.scope))
            .await
        {
            tracing::debug!(%to, %error, "sending a router advertisement");
        }
    }
}

/// Where the answer to a solicitation goes; `None` for anything else that comes in on the socket.
fn asker(received: io::Result<(usize, SocketAddr)>, bytes: &[u8]) -> Option<Ipv6Addr> {
    match received {
        Ok((length, SocketAddr::V6(from))) if length >= 8 && bytes[..2] == [SOLICITATION, 0] => {
            Some(if from.ip().is_unspecified() {
                ALL_NODES
            } else {
                *from.ip()
            })
        }
        _ => None,
    }
}
