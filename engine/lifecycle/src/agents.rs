//! What agents tell, and what it means when they do not.

use crate::advance::{self, Lane};
use crate::decision::Draft;
use crate::ending;
use crate::fact::Inspected;
use chrono::TimeDelta;
use model::{
    AgentLink, Node, Refusal, RefusalKind, Secret, Severity, Stage, Step, Timestamp, WaitFor,
};
use serde_json::Value;

/// How often a step is begun anew because the agent was restarted in its middle.
const STEP_ATTEMPTS: u32 = 2;

fn no_agent_expected() -> Refusal {
    Refusal::new(
        RefusalKind::NotFound,
        "no agent is expected on this node now",
    )
}

fn waits_for(draft: &Draft<'_>, on: WaitFor) -> bool {
    draft
        .node
        .flow
        .as_ref()
        .and_then(|flow| flow.wait)
        .is_some_and(|wait| wait.on == on)
}

pub(crate) fn looked_up(draft: &mut Draft<'_>, token: &Secret<String>) -> Result<(), Refusal> {
    let Some(ticket) = draft.node.boot.as_mut().filter(|ticket| !ticket.spent) else {
        return Err(no_agent_expected());
    };
    ticket.spent = true;
    draft.node.agent = Some(AgentLink {
        token: token.clone(),
        url: None,
        certificate: None,
        version: None,
        since: draft.now,
    });
    let state = draft.node.provision_state;
    draft.line(state, "agent looked up".into(), None, None, Severity::Info);
    Ok(())
}

pub(crate) fn heartbeat(
    draft: &mut Draft<'_>,
    url: &str,
    certificate: Option<&str>,
    version: Option<&str>,
) -> Result<(), Refusal> {
    let Some(agent) = draft.node.agent.as_mut() else {
        return Err(no_agent_expected());
    };
    if agent.url.as_deref().is_some_and(|known| known != url) {
        return Err(Refusal::new(
            RefusalKind::Invalid,
            "callback_url differs from the one this boot's agent gave first",
        ));
    }
    if agent.certificate.is_some()
        && certificate.is_some()
        && agent.certificate.as_deref() != certificate
    {
        return Err(Refusal::new(
            RefusalKind::Invalid,
            "agent_verify_ca differs from the one this boot's agent gave first",
        ));
    }
    if agent.url.is_none() {
        agent.url = Some(url.to_owned());
        agent.certificate = certificate.map(str::to_owned);
        agent.version = version.map(str::to_owned);
        let state = draft.node.provision_state;
        let detail = version.map(|version| format!("agent {version}"));
        draft.line(
            state,
            "agent's first heartbeat".into(),
            None,
            detail,
            Severity::Info,
        );
    }
    if draft.node.maintenance || !waits_for(draft, WaitFor::Agent) {
        return Ok(());
    }
    advance::resume(draft)?;
    advance::next_stage(draft, Lane::Main)
}

pub(crate) fn inspected(draft: &mut Draft<'_>, found: &Inspected) -> Result<(), Refusal> {
    let early = !waits_for(draft, WaitFor::Inspection);
    if early && !inspection_is_next(draft) {
        return Err(no_agent_expected());
    }
    if draft.node.maintenance {
        return Err(Refusal::new(
            RefusalKind::Busy,
            "the node is in maintenance; send the inventory again later",
        ));
    }
    if let Some(error) = &found.error {
        return ending::failed(
            draft,
            format!("the agent's inspection failed: {error}"),
            false,
        );
    }
    let mut node = with_findings(&draft.node, found);
    let applied = found.rules.changes.apply(&mut node);
    draft.node = node;
    draft.new_ports = found.new_ports.clone();
    draft.changed_ports = found.rules.ports.clone();
    if let Some(why) = found.rules.failure.clone().or(applied.err()) {
        return ending::failed(draft, format!("the inspection failed: {why}"), false);
    }
    draft.node.inventory = Some(found.inventory.clone());
    if early {
        // The machine was quicker than the BMC that is to tell of its power: the wait, when it comes, is over at once.
        if let Some(flow) = draft.node.flow.as_mut() {
            flow.came_early = true;
        }
        return Ok(());
    }
    advance::resume(draft)?;
    advance::next_stage(draft, Lane::Main)
}

/// The node with what an inspection itself says about it; rules see it so, and may change it.
pub fn with_findings(node: &Node, found: &Inspected) -> Node {
    let mut node = node.clone();
    for (key, value) in &found.properties {
        node.properties.insert(key.clone(), value.clone());
    }
    if let Some(mode) = &found.boot_mode {
        node.boot_mode = Some(mode.clone());
    }
    node
}

/// The machine of an inspection was given leave to boot, and its wait has not begun yet.
fn inspection_is_next(draft: &Draft<'_>) -> bool {
    let Some(flow) = &draft.node.flow else {
        return false;
    };
    let ahead = flow.stages.get(flow.cursor..).unwrap_or_default();
    draft.node.boot.is_some() && !flow.came_early && ahead.contains(&Stage::AwaitInspection)
}

