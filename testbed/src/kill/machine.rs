//! The machine itself, past its BMC and past the engine: reset, power cut, frozen, thawed. A machine that is off has nothing to lose.

use std::path::Path;

use anyhow::Result;

use crate::lab::command::{output, succeeds};
use crate::lab::libvirt::virsh;
use crate::lab::{Lab, Machine};

/// As if somebody pressed the button.
pub fn reset(lab: &Lab, machine: &Machine) -> Result<()> {
    while_on(lab, machine, "reset")
}

/// As if somebody pulled the plug.
pub fn cut_power(lab: &Lab, machine: &Machine) -> Result<()> {
    while_on(lab, machine, "destroy")
}

/// It stands still, its clock as well.
pub fn freeze(lab: &Lab, machine: &Machine) -> Result<()> {
    while_on(lab, machine, "suspend")
}

/// It goes on as if nothing had been; a machine that was powered off meanwhile does not.
pub fn thaw(lab: &Lab, machine: &Machine) -> Result<()> {
    if frozen(&lab.folder(), machine)? {
        while_on(lab, machine, "resume")?;
    }
    Ok(())
}

fn frozen(folder: &Path, machine: &Machine) -> Result<bool> {
    let state = output(&mut virsh(folder, &["domstate", &machine.name]))?;
    Ok(state.trim() == "paused")
}

fn while_on(lab: &Lab, machine: &Machine, order: &str) -> Result<()> {
    if !lab.is_on(&machine.name) {
        return Ok(());
    }
    // It may go off in between, which is no failure of ours.
    let done = succeeds(&mut virsh(&lab.folder(), &[order, &machine.name]))?;
    if !done && lab.is_on(&machine.name) {
        output(&mut virsh(&lab.folder(), &[order, &machine.name]))?;
    }
    Ok(())
}
