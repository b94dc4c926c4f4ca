//! How a flow ends: through, failed, or aborted; and what is left behind each way.

use crate::advance::{self, Lane};
use crate::decision::Draft;
use crate::plan;
use crate::table::Event;
use model::{Fault, FlowKind, Guarded, PowerState, ProvisionState, Refusal, Severity, Stage, Verb};

/// The last stage is through.
pub(crate) fn finished(draft: &mut Draft<'_>, lane: Lane) -> Result<(), Refusal> {
    if lane == Lane::Errand {
        draft.node.errand = None;
        draft.node.target_power_state = None;
        return Ok(());
    }
    let Some(flow) = draft.node.flow.take() else {
        return Ok(());
    };
    advance::resume(draft)?;
    match flow.kind {
        FlowKind::Inspect => {
            draft.node.inspection_finished_at = Some(draft.now);
            draft.node.inspection_started_at = None;
            draft.transition(Event::Done, None)
        }
        FlowKind::Clean if draft.node.retired => draft.transition(Event::BackToManageable, None),
        FlowKind::ManualClean => draft.transition(Event::BackToManageable, None),
        FlowKind::Deploy => {
            draft.node.config_drive = None;
            draft.transition(Event::Done, None)
        }
        FlowKind::Undeploy => {
            forget_instance(draft);
            draft.transition(Event::CleanUp, None)?;
            begin_cleaning(draft)
        }
        FlowKind::Verify
        | FlowKind::Clean
        | FlowKind::Adopt
        | FlowKind::Rescue
        | FlowKind::Unrescue
        | FlowKind::Service
        | FlowKind::BootDevice
        | FlowKind::InjectNmi
        | FlowKind::Power(_) => draft.transition(Event::Done, None),
    }
}

/// Starts automated cleaning in state `cleaning`; with cleaning off the flow has no stages and ends at once.
pub(crate) fn begin_cleaning(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.node.target_provision_state = Some(ProvisionState::Available);
    let wanted = draft
        .node
        .automated_clean
        .unwrap_or(draft.policy.automated_clean);
    let stages = if wanted {
        plan::clean(&draft.node, draft.policy)
    } else {
        Vec::new()
    };
    let flow = advance::new_flow(draft, FlowKind::Clean, stages);
    advance::begin(draft, Lane::Main, flow)
}

fn forget_instance(draft: &mut Draft<'_>) {
    draft.node.instance_info = Guarded::default();
    draft.node.instance_uuid = None;
    draft.node.instance_name = None;
    draft.node.config_drive = None;
    draft.node.allocation = None;
}

/// The flow cannot go on. `during_step`: a step on the machine was under way.
pub(crate) fn failed(
    draft: &mut Draft<'_>,
    message: String,
    during_step: bool,
) -> Result<(), Refusal> {
    let Some(flow) = draft.node.flow.take() else {
        return Ok(());
    };
    abandon(draft);
    let from = draft.node.provision_state;
    let stage = flow.stage().map(Stage::label);
    draft.set_error(&message);
    if during_step {
        take_out_of_service(draft, flow.kind, &message);
    }
    if flow.kind == FlowKind::Inspect {
        draft.node.inspection_started_at = None;
    }
    if flow.kind == FlowKind::Undeploy {
        // As in Ironic: whoever had the node gave it up, whatever becomes of the machine.
        forget_instance(draft);
    }
    // Where this is a stable state the target goes, too.
    draft.transition(Event::Fail, None)?;
    // The transition's own line is replaced by one that tells the failure whole.
    draft.history.pop();
    draft.line(from, "failed".into(), stage, Some(message), Severity::Error);
    if flow.kind == FlowKind::Deploy && draft.policy.power_off_after_deploy_failure {
        return power_off_aside(draft);
    }
    Ok(())
}

/// Nobody knows what the agent does: it may only have lost its way here, and be at work still. From now on it is a stranger, whose heartbeats are
/// refused; by that it learns, when it comes back, that it must not go on. A power-off is surer, and follows wherever it can.
pub(crate) fn give_agent_up(draft: &mut Draft<'_>) {
    draft.node.agent = None;
    draft.node.boot = None;
}

