//! Brings links up and waits for carriers.

use std::time::{Duration, Instant};

use agent_wire::Interface;

use crate::host::Host;
use crate::inventory::interfaces;
use crate::log::{info, warning};
use crate::sys::net;

const POLL: Duration = Duration::from_millis(250);

/// Sets the loopback and all interfaces up.
pub fn all_up(host: &Host) {
    for name in ["lo".to_owned()]
        .into_iter()
        .chain(interfaces::collect(host).into_iter().map(|i| i.name))
    {
        if !interfaces::is_up(host, &name)
            && let Err(error) = net::set_up(&name, true)
        {
            warning!("{name} cannot be set up: {error}");
        }
    }
}

/// Interfaces with carrier, the boot interface first, once it (or, when it is unknown, any) has one; else whatever has one
/// at the deadline.
pub fn with_carrier(host: &Host, boot_mac: Option<&str>, deadline: Instant) -> Vec<Interface> {
    loop {
        all_up(host);
        let mut ready: Vec<_> = interfaces::collect(host)
            .into_iter()
            .filter(|i| i.has_carrier)
            .collect();
        let is_boot = |i: &Interface| boot_mac.is_some() && i.mac_address.as_deref() == boot_mac;
        let enough = if boot_mac.is_some() {
            ready.iter().any(is_boot)
        } else {
            !ready.is_empty()
        };
        if enough || Instant::now() >= deadline {
            ready.sort_by_key(|i| !is_boot(i));
            let names: Vec<_> = ready.iter().map(|i| i.name.as_str()).collect();
            info!(
                "interfaces with carrier: {}",
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            );
            return ready;
        }
        std::thread::sleep(POLL);
    }
}
