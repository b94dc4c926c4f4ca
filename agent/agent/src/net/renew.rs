//! Gets leases on all interfaces with carrier, and keeps them.

use std::path::Path;
use std::time::{Duration, Instant};

use super::dhcp::{Client, DhcpError};
use super::lease::{Lease, ReplyKind};
use super::links;
use crate::cmdline::Params;
use crate::host::Host;
use crate::log::{info, warning};

const CARRIER: Duration = Duration::from_secs(20);
const BOOT_NIC: Duration = Duration::from_secs(60);
const OTHER_NIC: Duration = Duration::from_secs(10);
const ROUNDS: u32 = 10;
const RENEW_TIMEOUT: Duration = Duration::from_secs(10);
const SHORTEST: Duration = Duration::from_secs(30);

/// Brings the network up: the boot NIC first, the others if it gives nothing. `false` when no interface got an address.
pub fn bring_up(host: &Host, params: &Params) -> bool {
    let boot_mac = params.boot_mac();
    for round in 1..=ROUNDS {
        let ready = links::with_carrier(host, boot_mac.as_deref(), Instant::now() + CARRIER);
        for interface in ready {
            let Some(mac) = &interface.mac_address else {
                continue;
            };
            let patience = if interface.mac_address == boot_mac {
                BOOT_NIC
            } else {
                OTHER_NIC
            };
            match first_lease(&interface.name, mac, Instant::now() + patience) {
                Ok(()) => return true,
                Err(error) => warning!("{error}"),
            }
        }
        warning!("no interface got an address (round {round} of {ROUNDS})");
    }
    false
}

fn first_lease(interface: &str, mac: &str, deadline: Instant) -> Result<(), DhcpError> {
    let client = Client::open(interface, mac)?;
    let lease = client.acquire(deadline)?;
    lease
        .apply(interface, Path::new("/etc"), true)
        .map_err(|source| DhcpError::Socket {
            interface: interface.to_owned(),
            source,
        })?;
    let name = interface.to_owned();
    let kept = std::thread::Builder::new()
        .name(format!("dhcp-{name}"))
        .spawn(move || keep(&client, &name, lease));
    if let Err(error) = kept {
        warning!("the lease of {interface} will not be renewed: {error}");
    }
    Ok(())
}

/// Renews for ever. The address stays until the lease ends, whatever servers do not answer; the agent's callback URL
/// must not change in a boot, so another address is taken only when the old one was refused.
fn keep(client: &Client, interface: &str, mut lease: Lease) {
    loop {
        let Some(wait) = lease.renew_after else {
            return;
        };
        std::thread::sleep(wait.max(SHORTEST));
        match client.renew(&lease, RENEW_TIMEOUT) {
            Ok(Some(new)) if new.kind == ReplyKind::Ack && new.address == lease.address => {
                info!("{interface}: lease of {} renewed", new.address);
                lease = new;
            }
            Ok(Some(_)) => {
                warning!(
                    "{interface}: the DHCP server refuses to renew {}",
                    lease.address
                );
                match client.acquire(Instant::now() + BOOT_NIC) {
                    Ok(new) => {
                        if let Err(error) = new.apply(interface, Path::new("/etc"), true) {
                            warning!("{interface}: {error}");
                        }
                        lease = new;
                    }
                    Err(error) => warning!("{error}"),
                }
            }
            // Half of what is left, as RFC 2131 wants.
            Ok(None) => lease.renew_after = Some((wait / 2).max(SHORTEST)),
            Err(error) => {
                warning!("{error}");
                lease.renew_after = Some((wait / 2).max(SHORTEST));
            }
        }
    }
}
