//! `GET /identity?mac=…`: the ramdisk with this boot's nonce, for the one that holds the machine's address and nobody else.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::mac::MacAddress;
use netboot_core::neighbour;
use netboot_core::site::DhcpMode;
use ports::netboot::BootAlarm;

use super::{Peer, Which, status};
use crate::netboot::Shared;

/// A ramdisk without a file: Linux passes over zeros between archives. It is sent for a boot that needs no identity, because the script
/// cannot know that beforehand.
const EMPTY: [u8; 512] = [0; 512];

pub(super) async fn identity(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    method: Method,
    which: Which,
) -> Response {
    let Ok(Some(mac)) = which.map(|which| which.mac) else {
        return status(StatusCode::BAD_REQUEST);
    };
    // An identity is bound to whoever fetches it first: a look at its head must not do that.
    if method != Method::GET {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    let from = peer.0.ip().to_canonical();
    let holder = holder_of(&shared, mac, from).await;
    if holder != Some(from) {
        shared
            .alarm(BootAlarm::IdentityFromWrongAddress { mac, from, holder })
            .await;
        return status(StatusCode::FORBIDDEN);
    }
    match shared.around.directory.identity_for(mac, from).await {
        Ok(Some(bytes)) => archive(padded(bytes)),
        Ok(None) => archive(EMPTY.to_vec()),
        Err(error) => {
            tracing::warn!(%mac, error = &error as &dyn std::error::Error, "no boot identity");
            status(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// The address that the machine holds: by its lease where this server lends addresses, else by the kernel's neighbour table, which is no
/// weaker than a lease: both believe the MAC address in the machine's packets.
async fn holder_of(shared: &Shared, mac: MacAddress, from: IpAddr) -> Option<IpAddr> {
    if shared.site.mode == DhcpMode::Server {
        let now = shared.around.clock.now();
        return shared.book.holds(mac, now).map(IpAddr::V4);
    }
    // A boot listener on loopback serves this machine's own processes only (model machines), and loopback has no neighbours.
    if shared.site.server.is_loopback() && from.is_loopback() {
        return Some(from);
    }
    let IpAddr::V4(address) = from else {
        return None;
    };
    let table = tokio::fs::read_to_string("/proc/self/net/arp").await.ok()?;
    let answering = neighbour::mac_of(&table, address, Some(&shared.interface.name));
    if answering == Some(mac) {
        Some(from)
    } else {
        None
    }
}

/// Linux takes an archive behind this one only at an offset that is a multiple of four.
fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn archive(bytes: Vec<u8>) -> Response {
    (
        [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        bytes,
    )
        .into_response()
}