/// Whether what was learned concerns the stage under way.
fn is_current(draft: &Draft<'_>, begun: Timestamp) -> bool {
    let flow = draft.node.flow.as_ref();
    flow.is_some_and(|flow| flow.stage_started_at == begun)
}

pub(crate) fn step_finished(
    draft: &mut Draft<'_>,
    begun: Timestamp,
    step: &Step,
    result: &Result<Value, String>,
    logs: Option<&str>,
) -> Result<(), Refusal> {
    if !waits_for(draft, WaitFor::Step) || draft.node.maintenance || !is_current(draft, begun) {
        return Ok(());
    }
    let current = draft
        .node
        .flow
        .as_ref()
        .and_then(|flow| flow.stage().cloned());
    let Some(Stage::AgentStep { step: running, .. }) = current else {
        return Ok(());
    };
    // An older step's result may still be the agent's last word.
    if !running.is_same(step) {
        return Ok(());
    }
    match result {
        Ok(_) => {
            advance::resume(draft)?;
            if running.reboot_requested {
                return reboot_into_agent(draft);
            }
            advance::next_stage(draft, Lane::Main)
        }
        Err(message) => {
            draft.node.agent_logs = logs.map(str::to_owned);
            ending::failed(draft, format!("{}: {message}", running.full_name()), true)
        }
    }
}

/// The step wants a reboot before the next one: the agent is booted once more.
fn reboot_into_agent(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let boot = crate::plan::boot_agent(&draft.node, Stage::AwaitAgent);
    if let Some(flow) = draft.node.flow.as_mut() {
        let at = flow.cursor + 1;
        flow.stages.splice(at..at, boot);
    }
    advance::next_stage(draft, Lane::Main)
}

pub(crate) fn forgot(draft: &mut Draft<'_>, begun: Timestamp) -> Result<(), Refusal> {
    if !waits_for(draft, WaitFor::Step) || draft.node.maintenance || !is_current(draft, begun) {
        return Ok(());
    }
    let tries = draft.node.flow.as_ref().map_or(0, |flow| flow.tries);
    if tries >= STEP_ATTEMPTS {
        let what = stage_label(draft);
        let message = format!(
            "{what}: the agent was restarted in the middle of the step {tries} times; look at the machine's console"
        );
        return ending::failed(draft, message, true);
    }
    let state = draft.node.provision_state;
    let stage = Some(stage_label(draft));
    draft.line(
        state,
        "agent was restarted, step begins anew".into(),
        stage,
        None,
        Severity::Error,
    );
    advance::resume(draft)?;
    advance::enter(draft, Lane::Main)
}

fn stage_label(draft: &Draft<'_>) -> String {
    let flow = draft.node.flow.as_ref();
    flow.and_then(|flow| flow.stage())
        .map_or_else(String::new, Stage::label)
}

pub(crate) fn deadline_reached(draft: &mut Draft<'_>, deadline: Timestamp) -> Result<(), Refusal> {
    let Some(flow) = draft.node.flow.as_mut() else {
        return Ok(());
    };
    let now = draft.now;
    let reached = |wait: &&mut model::Wait| wait.deadline == deadline && now >= deadline;
    let Some(wait) = flow.wait.as_mut().filter(reached) else {
        return Ok(());
    };
    let patience = wait.deadline - wait.since;
    if draft.node.maintenance {
        // A person works on the machine: the wait begins anew.
        wait.since = draft.now;
        wait.deadline = draft.now + patience.max(TimeDelta::seconds(1));
        return Ok(());
    }
    let on = wait.on;
    let boots = flow.boots;
    match on {
        WaitFor::Pause => {
            advance::resume(draft)?;
            advance::next_stage(draft, Lane::Main)
        }
        WaitFor::Agent | WaitFor::Inspection if boots < draft.policy.boot_attempts => {
            let state = draft.node.provision_state;
            let detail = Some(format!("nothing heard for {} s", patience.num_seconds()));
            draft.line(
                state,
                "agent did not report, booted again".into(),
                None,
                detail,
                Severity::Error,
            );
            advance::resume(draft)?;
            if advance::boot_again(draft)? {
                return Ok(());
            }
            ending::failed(draft, silent_machine(patience, boots), false)
        }
        WaitFor::Agent | WaitFor::Inspection => {
            ending::failed(draft, silent_machine(patience, boots), false)
        }
        WaitFor::Step => {
            let what = stage_label(draft);
            let message = format!(
                "Timeout reached: {what}: the agent has been silent for {} s in the middle of the step; look at the machine's console and its network",
                patience.num_seconds()
            );
            ending::give_agent_up(draft);
            ending::failed(draft, message, true)
        }
    }
}

fn silent_machine(patience: TimeDelta, boots: u32) -> String {
    format!(
        "Timeout reached: the agent did not report within {} s of power-on ({boots} {} tried). Check that the machine boots from the network on a NIC whose MAC address is a port of this node with pxe_enabled, that DHCP answers reach it, and what its console shows.",
        patience.num_seconds(),
        if boots == 1 { "boot" } else { "boots" },
    )
}
