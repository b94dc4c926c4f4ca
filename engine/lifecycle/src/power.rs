//! Power changes by request, and power states seen by the way.

use crate::advance::{self, Lane};
use crate::decide::busy;
use crate::decision::Draft;
use crate::plan;
use model::{
    FlowKind, PowerState, PowerTarget, ProvisionState, Refusal, RefusalKind, Severity, Stage,
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
    if state.class() != model::StateClass::Failed {
        draft.node.last_error = None;
    }
    let grace = timeout_seconds.unwrap_or(draft.policy.soft_power_off_seconds);
    let soft_off = Stage::SetPower {
        target: PowerState::Off,
        grace_seconds: grace,
        soft: true,
    };
    // Restart is off, seen off, on: an edge could not be told from nothing after a crash.
    let stages = match target {
        PowerTarget::On => vec![plan::power_on()],
        PowerTarget::Off => vec![plan::power_off(0)],
        PowerTarget::Reboot => vec![plan::power_off(0), plan::power_on()],
        PowerTarget::SoftOff => vec![soft_off],
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
    if node.is_busy() || node.errand.is_some() {
        return Err(busy(node));
    }
    if node.disable_power_off && matches!(target, PowerTarget::Off | PowerTarget::SoftOff) {
        return Err(Refusal::new(
            RefusalKind::WrongState,
            format!(
                "Node {} has disable_power_off set; it can only be rebooted",
                node.uuid
            ),
        ));
    }
    Ok(())
}

/// The power state was read by the way; a flow's own readings come as outcomes.
pub(crate) fn observed(draft: &mut Draft<'_>, state: PowerState) {
    if draft.node.power_state == Some(state) || draft.node.is_busy() {
        return;
    }
    let before = draft.node.power_state.map_or("unknown", PowerState::as_str);
    let detail = format!("was {before}, is {state}");
    draft.node.power_state = Some(state);
    let provision_state = draft.node.provision_state;
    draft.line(
        provision_state,
        "power changed".into(),
        None,
        Some(detail),
        Severity::Info,
    );
}
