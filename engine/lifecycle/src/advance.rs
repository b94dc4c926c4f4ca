//! Going through a flow's stages. A stage becomes an effect, a wait, or a change of the record; this file says which.

use crate::decision::Draft;
use crate::ending;
use crate::plan;
use crate::table::Event;
use chrono::TimeDelta;
use model::{
    Action, BootTicket, EffectId, Flow, FlowKind, PowerState, Refusal, Secret, Severity, Stage,
    StateClass, Wait, WaitFor,
};

/// Which of the node's two flows is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// The flow that moves the provision state.
    Main,
    /// A power change beside it.
    Errand,
}

pub(crate) fn flow_of<'d>(draft: &'d mut Draft<'_>, lane: Lane) -> Option<&'d mut Flow> {
    match lane {
        Lane::Main => draft.node.flow.as_mut(),
        Lane::Errand => draft.node.errand.as_mut(),
    }
}

/// The lane whose outcome this effect is.
pub(crate) fn lane_of(draft: &Draft<'_>, effect: EffectId) -> Option<Lane> {
    let awaits = |flow: &Option<Flow>| flow.as_ref().is_some_and(|f| f.pending == Some(effect));
    if awaits(&draft.node.flow) {
        Some(Lane::Main)
    } else if awaits(&draft.node.errand) {
        Some(Lane::Errand)
    } else {
        None
    }
}

/// A new flow at its first stage.
pub(crate) fn new_flow(draft: &Draft<'_>, kind: FlowKind, stages: Vec<Stage>) -> Flow {
    Flow {
        kind,
        stages,
        cursor: 0,
        pending: None,
        wait: None,
        tries: 0,
        boots: 0,
        started_at: draft.now,
        stage_started_at: draft.now,
        came_early: false,
        abort_requested: false,
        requested_steps: Vec::new(),
        asker: draft.asker.clone(),
        agent_steps_version: None,
    }
}

/// Begins a flow in its lane. Whatever was outstanding there is void.
pub(crate) fn begin(draft: &mut Draft<'_>, lane: Lane, flow: Flow) -> Result<(), Refusal> {
    match lane {
        Lane::Main => draft.node.flow = Some(flow),
        Lane::Errand => draft.node.errand = Some(flow),
    }
    enter(draft, lane)
}

/// The stage under way is through: on to the next one.
pub(crate) fn next_stage(draft: &mut Draft<'_>, lane: Lane) -> Result<(), Refusal> {
    skip_to(draft, lane, 1)
}

/// On by several stages.
pub(crate) fn skip_to(draft: &mut Draft<'_>, lane: Lane, by: usize) -> Result<(), Refusal> {
    if let Some(flow) = flow_of(draft, lane) {
        flow.cursor += by;
        flow.tries = 0;
    }
    if lane == Lane::Main && draft.node.flow.as_ref().is_some_and(|f| f.abort_requested) {
        return ending::aborted(draft);
    }
    enter(draft, lane)
}

/// Begins the stage at the cursor, going on at once through those that only change the record.
pub(crate) fn enter(draft: &mut Draft<'_>, lane: Lane) -> Result<(), Refusal> {
    loop {
        let now = draft.now;
        let Some(flow) = flow_of(draft, lane) else {
            return Ok(());
        };
        flow.pending = None;
        flow.wait = None;
        flow.stage_started_at = now;
        let Some(stage) = flow.stage().cloned() else {
            return ending::finished(draft, lane);
        };
        flow.tries += 1;
        match begin_stage(draft, lane, &stage)? {
            Progress::Next => {
                if let Some(flow) = flow_of(draft, lane) {
                    flow.cursor += 1;
                    flow.tries = 0;
                }
            }
            Progress::Stays => return Ok(()),
        }
    }
}

enum Progress {
    Next,
    Stays,
}

