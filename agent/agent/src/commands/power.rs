//! `standby.power_off` and `standby.run_image` (reboot): sync, answer, then act shortly after, so that the conductor can
//! still read the result.

use std::time::Duration;

use nix::sys::reboot::{RebootMode, reboot};

use super::{CommandSpec, sync_disks};
use crate::agent::Agent;
use crate::failure::Failure;
use crate::log::{info, warning};

const GRACE: Duration = Duration::from_secs(3);

/// Powers the machine off.
pub const POWER_OFF: CommandSpec = CommandSpec {
    name: "standby.power_off",
    sync: false,
    run: |agent, _params| {
        Box::pin(async move { act(&agent, RebootMode::RB_POWER_OFF).await.map(|()| None) })
    },
};

/// Reboots the machine, into what was deployed.
pub const RUN_IMAGE: CommandSpec = CommandSpec {
    name: "standby.run_image",
    sync: false,
    run: |agent, _params| {
        Box::pin(async move { act(&agent, RebootMode::RB_AUTOBOOT).await.map(|()| None) })
    },
};

async fn act(agent: &Agent, mode: RebootMode) -> Result<(), Failure> {
    if !agent.host.may_power {
        return Err(Failure::execution(
            "this agent runs outside its own ramdisk and was not started with --allow-power; power the machine by its BMC",
        ));
    }
    sync_disks::full().await;
    info!("the machine goes down ({mode:?}) in {} s", GRACE.as_secs());
    tokio::spawn(async move {
        tokio::time::sleep(GRACE).await;
        // It returns only when refused.
        let Err(error) = reboot(mode);
        warning!("the kernel refuses {mode:?}: {error}");
    });
    Ok(())
}
