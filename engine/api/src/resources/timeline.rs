//! `GET /hammerscale/v1/nodes/{node}/timeline`: where the time of a node went.

use crate::access;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::Answer;
use crate::{answer, ident};
use api_types::timeline::StageTotal;
use api_types::{Timeline, TimelineEntry};
use axum::extract::Path;
use model::{HistoryEntry, Node, ProvisionState, Severity, StateClass, Timestamp};

/// The newest lines that are shown.
const MOST_LINES: usize = 1000;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/hammerscale/v1/nodes/{node}/timeline",
            show,
            "Show where a node's time went",
        )
        .access(access::OWNER_READ),
    ]
}

async fn show(call: Call, Path(name): Path<String>) -> Answer {
    let node = named(&call, &name).await?;
    let _slot = call.app.lists.acquire().await.ok();
    let lines = call.app.store.history(node.uuid, MOST_LINES).await?;
    answer::ok(&timeline(&node, &lines, call.app.config.clock.now()))
}

/// Our own paths know names at any microversion.
pub(crate) async fn named(call: &Call, name: &str) -> Result<Node, crate::error::ApiError> {
    match ident::is_name(name) {
        true => {
            let found = call.app.store.node_by_name(name).await?;
            let missing =
                || crate::error::ApiError::not_found(format!("Node {name} could not be found."));
            let node = found.ok_or_else(missing)?;
            call.judge(&node, missing)?;
            Ok(node)
        }
        false => ident::node(call, name).await,
    }
}

fn timeline(node: &Node, lines: &[HistoryEntry], now: Timestamp) -> Timeline {
    let at_work = node.flow.is_some() || node.errand.is_some();
    let mut entries: Vec<TimelineEntry> = Vec::with_capacity(lines.len());
    let mut stage = None;
    for (index, line) in lines.iter().enumerate() {
        let end = match lines.get(index + 1) {
            Some(_) if comes_to_rest(line) => None,
            Some(next) => Some(next.at),
            None => at_work.then_some(now),
        };
        stage = stage_of(line, stage);
        entries.push(entry(line, stage.clone(), end));
    }
    Timeline {
        node: node.uuid,
        name: node.name.clone(),
        provision_state: node.provision_state.as_str().to_owned(),
        stages: totals(&entries),
        entries,
    }
}

/// What follows such a line is nobody's work: the time until a person or a client wants something.
fn comes_to_rest(line: &HistoryEntry) -> bool {
    let rests = matches!(
        line.to.class(),
        StateClass::Stable | StateClass::Failed | StateClass::Held
    );
    rests && line.from != line.to
}

/// The stage that a line belongs to: its own, or the one under way, which a wait does not end.
fn stage_of(line: &HistoryEntry, under_way: Option<String>) -> Option<String> {
    let at_work =
        |state: ProvisionState| matches!(state.class(), StateClass::Working | StateClass::Waiting);
    let goes_on = line.from == line.to || line.from.class() != line.to.class();
    let under_way = under_way.filter(|_| goes_on && at_work(line.from) && at_work(line.to));
    line.stage.clone().or(under_way)
}

fn entry(line: &HistoryEntry, stage: Option<String>, end: Option<Timestamp>) -> TimelineEntry {
    TimelineEntry {
        at: line.at,
        event: line.event.clone(),
        stage,
        from: line.from.as_str().to_owned(),
        to: line.to.as_str().to_owned(),
        detail: line.detail.clone(),
        severity: match line.severity {
            Severity::Info => "info".to_owned(),
            Severity::Error => "error".to_owned(),
        },
        // A clock that was set back must not make time negative.
        seconds: end.map(|end| seconds(line.at, end).max(0.0)),
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to - from).as_seconds_f64()
}

fn totals(entries: &[TimelineEntry]) -> Vec<StageTotal> {
    let mut totals: Vec<StageTotal> = Vec::new();
    for entry in entries {
        let Some(seconds) = entry.seconds else {
            continue;
        };
        let stage = entry.stage.as_ref().unwrap_or(&entry.event);
        match totals.iter_mut().find(|total| total.stage == *stage) {
            Some(total) => total.seconds += seconds,
            None => totals.push(StageTotal {
                stage: stage.clone(),
                seconds,
            }),
        }
    }
    totals
}
