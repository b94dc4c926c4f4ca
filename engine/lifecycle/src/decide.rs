//! The one door of the lifecycle.

use crate::decision::{Decision, Draft};
use crate::{Fact, Policy, agents, outcomes, power, verbs};
use model::{Node, Refusal, RefusalKind, Severity, Timestamp};

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
        Fact::LiveChange(action) => live_change(&mut draft, action)?,
        Fact::Outcome { effect, outcome } => outcomes::came(&mut draft, *effect, outcome)?,
        Fact::AgentLookedUp { token } => agents::looked_up(&mut draft, token)?,
        Fact::AgentHeartbeat {
            url,
            certificate,
            version,
        } => agents::heartbeat(&mut draft, url, certificate.as_deref(), version.as_deref())?,
        Fact::Inspected(found) => agents::inspected(&mut draft, found)?,
        Fact::StepFinished { step, result } => agents::step_finished(&mut draft, step, result)?,
        Fact::AgentForgot => agents::forgot(&mut draft)?,
        Fact::DeadlineReached { deadline } => agents::deadline_reached(&mut draft, *deadline)?,
        Fact::EffectsLost => {
            draft.cancel_outstanding();
            crate::advance::take_up_again(&mut draft)?;
        }
        Fact::PowerObserved(state) => power::observed(&mut draft, *state),
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
        // Nothing is done to a machine that a person took aside; a flow stands still where it is.
        draft.cancel_outstanding();
        return Ok(());
    }
    crate::advance::take_up_again(draft)
}

fn live_change(draft: &mut Draft<'_>, action: &model::Action) -> Result<(), Refusal> {
    if draft.node.is_busy() {
        return Err(busy(&draft.node));
    }
    draft.emit(action.clone());
    Ok(())
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
            "Node {} is locked: the engine is working on it in state '{}'{stage}; please retry after the current operation is completed.",
            node.uuid, node.provision_state
        ),
    )
}
