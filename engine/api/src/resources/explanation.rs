//! `GET /hammerscale/v1/nodes/{node}/explain`: what a node is doing, what it waits for or tries again, and
//! what happens then. The words for states and flows are the lifecycle's.

use super::timeline::named;
use crate::access;
use crate::answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::Answer;
use api_types::instant::to_text;
use api_types::{Activity, Explanation, Retrying, Waiting};
use axum::extract::Path;
use lifecycle::explain;
use model::{Effect, Flow, Node, Stage, StateClass, Timestamp};

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
    let effects = match node.flow.is_some() || node.errand.is_some() {
        true => call.app.store.effects(node.uuid).await?,
        false => Vec::new(),
    };
    answer::ok(&explanation(&node, &effects, call.app.config.clock.now()))
}

fn explanation(node: &Node, effects: &[Effect], now: Timestamp) -> Explanation {
    let activity = |flow: &Flow| activity(node, flow, effects, now);
    let (main, errand) = (
        node.flow.as_ref().map(activity),
        node.errand.as_ref().map(activity),
    );
    Explanation {
        node: node.uuid,
        name: node.name.clone(),
        provision_state: node.provision_state.as_str().to_owned(),
        target_provision_state: node.target_provision_state.map(|s| s.as_str().to_owned()),
        power_state: node.power_state.map(|s| s.as_str().to_owned()),
        summary: match (main.as_ref().or(errand.as_ref()), node.flow.as_ref()) {
            (None, _) => at_rest(node),
            (Some(activity), flow) => at_work(node, flow, activity),
        },
        activity: main,
        errand,
        last_error: node.last_error.clone(),
        maintenance: node.maintenance,
        maintenance_reason: node.maintenance_reason.clone(),
        fault: node.fault.map(|f| f.as_str().to_owned()),
    }
}

fn activity(node: &Node, flow: &Flow, effects: &[Effect], now: Timestamp) -> Activity {
    let pending = effects.iter().find(|it| Some(it.id) == flow.pending);
    Activity {
        kind: explain::flow(flow.kind).to_owned(),
        stage: flow.stage().map(Stage::label),
        stage_number: (flow.cursor + 1).min(flow.stages.len()),
        stages: flow.stages.len(),
        started_at: flow.started_at,
        stage_started_at: flow.stage_started_at,
        tries: flow.tries,
        boots: flow.boots,
        abort_requested: flow.abort_requested,
        waiting: flow.wait.map(|wait| Waiting {
            on: explain::awaited(wait.on).to_owned(),
            since: wait.since,
            deadline: wait.deadline,
            silence_seconds: wait.silence_seconds,
            then: explain::at_deadline(node.provision_state, flow.kind, wait.on),
        }),
        retry: pending.and_then(|effect| retrying(node, flow, effect, now)),
    }
}

fn retrying(node: &Node, flow: &Flow, effect: &Effect, now: Timestamp) -> Option<Retrying> {
    let retry = effect.retry.clone()?;
    Some(Retrying {
        attempt: retry.attempt,
        most_attempts: retry.most_attempts,
        error: retry.error,
        failed_at: retry.failed_at,
        next_at: retry.next_at,
        under_way: now >= retry.next_at,
        then: explain::failure(node.provision_state, flow.kind),
    })
}

fn at_work(node: &Node, flow: Option<&Flow>, activity: &Activity) -> String {
    let (state, doing) = (node.provision_state, &activity.kind);
    let since = to_text(activity.stage_started_at);
    if let Some(wait) = &activity.waiting {
        return format!(
            "{state}: {doing} waits for {} since {}; if it has not come at {}, {}.",
            wait.on,
            to_text(wait.since),
            to_text(wait.deadline),
            wait.then
        );
    }
    if flow.is_some_and(|flow| matches!(flow.stage(), Some(Stage::Hold { .. }))) {
        return format!(
            "{state}: {doing} stopped at a hold step since {since}; 'unhold' goes on, 'abort' ends it."
        );
    }
    let stage = activity.stage.as_deref().unwrap_or("finishing");
    let mut text = format!(
        "{state}: {doing} is at stage {} of {}, {stage}, since {since}.",
        activity.stage_number, activity.stages
    );
    if let Some(retry) = &activity.retry {
        text.push_str(&format!(
            " Attempt {} of {} failed: {}. The next one {} {}.",
            retry.attempt,
            retry.most_attempts,
            retry.error.trim_end_matches('.'),
            if retry.under_way {
                "is under way since"
            } else {
                "begins at"
            },
            to_text(retry.next_at)
        ));
    }
    text
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
