//! What an effect's outcome means for the flow that awaits it. An outcome nobody awaits any more is dropped: it was cancelled.

use crate::advance::{self, Lane, flow_of};
use crate::decision::Draft;
use crate::{ending, steps};
use model::{
    EffectId, Failure, FailureKind, Flow, FlowKind, Outcome, PowerState, Refusal, Severity, Stage,
    Step, WaitFor,
};
use serde_json::Value;

pub(crate) fn came(
    draft: &mut Draft<'_>,
    effect: EffectId,
    outcome: &Outcome,
) -> Result<(), Refusal> {
    draft.finished = Some(effect);
    let Some(lane) = advance::lane_of(draft, effect) else {
        return Ok(());
    };
    if let Some(flow) = flow_of(draft, lane) {
        flow.pending = None;
    }
    match outcome {
        Outcome::Power(state) => power(draft, lane, *state),
        Outcome::Done | Outcome::AgentAnswer(_) => advance::next_stage(draft, lane),
        Outcome::AgentAnswers(answers) => agent_found(draft, lane, *answers),
        Outcome::AgentSteps { steps, version } => agent_steps(draft, lane, steps, version.clone()),
        Outcome::StepStarted => advance::start_wait(draft, lane, WaitFor::Step),
        Outcome::Failed(failure) => failed(draft, lane, failure),
    }
}

fn power(draft: &mut Draft<'_>, lane: Lane, state: PowerState) -> Result<(), Refusal> {
    // A machine that restarts by request counts as on all the while, as in Ironic: clients that wait for "power on" read it once more.
    let between = flow_of(draft, lane).is_some_and(|flow| is_off_within_a_reboot(flow, state));
    if !between {
        draft.node.power_state = Some(state);
    }
    if state == PowerState::Off {
        // An agent does not outlive a power-off, nor does the proof of its boot.
        draft.node.agent = None;
        draft.node.boot = None;
    }
    advance::next_stage(draft, lane)
}

/// Off is a stage of this reboot, not where it ends.
fn is_off_within_a_reboot(flow: &Flow, state: PowerState) -> bool {
    let FlowKind::Power(target) = flow.kind else {
        return false;
    };
    state != target.final_state() && flow.cursor + 1 < flow.stages.len()
}

/// Whether one of the stages behind it switched the machine off.
fn has_switched_off(flow: &Flow) -> bool {
    let off = |stage: &Stage| matches!(stage, Stage::SetPower { target, .. } if *target == PowerState::Off);
    flow.stages.iter().take(flow.cursor).any(off)
}

fn agent_found(draft: &mut Draft<'_>, lane: Lane, answers: bool) -> Result<(), Refusal> {
    let skip = match flow_of(draft, lane).and_then(|flow| flow.stage().cloned()) {
        Some(Stage::FindAgent { skip }) if answers => skip,
        _ => 0,
    };
    if !answers {
        draft.node.agent = None;
    }
    advance::skip_to(draft, lane, 1 + skip)
}

fn agent_steps(
    draft: &mut Draft<'_>,
    lane: Lane,
    offered: &[Step],
    version: Option<Value>,
) -> Result<(), Refusal> {
    let Some(flow) = draft.node.flow.as_ref() else {
        return Ok(());
    };
    let Some(Stage::ListAgentSteps { phase }) = flow.stage().cloned() else {
        return advance::next_stage(draft, lane);
    };
    match steps::merge(&draft.node, draft.policy, flow, phase, offered) {
        Ok(merged) => {
            let stages = steps::stages(&draft.node, draft.policy, phase, merged);
            if let Some(flow) = draft.node.flow.as_mut() {
                let at = flow.cursor + 1;
                flow.agent_steps_version = version;
                flow.stages.splice(at..at, stages);
            }
            advance::next_stage(draft, lane)
        }
        Err(message) => ending::failed(draft, message, false),
    }
}

fn failed(draft: &mut Draft<'_>, lane: Lane, failure: &Failure) -> Result<(), Refusal> {
    if lane == Lane::Errand {
        return errand_failed(draft, failure);
    }
    let stage = draft
        .node
        .flow
        .as_ref()
        .and_then(|flow| flow.stage().cloned());
    let during_step = matches!(stage, Some(Stage::AgentStep { .. }));
    let asked_agent = matches!(
        stage,
        Some(Stage::AgentStep { .. } | Stage::AgentCommand { .. } | Stage::ListAgentSteps { .. })
    );
    // It did not answer; what it was told may have reached it all the same.
    if asked_agent && failure.kind == FailureKind::Exhausted {
        ending::give_agent_up(draft);
    }
    let what = stage.as_ref().map_or_else(String::new, Stage::label);
    ending::failed(draft, format!("{what}: {}", failure.message), during_step)
}

fn errand_failed(draft: &mut Draft<'_>, failure: &Failure) -> Result<(), Refusal> {
    let errand = draft.node.errand.take();
    // Who set a boot device or sent an interrupt waits for the answer and reads the error there.
    let awaited =
        |errand: &model::Flow| matches!(errand.kind, FlowKind::BootDevice | FlowKind::InjectNmi);
    if errand.as_ref().is_some_and(awaited) {
        return Ok(());
    }
    // A reboot that could not switch on again leaves the machine off, and says so.
    if errand.as_ref().is_some_and(has_switched_off) {
        draft.node.power_state = Some(PowerState::Off);
    }
    let stage = errand.and_then(|errand| errand.stage().map(Stage::label));
    draft.node.target_power_state = None;
    let what = stage.clone().unwrap_or_default();
    let message = format!("{what}: {}", failure.message);
    // A deployment's own failure says more than the power-off that followed it, but a machine that may still run must be told of.
    let own = draft.node.last_error.clone();
    let own = own.filter(|_| draft.node.provision_state.class() == model::StateClass::Failed);
    match own {
        Some(own) => draft.set_error(&format!(
            "{}. The machine's power could not be changed afterwards: {message}",
            own.trim_end_matches('.')
        )),
        None => draft.set_error(&message),
    }
    let state = draft.node.provision_state;
    draft.line(
        state,
        "power change failed".into(),
        stage,
        Some(message),
        Severity::Error,
    );
    Ok(())
}