fn begin_stage(draft: &mut Draft<'_>, lane: Lane, stage: &Stage) -> Result<Progress, Refusal> {
    match stage {
        Stage::OpenBoot => {
            draft.node.agent = None;
            draft.node.boot = Some(BootTicket {
                nonce: Secret::new(draft.nonce.to_owned()),
                minted_at: draft.now,
                spent: false,
            });
            if let Some(flow) = flow_of(draft, lane) {
                flow.boots += 1;
                flow.came_early = false;
            }
            Ok(Progress::Next)
        }
        Stage::CloseBoot => {
            draft.node.boot = None;
            draft.node.agent = None;
            Ok(Progress::Next)
        }
        // The boot before this stage cleared the record: an address in it is this boot's.
        Stage::AwaitAgent if agent_is_there(draft) => Ok(Progress::Next),
        Stage::AwaitAgent => wait(draft, lane, stage, WaitFor::Agent),
        Stage::AwaitInspection if came_early(draft) => Ok(Progress::Next),
        Stage::AwaitInspection => wait(draft, lane, stage, WaitFor::Inspection),
        Stage::Pause {
            seconds: Some(seconds),
            ..
        } => pause(draft, lane, stage, *seconds),
        Stage::Pause { .. } if agent_is_there(draft) => Ok(Progress::Next),
        Stage::Pause { .. } => wait(draft, lane, stage, WaitFor::Agent),
        Stage::Hold { .. } => {
            note_stage(draft, stage);
            resume(draft)?;
            draft.transition(Event::Hold, None)?;
            Ok(Progress::Stays)
        }
        Stage::ReadPower
        | Stage::FindAgent { .. }
        | Stage::SetPower { .. }
        | Stage::SetBootDevice { .. }
        | Stage::ListAgentSteps { .. }
        | Stage::AgentStep { .. }
        | Stage::AgentCommand { .. }
        | Stage::InjectNmi
        | Stage::Restart { .. }
        | Stage::Simulate { .. } => act(draft, lane, stage),
    }
}

fn agent_is_there(draft: &Draft<'_>) -> bool {
    draft
        .node
        .agent
        .as_ref()
        .is_some_and(|agent| agent.url.is_some())
}

fn came_early(draft: &Draft<'_>) -> bool {
    draft.node.flow.as_ref().is_some_and(|flow| flow.came_early)
}

fn act(draft: &mut Draft<'_>, lane: Lane, stage: &Stage) -> Result<Progress, Refusal> {
    note_stage(draft, stage);
    if lane == Lane::Main {
        resume(draft)?;
    }
    if let Some(problem) = service_problem(draft, lane, stage) {
        ending::failed(draft, problem, true)?;
        return Ok(Progress::Stays);
    }
    let version = flow_of(draft, lane).and_then(|flow| flow.agent_steps_version.clone());
    let Some(action) = action_of(stage, version) else {
        return Ok(Progress::Next);
    };
    let id = draft.emit(action);
    if let Some(flow) = flow_of(draft, lane) {
        flow.pending = Some(id);
    }
    Ok(Progress::Stays)
}

fn service_problem(draft: &Draft<'_>, lane: Lane, stage: &Stage) -> Option<String> {
    let flow = draft.node.flow.as_ref().filter(|_| lane == Lane::Main)?;
    let serviced = flow.kind == FlowKind::Service;
    serviced.then(|| plan::fake_service_problem(&draft.node, stage))?
}

fn action_of(stage: &Stage, version: Option<serde_json::Value>) -> Option<Action> {
    match stage {
        Stage::ReadPower => Some(Action::ReadPower),
        Stage::FindAgent { .. } => Some(Action::FindAgent),
        Stage::SetPower {
            target,
            grace_seconds,
            soft,
        } => Some(Action::SetPower {
            target: *target,
            grace_seconds: *grace_seconds,
            soft: *soft,
        }),
        Stage::SetBootDevice { device, persistent } => Some(Action::SetBootDevice {
            device: device.clone(),
            persistent: *persistent,
        }),
        Stage::ListAgentSteps { phase } => Some(Action::ListAgentSteps { phase: *phase }),
        Stage::AgentStep { phase, step } => Some(Action::StartAgentStep {
            phase: *phase,
            step: step.clone(),
            version,
        }),
        Stage::AgentCommand { name } => Some(Action::AgentCommand { name: name.clone() }),
        Stage::Simulate {
            step,
            seconds,
            args,
        } => Some(Action::Simulate {
            step: step.clone(),
            seconds: *seconds,
            args: args.clone(),
        }),
        Stage::InjectNmi => Some(Action::InjectNmi),
        Stage::Restart { soft } => Some(Action::Restart { soft: *soft }),
        Stage::OpenBoot
        | Stage::CloseBoot
        | Stage::AwaitAgent
        | Stage::AwaitInspection
        | Stage::Pause { .. }
        | Stage::Hold { .. } => None,
    }
}

