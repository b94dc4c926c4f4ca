//! Looks for another DHCP server before this one serves alone: two that lend addresses in one network send machines astray.

use std::net::{Ipv4Addr, SocketAddrV4};

use model::mac::MacAddress;
use netboot_core::probe;
use tokio::time::{Duration, Instant, timeout_at};

use super::socket::InterfaceSocket;
use crate::config::Config;
use crate::error::StartError;
use crate::interface::Interface;

const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::BROADCAST, 67);
const CLIENT_PORT: u16 = 68;
/// The question is asked again after this time: the first one may be lost, or find a server that pings before it offers.
const AGAIN: Duration = Duration::from_millis(1500);

/// The other server, if one answers within the configured time.
pub(crate) async fn find_other_server(
    interface: &Interface,
    config: &Config,
    entropy: [u8; 32],
) -> Result<Option<Ipv4Addr>, StartError> {
    let [a, b, c, d, e, f, g, h, i, ..] = entropy;
    let xid = u32::from_be_bytes([a, b, c, d]);
    let mac = interface
        .mac
        .unwrap_or(MacAddress::new([0x02, e, f, g, h, i]));
    let question = probe::discover(mac, xid)?;
    let failed = |source| StartError::Probe {
        interface: interface.name.clone(),
        source,
    };
    let socket = InterfaceSocket::open(interface, CLIENT_PORT).map_err(failed)?;
    let end = Instant::now() + config.probe_wait;
    while Instant::now() < end {
        socket
            .send(&question, config.site.server, SERVER)
            .await
            .map_err(failed)?;
        let pause = end.min(Instant::now() + AGAIN);
        while let Ok(received) = timeout_at(pause, socket.receive()).await {
            let answer = probe::answer(&received.map_err(failed)?.bytes, mac, xid);
            if let Some(server) = answer.filter(|server| *server != config.site.server) {
                return Ok(Some(server));
            }
        }
    }
    Ok(None)
}
