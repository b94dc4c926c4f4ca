//! Provision verbs: whether one is possible now, and the flow that it begins.

use crate::advance::{self, Lane};
use crate::decide::busy;
use crate::decision::Draft;
use crate::ending;
use crate::fact::ProvisionAsked;
use crate::judge;
use crate::plan;
use crate::table::Event;
use crate::templates;
use model::{
    FlowKind, InterfaceKind, Phase, ProvisionState, Refusal, RefusalKind, Severity, Stage,
    StateClass, Step, Verb,
};

pub(crate) fn asked(draft: &mut Draft<'_>, asked: &ProvisionAsked) -> Result<(), Refusal> {
    judge::may_verb(&draft.node, asked.verb)?;
    if draft
        .node
        .errand
        .as_ref()
        .is_some_and(|e| e.pending.is_some())
    {
        return Err(busy(&draft.node));
    }
    let asked = &templates::with_templates(&draft.node, asked)?;
    check_steps(draft, asked)?;
    match asked.verb {
        Verb::Abort => return abort(draft),
        Verb::Unhold => return unhold(draft),
        Verb::Manage if draft.node.provision_state != ProvisionState::Enroll => {
            // What went wrong stays told until something else is begun, as in Ironic.
            note(draft, asked.verb);
            return draft.transition(Event::Verb(Verb::Manage), None);
        }
        Verb::Manage
        | Verb::Provide
        | Verb::Inspect
        | Verb::Clean
        | Verb::Adopt
        | Verb::Deploy
        | Verb::Rebuild
        | Verb::Undeploy
        | Verb::Rescue
        | Verb::Unrescue
        | Verb::Service => {}
    }
    start(draft, asked)
}

fn note(draft: &mut Draft<'_>, verb: Verb) {
    let state = draft.node.provision_state;
    let event = format!("verb {verb}");
    draft.line(state, event, None, None, Severity::Info);
}

fn start(draft: &mut Draft<'_>, asked: &ProvisionAsked) -> Result<(), Refusal> {
    note(draft, asked.verb);
    draft.cancel_outstanding();
    if asked.verb == Verb::Undeploy && draft.node.flow.is_some() {
        // It may be writing what nobody wants any more, and its machine may not be powered off.
        ending::give_agent_up(draft);
    }
    draft.node.flow = None;
    draft.node.errand = None;
    draft.node.target_power_state = None;
    draft.node.last_error = None;
    draft.transition(Event::Verb(asked.verb), None)?;
    let node = &draft.node;
    let policy = draft.policy;
    let (kind, target, stages) = match asked.verb {
        Verb::Manage => (FlowKind::Verify, ProvisionState::Manageable, plan::verify()),
        Verb::Provide => return ending::begin_cleaning(draft),
        Verb::Inspect => (
            FlowKind::Inspect,
            ProvisionState::Manageable,
            plan::inspect(node, policy),
        ),
        Verb::Clean => (
            FlowKind::ManualClean,
            ProvisionState::Manageable,
            plan::manual_clean(node, policy, &asked.steps),
        ),
        Verb::Adopt => (FlowKind::Adopt, ProvisionState::Active, plan::adopt()),
        Verb::Deploy | Verb::Rebuild => (
            FlowKind::Deploy,
            ProvisionState::Active,
            plan::deploy(node, policy, &asked.steps),
        ),
        Verb::Undeploy => (
            FlowKind::Undeploy,
            ProvisionState::Available,
            plan::undeploy(node),
        ),
        Verb::Rescue => (
            FlowKind::Rescue,
            ProvisionState::Rescue,
            plan::rescue(node, policy),
        ),
        Verb::Unrescue => (
            FlowKind::Unrescue,
            ProvisionState::Active,
            plan::unrescue(node, policy),
        ),
        Verb::Service => (
            FlowKind::Service,
            ProvisionState::Active,
            plan::service(node, policy, &asked.steps),
        ),
        Verb::Unhold | Verb::Abort => return Ok(()),
    };
    draft.node.target_provision_state = Some(target);
    if kind == FlowKind::Inspect {
        draft.node.inspection_started_at = Some(draft.now);
        draft.node.inspection_finished_at = None;
    }
    if kind == FlowKind::Deploy && asked.config_drive.is_some() {
        take_config_drive(draft, asked);
    }
    let mut flow = advance::new_flow(draft, kind, stages);
    flow.requested_steps = asked.steps.clone();
    let nothing = flow.kind == FlowKind::Deploy && !plan::deploys(&draft.node, &asked.steps);
    let nothing = nothing.then(|| "No deploy steps returned by the driver".to_owned());
    if let Some(problem) = fake_steps_problem(draft, asked).or(nothing) {
        draft.node.flow = Some(flow);
        return ending::failed(draft, problem, false);
    }
    advance::begin(draft, Lane::Main, flow)
}