/// A wait state goes back to its working state before the engine acts again.
pub(crate) fn resume(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.node.provision_state.class() == StateClass::Waiting {
        draft.transition(Event::Resume, None)?;
    }
    Ok(())
}

fn wait(
    draft: &mut Draft<'_>,
    lane: Lane,
    stage: &Stage,
    on: WaitFor,
) -> Result<Progress, Refusal> {
    note_stage(draft, stage);
    start_wait(draft, lane, on)?;
    Ok(Progress::Stays)
}

/// Nothing is done for so long.
fn pause(
    draft: &mut Draft<'_>,
    lane: Lane,
    stage: &Stage,
    seconds: u32,
) -> Result<Progress, Refusal> {
    note_stage(draft, stage);
    wait_until(draft, lane, WaitFor::Pause, seconds)?;
    Ok(Progress::Stays)
}

/// The flow waits for the machine from now on.
pub(crate) fn start_wait(draft: &mut Draft<'_>, lane: Lane, on: WaitFor) -> Result<(), Refusal> {
    let seconds = match on {
        WaitFor::Agent => draft.policy.agent_boot_seconds,
        WaitFor::Inspection => draft.policy.inspection_seconds,
        WaitFor::Step => draft.policy.step_silence_seconds,
        WaitFor::Pause => 0,
    };
    wait_until(draft, lane, on, seconds)
}

fn wait_until(draft: &mut Draft<'_>, lane: Lane, on: WaitFor, seconds: u32) -> Result<(), Refusal> {
    let silence = (on == WaitFor::Step).then_some(seconds);
    let since = draft.now;
    if let Some(flow) = flow_of(draft, lane) {
        flow.wait = Some(Wait {
            on,
            since,
            deadline: since + TimeDelta::seconds(i64::from(seconds)),
            silence_seconds: silence,
        });
    }
    if draft.node.provision_state.class() == StateClass::Working {
        draft.transition(Event::Wait, None)?;
    }
    Ok(())
}

fn note_stage(draft: &mut Draft<'_>, stage: &Stage) {
    let state = draft.node.provision_state;
    draft.line(
        state,
        "stage".into(),
        Some(stage.label()),
        None,
        Severity::Info,
    );
}

/// Goes back to the power-off before the last boot of the agent, and boots it again.
pub(crate) fn boot_again(draft: &mut Draft<'_>) -> Result<bool, Refusal> {
    let Some(flow) = draft.node.flow.as_mut() else {
        return Ok(false);
    };
    let opened = flow.stages[..flow.cursor.min(flow.stages.len())]
        .iter()
        .rposition(|stage| matches!(stage, Stage::OpenBoot));
    let Some(opened) = opened else {
        return Ok(false);
    };
    let powered_off = opened.checked_sub(1).filter(|index| {
        matches!(
            flow.stages.get(*index),
            Some(Stage::SetPower {
                target: PowerState::Off,
                ..
            })
        )
    });
    flow.cursor = powered_off.unwrap_or(opened);
    flow.tries = 0;
    enter(draft, Lane::Main)?;
    Ok(true)
}

/// A flow that stood still begins its stage anew, unless it waits or is held. What it did before may have been done: the world is
/// probed first.
pub(crate) fn take_up_again(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let stands_still = draft
        .node
        .flow
        .as_ref()
        .is_some_and(|flow| flow.pending.is_none() && flow.wait.is_none());
    if stands_still && draft.node.provision_state.class() == StateClass::Working {
        enter(draft, Lane::Main)?;
        probe_first(draft);
    }
    Ok(())
}

/// An awaited effect is gone: its stage begins anew; a power change is forgotten.
pub(crate) fn begin_anew(draft: &mut Draft<'_>, effect: EffectId) -> Result<(), Refusal> {
    draft.finished = Some(effect);
    match lane_of(draft, effect) {
        Some(Lane::Main) => {
            enter(draft, Lane::Main)?;
            probe_first(draft);
        }
        Some(Lane::Errand) => {
            draft.node.errand = None;
            draft.node.target_power_state = None;
        }
        None => {}
    }
    Ok(())
}

fn probe_first(draft: &mut Draft<'_>) {
    for effect in &mut draft.effects {
        effect.attempt = effect.attempt.max(1);
    }
}