/// Nothing of the flow goes on: no effect, no power change beside it, and no leave to boot that nobody used.
fn abandon(draft: &mut Draft<'_>) {
    draft.cancel_outstanding();
    draft.node.errand = None;
    draft.node.target_power_state = None;
    if draft.node.boot.as_ref().is_some_and(|ticket| !ticket.spent) {
        draft.node.boot = None;
    }
}

fn take_out_of_service(draft: &mut Draft<'_>, kind: FlowKind, message: &str) {
    let fault = match kind {
        FlowKind::Clean | FlowKind::ManualClean => Fault::Clean,
        FlowKind::Service => Fault::Service,
        FlowKind::Verify
        | FlowKind::Inspect
        | FlowKind::Deploy
        | FlowKind::Undeploy
        | FlowKind::Adopt
        | FlowKind::Rescue
        | FlowKind::Unrescue
        | FlowKind::BootDevice
        | FlowKind::InjectNmi
        | FlowKind::Power(_) => return,
    };
    draft.node.fault = Some(fault);
    draft.node.maintenance = true;
    // What a person wrote there says more.
    let reason = &mut draft.node.maintenance_reason;
    reason.get_or_insert_with(|| message.to_owned());
}

/// Powers the machine off beside the provision state, unless that is forbidden.
pub(crate) fn power_off_aside(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.node.disable_power_off {
        return Ok(());
    }
    draft.node.target_power_state = Some(PowerState::Off);
    let stages = vec![plan::power_off(0), Stage::CloseBoot];
    let kind = FlowKind::Power(model::PowerTarget::Off);
    let flow = advance::new_flow(draft, kind, stages);
    advance::begin(draft, Lane::Errand, flow)
}

/// A person asked to stop, and now it can be.
pub(crate) fn aborted(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(flow) = draft.node.flow.take() else {
        return Ok(());
    };
    abandon(draft);
    // It may be in the middle of a step.
    give_agent_up(draft);
    let message = match flow.kind {
        FlowKind::Inspect => "Inspection was aborted by request.".to_owned(),
        FlowKind::Clean | FlowKind::ManualClean => format!(
            "By request, the clean operation was aborted{}.",
            at_stage(flow.stage())
        ),
        FlowKind::Deploy => format!(
            "By request, the deploy operation was aborted{}.",
            at_stage(flow.stage())
        ),
        FlowKind::Service => format!(
            "By request, the service operation was aborted{}.",
            at_stage(flow.stage())
        ),
        FlowKind::Rescue => format!(
            "By request, the rescue operation was aborted{}.",
            at_stage(flow.stage())
        ),
        FlowKind::Verify
        | FlowKind::Undeploy
        | FlowKind::Adopt
        | FlowKind::Unrescue
        | FlowKind::BootDevice
        | FlowKind::InjectNmi
        | FlowKind::Power(_) => "The operation was aborted by request.".to_owned(),
    };
    draft.set_error(&message);
    if flow.kind == FlowKind::Inspect {
        draft.node.inspection_started_at = None;
    }
    let from = draft.node.provision_state;
    let event = match crate::table::next(from, Event::Verb(Verb::Abort)) {
        Some(_) => Event::Verb(Verb::Abort),
        None => Event::Fail,
    };
    draft.transition(event, Some(message))?;
    if flow.kind == FlowKind::Service {
        return back_into_service(draft);
    }
    power_off_aside(draft)
}

/// An aborted service goes straight back to active: the deployed system is started again.
pub(crate) fn back_into_service(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.transition(Event::Verb(Verb::Abort), None)?;
    let mut stages = plan::leave_network_boot(&draft.node);
    stages.extend(plan::boot_instance(&draft.node));
    let kind = FlowKind::Power(model::PowerTarget::Reboot);
    let flow = advance::new_flow(draft, kind, stages);
    draft.node.target_power_state = Some(PowerState::On);
    advance::begin(draft, Lane::Errand, flow)
}

fn at_stage(stage: Option<&Stage>) -> String {
    stage.map_or_else(String::new, |stage| format!(" at '{}'", stage.label()))
}
