//! `GET /hammerscale/v1/nodes/{node}/explain`: what a node is doing, what it waits for, and what happens then.

use super::timeline::named;
use crate::access;
use crate::answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::Answer;
use api_types::instant::to_text;
use api_types::{Activity, Explanation, Waiting};
use axum::extract::Path;
use model::{Flow, FlowKind, Node, Stage, StateClass, Wait, WaitFor};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/hammerscale/v1/nodes/{node}/explain",
            show,
            "Say what a node waits for, and what a person can do",
        )
        .access(access::OWNER_READ),
    ]
}

async fn show(call: Call, Path(name): Path<String>) -> Answer {
    let node = named(&call, &name).await?;
    answer::ok(&explanation(&node))
}

fn explanation(node: &Node) -> Explanation {
    Explanation {
        node: node.uuid,
        name: node.name.clone(),
        provision_state: node.provision_state.as_str().to_owned(),
        target_provision_state: node.target_provision_state.map(|s| s.as_str().to_owned()),
        power_state: node.power_state.map(|s| s.as_str().to_owned()),
        summary: summary(node),
        activity: node.flow.as_ref().map(activity),
        errand: node.errand.as_ref().map(activity),
        last_error: node.last_error.clone(),
        maintenance: node.maintenance,
        maintenance_reason: node.maintenance_reason.clone(),
        fault: node.fault.map(|f| f.as_str().to_owned()),
    }
}

fn activity(flow: &Flow) -> Activity {
    Activity {
        kind: kind(flow.kind).to_owned(),
        stage: flow.stage().map(Stage::label),
        stage_number: (flow.cursor + 1).min(flow.stages.len()),
        stages: flow.stages.len(),
        started_at: flow.started_at,
        stage_started_at: flow.stage_started_at,
        tries: flow.tries,
        boots: flow.boots,
        abort_requested: flow.abort_requested,
        waiting: flow.wait.map(|wait| waiting(flow.kind, &wait)),
    }
}

fn waiting(kind: FlowKind, wait: &Wait) -> Waiting {
    Waiting {
        on: on(wait.on).to_owned(),
        since: wait.since,
        deadline: wait.deadline,
        silence_seconds: wait.silence_seconds,
        then: match wait.on {
            WaitFor::Agent | WaitFor::Inspection => format!(
                "the machine is booted once more, if that was not the last try (timeouts.boot_attempts); after that {}",
                then(kind)
            ),
            WaitFor::Step => then(kind).to_owned(),
        },
    }
}

fn on(wait: WaitFor) -> &'static str {
    match wait {
        WaitFor::Agent => "the agent's first heartbeat after the boot",
        WaitFor::Inspection => "the agent's inventory",
        WaitFor::Step => "the end of the agent's step",
    }
}

/// What the deadline does, where no remedy is left.
fn then(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Verify => "the node goes back to enroll",
        FlowKind::Inspect => "the inspection fails (inspect failed)",
        FlowKind::Clean | FlowKind::ManualClean => "the cleaning fails (clean failed)",
        FlowKind::Deploy => "the deployment fails (deploy failed)",
        FlowKind::Undeploy => "the undeployment fails (error)",
        FlowKind::Adopt => "the adoption fails (adopt failed)",
        FlowKind::Rescue => "the rescue fails (rescue failed)",
        FlowKind::Unrescue => "the unrescue fails (unrescue failed)",
        FlowKind::Service => "the servicing fails (service failed)",
        FlowKind::Power(_) => "the power change fails",
        FlowKind::BootDevice => "the change of the boot device fails",
    }
}

fn kind(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Verify => "verify",
        FlowKind::Inspect => "inspect",
        FlowKind::Clean => "clean",
        FlowKind::ManualClean => "manual clean",
        FlowKind::Deploy => "deploy",
        FlowKind::Undeploy => "undeploy",
        FlowKind::Adopt => "adopt",
        FlowKind::Rescue => "rescue",
        FlowKind::Unrescue => "unrescue",
        FlowKind::Service => "service",
        FlowKind::Power(_) => "power change",
        FlowKind::BootDevice => "change of the boot device",
    }
}

fn summary(node: &Node) -> String {
    let state = node.provision_state;
    let Some(flow) = node.flow.as_ref().or(node.errand.as_ref()) else {
        return at_rest(node);
    };
    let doing = kind(flow.kind);
    let stage = flow
        .stage()
        .map_or_else(|| "finishing".to_owned(), Stage::label);
    match (&flow.wait, flow.stage()) {
        (Some(wait), _) => format!(
            "{state}: {doing} waits for {} since {}; at {} {} unless it comes.",
            on(wait.on),
            to_text(wait.since),
            to_text(wait.deadline),
            then(flow.kind)
        ),
        (None, Some(Stage::Hold)) => format!(
            "{state}: {doing} stopped at a hold step since {}; 'unhold' goes on, 'abort' ends it.",
            to_text(flow.stage_started_at)
        ),
        (None, _) => format!(
            "{state}: {doing} is at stage {} of {}, {stage}, since {}.",
            (flow.cursor + 1).min(flow.stages.len()),
            flow.stages.len(),
            to_text(flow.stage_started_at)
        ),
    }
}

fn at_rest(node: &Node) -> String {
    let state = node.provision_state;
    let why = node.last_error.as_deref();
    match (state.class(), why) {
        (StateClass::Failed, Some(error)) => format!("{state}: {error}"),
        (_, Some(error)) => {
            format!("{state}: nothing is under way. The last attempt failed: {error}")
        }
        (_, None) => format!("{state}: nothing is under way."),
    }
}
