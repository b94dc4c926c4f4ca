//! From power-on to what runs: the firmware tries the override, then its persistent order (disk, network), until something boots.

mod initrd;
mod network;
mod script;

use std::sync::Arc;

use super::agent;
use super::board::{Board, Over};
use super::truth::{BootTarget, OverrideEnabled, Runs, Truth};
pub(super) use network::Loaded;
use network::NetworkBoot;
pub(super) use script::Ramdisk;

/// Kernels without this argument are not an agent's.
const AGENT: &str = "ipa-api-url";

/// Runs the firmware and what it boots; returns when nothing more happens in this life.
pub(super) async fn start(board: Arc<Board>, life: u64) -> Result<(), Over> {
    board.update(life, |truth| {
        truth.runs = Runs::Firmware;
        truth.boots += 1;
    })?;
    board.pass(board.world.options.timings.firmware).await;
    let ignore = board.faults.take_override_ignored();
    let order = board.update(life, |truth| boot_order(truth, ignore))?;
    for target in order {
        let booted = match target {
            BootTarget::Pxe => from_network(&board, life).await?,
            BootTarget::Hdd => from_disk(&board, life).await?,
            // The CD drive is empty.
            BootTarget::Cd | BootTarget::None => false,
        };
        if booted {
            return Ok(());
        }
    }
    board.update(life, |truth| truth.runs = Runs::Nothing)
}

/// What to try, in order. An override for one boot is used up.
fn boot_order(truth: &mut Truth, ignore_override: bool) -> Vec<BootTarget> {
    let mut order = vec![BootTarget::Hdd, BootTarget::Pxe];
    if ignore_override || truth.boot.enabled == OverrideEnabled::Disabled {
        return order;
    }
    let first = truth.boot.target;
    if truth.boot.enabled == OverrideEnabled::Once {
        truth.boot.enabled = OverrideEnabled::Disabled;
        truth.boot.target = BootTarget::None;
    }
    order.retain(|target| *target != first);
    order.insert(0, first);
    order
}

async fn from_network(board: &Arc<Board>, life: u64) -> Result<bool, Over> {
    match network::load(board).await {
        Ok(NetworkBoot::Disk) => Ok(false),
        Ok(NetworkBoot::Ramdisk(loaded)) if loaded.ramdisk.arg(AGENT).is_none() => {
            from_memory(board, life, &loaded.ramdisk).await?;
            Ok(true)
        }
        Ok(NetworkBoot::Ramdisk(ramdisk)) => {
            board.update(life, |truth| truth.trouble = None)?;
            board.pass(board.world.options.timings.boot_agent).await;
            board.update(life, |truth| truth.runs = Runs::Ramdisk)?;
            if !board.faults.take_agent_absent() {
                agent::live(board, life, ramdisk).await?;
            }
            Ok(true)
        }
        Err(trouble) => {
            tracing::debug!(machine = board.machine.index, %trouble, "network boot failed");
            board.update(life, |truth| truth.trouble = Some(trouble))?;
            Ok(false)
        }
    }
}

/// A deployed system that is loaded anew at each boot; its kernel's arguments tell it its name.
async fn from_memory(board: &Arc<Board>, life: u64, ramdisk: &Ramdisk) -> Result<(), Over> {
    board.pass(board.world.options.timings.boot_deployed).await;
    let name = ramdisk
        .arg("target.hostname")
        .unwrap_or_default()
        .to_owned();
    board.update(life, |truth| {
        truth.runs = Runs::DeployedSystem;
        truth.deployed_boots += 1;
        truth.trouble = None;
        truth.phoned_home = Some(name);
    })
}

async fn from_disk(board: &Arc<Board>, life: u64) -> Result<bool, Over> {
    if board.truth().image().is_none() {
        return Ok(false);
    }
    board.pass(board.world.options.timings.boot_deployed).await;
    board.update(life, |truth| {
        truth.runs = Runs::DeployedSystem;
        truth.deployed_boots += 1;
        truth.trouble = None;
        let drive = truth.config_drive.as_ref();
        let hostname = drive.and_then(|drive| drive.hostname.clone());
        truth.phoned_home = Some(hostname.unwrap_or_default());
    })?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(target: BootTarget, enabled: OverrideEnabled) -> Truth {
        let mut truth = Truth::default();
        truth.boot.target = target;
        truth.boot.enabled = enabled;
        truth
    }

    #[test]
    fn once_is_used_up_and_continuous_stays() {
        let mut once = machine(BootTarget::Pxe, OverrideEnabled::Once);
        assert_eq!(
            boot_order(&mut once, false),
            [BootTarget::Pxe, BootTarget::Hdd]
        );
        assert_eq!(once.boot, Truth::default().boot);
        assert_eq!(
            boot_order(&mut once, false),
            [BootTarget::Hdd, BootTarget::Pxe]
        );
        let mut lasting = machine(BootTarget::Cd, OverrideEnabled::Continuous);
        let order = [BootTarget::Cd, BootTarget::Hdd, BootTarget::Pxe];
        assert_eq!(boot_order(&mut lasting, false), order);
        assert_eq!(boot_order(&mut lasting, false), order);
    }

    #[test]
    fn an_ignored_override_is_kept() {
        let mut truth = machine(BootTarget::Pxe, OverrideEnabled::Once);
        let before = truth.boot;
        assert_eq!(
            boot_order(&mut truth, true),
            [BootTarget::Hdd, BootTarget::Pxe]
        );
        assert_eq!(truth.boot, before);
    }
}
