//! The one door of the lifecycle.

use crate::advance::{self, Lane};
use crate::decision::{Decision, Draft};
use crate::{Fact, Policy, agents, outcomes, power, verbs};
use model::{Asker, FlowKind, Node, Refusal, RefusalKind, Severity, Timestamp};

/// All that a decision may depend on.
pub struct View<'a> {
    /// The node as it is stored.
    pub node: &'a Node,
    /// What the administrator has set.
    pub policy: &'a Policy,
    /// Now.
    pub now: Timestamp,
    /// A fresh nonce, used if this turn mints one.
    pub nonce: &'a str,
    /// Who tells the fact, when it is a client.
    pub asker: Option<Asker>,
}

/// Decides what becomes of the node. A refusal changes nothing.
pub fn decide(view: &View<'_>, fact: &Fact) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(view);
    match fact {
        Fact::Provision(asked) => verbs::asked(&mut draft, asked)?,
        Fact::Power {
            target,
            timeout_seconds,
        } => power::asked(&mut draft, *target, *timeout_seconds)?,
        Fact::Maintenance { on, reason } => maintenance(&mut draft, *on, reason.clone())?,
        Fact::BootDevice { device, persistent } => boot_device(&mut draft, device, *persistent)?,
        Fact::InjectNmi => aside(&mut draft, FlowKind::InjectNmi, model::Stage::InjectNmi)?,
        Fact::Outcome { effect, outcome } => outcomes::came(&mut draft, *effect, outcome)?,
        Fact::AgentLookedUp { token } => agents::looked_up(&mut draft, token)?,
        Fact::AgentHeartbeat {
            url,
            certificate,
            version,
        } => agents::heartbeat(&mut draft, url, certificate.as_deref(), version.as_deref())?,
        Fact::Inspected(found) => agents::inspected(&mut draft, found)?,
        Fact::StepFinished {
            begun,
            step,
            result,
            logs,
        } => agents::step_finished(&mut draft, *begun, step, result, logs.as_deref())?,
        Fact::AgentForgot { begun } => agents::forgot(&mut draft, *begun)?,
        Fact::DeadlineReached { deadline } => agents::deadline_reached(&mut draft, *deadline)?,
        Fact::EffectLost(effect) => crate::advance::begin_anew(&mut draft, *effect)?,
        Fact::PowerObserved { state, revision } => power::observed(&mut draft, *state, *revision),
        Fact::PowerUnreadable { error } => power::unreadable(&mut draft, error),
    }
    Ok(draft.into_decision())
}

fn maintenance(draft: &mut Draft<'_>, on: bool, reason: Option<String>) -> Result<(), Refusal> {
    let was = draft.node.maintenance;
    draft.node.maintenance = on;
    draft.node.maintenance_reason = if on { reason.clone() } else { None };
    if !on {
        draft.node.fault = None;
    }
    if was == on {
        return Ok(());
    }
    let state = draft.node.provision_state;
    let event = if on {
        "maintenance on"
    } else {
        "maintenance off"
    };
    draft.line(state, event.into(), None, reason, Severity::Info);
    if on {
        // Nothing is done to a machine that a person took aside: a flow stands still where it is, a power change is forgotten.
        draft.cancel_outstanding();
        draft.node.errand = None;
        draft.node.target_power_state = None;
        return Ok(());
    }
    crate::advance::take_up_again(draft)
}

fn boot_device(draft: &mut Draft<'_>, device: &str, persistent: bool) -> Result<(), Refusal> {
    let stage = model::Stage::SetBootDevice {
        device: device.to_owned(),
        persistent,
    };
    aside(draft, FlowKind::BootDevice, stage)
}

/// One stage beside the provision state, which a request waits for.
fn aside(draft: &mut Draft<'_>, kind: FlowKind, stage: model::Stage) -> Result<(), Refusal> {
    if draft.node.is_busy() || draft.node.errand.is_some() {
        return Err(busy(&draft.node));
    }
    let errand = advance::new_flow(draft, kind, vec![stage]);
    advance::begin(draft, Lane::Errand, errand)
}

/// Stands for the conductor's name in a refusal: the core does not know it, and who tells a client does.
pub const LOCK_HOLDER: &str = "<conductor>";

/// Whether the engine is not working on the node: what needs it for itself may be done.
pub fn judge_idle(node: &Node) -> Result<(), Refusal> {
    match node.is_busy() {
        true => Err(busy(node)),
        false => Ok(()),
    }
}

/// The engine works on the node right now.
pub(crate) fn busy(node: &Node) -> Refusal {
    let stage = [&node.flow, &node.errand]
        .into_iter()
        .flatten()
        .find_map(|flow| flow.stage())
        .map_or_else(String::new, |stage| format!(" ({})", stage.label()));
    Refusal::new(
        RefusalKind::Busy,
        format!(
            "Node {} is locked by host {LOCK_HOLDER}, please retry after the current operation is completed. It is in state '{}'{stage}.",
            node.uuid, node.provision_state
        ),
    )
}
