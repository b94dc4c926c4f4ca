//! `system.lockdown`: sync, take every interface down and never serve again. For machines that may not be powered off.

use std::time::Duration;

use super::{CommandSpec, sync_disks};
use crate::agent::Agent;
use crate::failure::Failure;
use crate::host::Host;
use crate::inventory::interfaces;
use crate::log::{info, warning};
use crate::sys::net;

const GRACE: Duration = Duration::from_secs(3);

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "system.lockdown",
    sync: true,
    run: |agent, _params| Box::pin(async move { start(&agent).await.map(|()| None) }),
};

async fn start(agent: &Agent) -> Result<(), Failure> {
    if !agent.host.own_ramdisk {
        return Err(Failure::execution(
            "this agent runs outside its own ramdisk and does not take the network down",
        ));
    }
    sync_disks::full().await;
    let host = agent.host.clone();
    tokio::spawn(async move {
        tokio::time::sleep(GRACE).await;
        network_down(&host);
    });
    Ok(())
}

/// Takes every interface down.
pub fn network_down(host: &Host) {
    info!("lockdown: all interfaces go down");
    for interface in interfaces::collect(host) {
        if let Err(error) = net::set_up(&interface.name, false) {
            warning!("{}: {error}", interface.name);
        }
    }
}
