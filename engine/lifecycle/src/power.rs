//! Power changes by request, and power states seen by the way.

use crate::advance::{self, Lane};
use crate::decide::busy;
use crate::decision::Draft;
use crate::plan;
use model::{
    Fault, Flow, FlowKind, PowerState, PowerTarget, ProvisionState, Refusal, RefusalKind, Severity,
    Stage,
};

pub(crate) fn asked(
    draft: &mut Draft<'_>,
    target: PowerTarget,
    timeout_seconds: Option<u32>,
) -> Result<(), Refusal> {
    judge(draft, target)?;
    let state = draft.node.provision_state;
    draft.line(
        state,
        format!("asked: {}", target.as_str()),
        None,
        None,
        Severity::Info,
    );
    draft.node.target_power_state = Some(target.final_state());
    draft.node.last_error = None;
    let grace = timeout_seconds.unwrap_or(draft.policy.soft_power_off_seconds);
    let soft_off = Stage::SetPower {
        target: PowerState::Off,
        grace_seconds: grace,
        soft: true,
    };
    let stays_on = draft.node.disable_power_off;
    let stages = match target {
        PowerTarget::On => vec![plan::power_on()],
        PowerTarget::Off => vec![plan::power_off(0)],
        PowerTarget::Reboot => plan::reboot(&draft.node, false),
        PowerTarget::SoftOff => vec![soft_off],
        PowerTarget::SoftReboot if stays_on => plan::reboot(&draft.node, true),
        PowerTarget::SoftReboot => vec![soft_off, plan::power_on()],
    };
    let flow = advance::new_flow(draft, FlowKind::Power(target), stages);
    advance::begin(draft, Lane::Errand, flow)
}

fn judge(draft: &Draft<'_>, target: PowerTarget) -> Result<(), Refusal> {
    let node = &draft.node;
    if matches!(
        node.provision_state,
        ProvisionState::Cleaning | ProvisionState::CleanWait
    ) {
        return Err(Refusal::new(
            RefusalKind::Invalid,
            format!(
                "power cannot be changed in state '{}'",
                node.provision_state
            ),
        ));
    }
    // A flow in a wait owns the machine's power as well: what a client switched would be taken for the flow's own doing. One that is held,
    // or stands still because a step says so, does that for people to do such things.
    let held = |flow: &Flow| {
        let stage = flow.stage();
        matches!(stage, Some(Stage::Hold { .. } | Stage::Pause { .. }))
    };
    let flow = node.flow.as_ref().filter(|_| !node.maintenance);
    if node.is_busy() || node.errand.is_some() || flow.is_some_and(|flow| !held(flow)) {
        return Err(busy(node));
    }
    if node.disable_power_off && target.final_state() == PowerState::Off {
        return Err(Refusal::new(
            RefusalKind::WrongState,
            format!(
                "Node {} cannot be powered off: disable_power_off is set",
                node.uuid
            ),
        ));
    }
    Ok(())
}

/// The power state was read by the way; a flow's own readings come as outcomes.
pub(crate) fn observed(draft: &mut Draft<'_>, state: PowerState, revision: u64) {
    if draft.node.revision != revision || draft.node.is_busy() {
        return;
    }
    recovered(draft);
    if draft.node.power_state == Some(state) {
        return;
    }
    let before = draft.node.power_state.map_or("unknown", PowerState::as_str);
    let detail = format!("was {before}, is {state}");
    draft.node.power_state = Some(state);
    if state == PowerState::Off {
        draft.node.agent = None;
        draft.node.boot = None;
    }
    let provision_state = draft.node.provision_state;
    draft.line(
        provision_state,
        "power changed".into(),
        None,
        Some(detail),
        Severity::Info,
    );
}

/// The BMC answers again: what was set because it did not is taken back.
fn recovered(draft: &mut Draft<'_>) {
    if draft.node.fault != Some(Fault::Power) {
        return;
    }
    draft.node.fault = None;
    draft.node.maintenance = false;
    draft.node.maintenance_reason = None;
    draft.node.last_error = None;
    let state = draft.node.provision_state;
    draft.line(
        state,
        "BMC answers again".into(),
        None,
        None,
        Severity::Info,
    );
}

/// The BMC has not answered for several sweeps: the node is out of service until it does.
pub(crate) fn unreadable(draft: &mut Draft<'_>, error: &str) {
    if draft.node.maintenance || draft.node.is_busy() {
        return;
    }
    let message = format!("The power state cannot be read: {error}");
    draft.node.fault = Some(Fault::Power);
    draft.node.maintenance = true;
    draft.node.maintenance_reason = Some(message.chars().take(1024).collect());
    draft.node.power_state = None;
    draft.set_error(&message);
    let state = draft.node.provision_state;
    draft.line(
        state,
        "BMC does not answer".into(),
        None,
        Some(message),
        Severity::Error,
    );
}