/// As in Ironic, what boots over the network is given none, and that is told.
fn take_config_drive(draft: &mut Draft<'_>, asked: &ProvisionAsked) {
    if !plan::is_ramdisk(&draft.node) {
        draft.node.config_drive = asked.config_drive.clone();
        return;
    }
    let state = draft.node.provision_state;
    let detail = "a ramdisk that boots over the network has no place for one; put what it needs into the ramdisk, or behind a URL in its kernel arguments";
    draft.line(
        state,
        "config drive ignored".into(),
        None,
        Some(detail.into()),
        Severity::Error,
    );
}

/// Fake hardware has its own clean steps; as in Ironic the flow is begun and fails when others are asked for.
fn fake_steps_problem(draft: &Draft<'_>, asked: &ProvisionAsked) -> Option<String> {
    let pretended = plan::is_fake(&draft.node, InterfaceKind::Deploy);
    let cleaned = pretended && asked.verb == Verb::Clean;
    cleaned.then(|| plan::fake_clean_problem(&draft.node, asked))?
}

/// The first step that the administrator forbids.
fn disallowed<'a>(draft: &Draft<'_>, asked: &'a ProvisionAsked) -> Option<&'a Step> {
    let phase = match asked.verb {
        Verb::Service => Phase::Service,
        Verb::Deploy | Verb::Rebuild => Phase::Deploy,
        Verb::Clean => Phase::Clean,
        // No other verb has steps.
        Verb::Manage
        | Verb::Provide
        | Verb::Inspect
        | Verb::Adopt
        | Verb::Undeploy
        | Verb::Rescue
        | Verb::Unrescue
        | Verb::Unhold
        | Verb::Abort => return None,
    };
    let forbidden = &draft.policy.disallowed_steps;
    let mut steps = asked.steps.iter();
    steps.find(|step| forbidden.hold(phase, step))
}

fn check_steps(draft: &Draft<'_>, asked: &ProvisionAsked) -> Result<(), Refusal> {
    let invalid = |text: String| Err(Refusal::new(RefusalKind::Invalid, text));
    if matches!(asked.verb, Verb::Clean | Verb::Service) && asked.steps.is_empty() {
        return invalid(format!("'{0}' needs {0}_steps", asked.verb));
    }
    if let Some(step) = disallowed(draft, asked) {
        return invalid(format!(
            "the {} step {} is not allowed here: the configuration of this engine forbids it",
            asked.verb,
            step.full_name()
        ));
    }
    if asked.disable_ramdisk && !plan::is_fake(&draft.node, InterfaceKind::Deploy) {
        return invalid(
            "disable_ramdisk: no step of this engine runs without the agent yet; leave it out"
                .into(),
        );
    }
    if matches!(asked.verb, Verb::Deploy | Verb::Rebuild)
        && !asked.steps.is_empty()
        && !plan::custom_steps_allowed(&draft.node)
    {
        return invalid(
            "deploy_steps and deploy templates: this deploy interface runs no steps".into(),
        );
    }
    let problem = |step| plan::reserved::problem(&draft.node, step);
    if let Some(problem) = asked.steps.iter().find_map(problem) {
        return invalid(problem);
    }
    if matches!(asked.verb, Verb::Deploy | Verb::Rebuild)
        && let Some(step) = plan::core_step(&draft.node, &asked.steps)
    {
        return invalid(format!(
            "deploy_steps: {} is the deployment itself and only its priority 0 may be asked for, which leaves it out",
            step.full_name()
        ));
    }
    for (verb, kind, none) in [
        (Verb::Rescue, InterfaceKind::Rescue, "no-rescue"),
        (Verb::Inspect, InterfaceKind::Inspect, "no-inspect"),
    ] {
        if asked.verb == verb
            && matches!(draft.node.interface(kind), "" | "no-rescue" | "no-inspect")
        {
            return invalid(format!(
                "'{verb}' is not possible with {}_interface '{none}' on driver '{}'",
                kind.as_str(),
                draft.node.driver
            ));
        }
    }
    if draft.node.retired && asked.verb == Verb::Provide {
        return invalid(format!(
            "The providing operation can't be performed on node {} because it is retired.",
            draft.node.uuid
        ));
    }
    Ok(())
}

fn unhold(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    note(draft, Verb::Unhold);
    draft.transition(Event::Verb(Verb::Unhold), None)?;
    advance::resume(draft)?;
    advance::next_stage(draft, Lane::Main)
}

fn abort(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    note(draft, Verb::Abort);
    if draft.node.provision_state == ProvisionState::ServiceFailed {
        if draft.node.maintenance {
            return Err(Refusal::new(
                RefusalKind::WrongState,
                "the node is in maintenance; end that first, then abort",
            ));
        }
        draft.set_error("By request, the service operation was aborted.");
        return ending::back_into_service(draft);
    }
    if running_step_may_not_stop(draft) {
        if let Some(flow) = draft.node.flow.as_mut() {
            flow.abort_requested = true;
        }
        return Ok(());
    }
    ending::aborted(draft)
}

fn running_step_may_not_stop(draft: &Draft<'_>) -> bool {
    let Some(flow) = &draft.node.flow else {
        return false;
    };
    let held = draft.node.provision_state.class() == StateClass::Held;
    !held && matches!(flow.stage(), Some(Stage::AgentStep { step, .. }) if !step.abortable)
}
