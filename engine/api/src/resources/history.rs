//! `/nodes/{node}/history`: the node's history in Ironic's form.

use crate::access;
use crate::answer;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::page::PageWriter;
use crate::selection::Selection;
use crate::{ident, paging};
use api_types::history::{FIELDS, SUMMARY};
use api_types::{History, Link};
use axum::extract::Path;
use model::{HistoryEntry, Node, ProvisionState, Severity};
use ports::query::{Page, SortDirection};
use serde_json::Value;

/// More lines than this are not looked at: the history is capped per node.
const MOST_LINES: usize = 10_000;
/// A list shows at most so many bytes of an event.
const SHORT: usize = 255;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/nodes/{node}/history",
            list,
            "List what happened to a node",
        )
        .since(78)
        .too_old(TooOld::NotFound)
        .access(access::OWNER_READ)
        .lists("history", "HistoryEntry", FIELDS)
        .arguments(&[
            ("limit", 78),
            ("marker", 78),
            ("sort_key", 78),
            ("sort_dir", 78),
            ("detail", 78),
        ]),
        Endpoint::get(
            "/nodes/{node}/history/{entry}",
            show,
            "Show one line of a node's history",
        )
        .since(78)
        .too_old(TooOld::NotFound)
        .access(access::OWNER_READ)
        .shows("HistoryEntry", FIELDS)
        .arguments(&[]),
    ]
}

async fn list(call: Call, Path(name): Path<String>) -> Answer {
    let selection = Selection::of_list(&call, FIELDS, SUMMARY, false)?;
    let page = paging::page(&call, FIELDS, &["links"])?;
    let node = ident::node(&call, &name).await?;
    let _slot = call.app.lists.acquire().await.ok();
    let lines = call.app.store.history(node.uuid, MOST_LINES).await?;
    let all = lines.iter().map(|line| document(&call, &node, line));
    let lines = paged(all.collect(), &page)?;
    let last = lines.last().map(|line| line.uuid.to_string());
    let mut list = PageWriter::new("history");
    for mut document in lines {
        if matches!(selection, Selection::Some(_)) {
            document.event = shortened(&document.event);
        }
        list.push(&selection.apply(&call, FIELDS, &document)?)
            .await?;
    }
    let path = format!("nodes/{name}/history");
    let next = paging::next(&call, &path, page.limit, list.count(), last.as_deref());
    list.finish(next)
}

/// The page of a history: oldest first unless it is asked for otherwise.
fn paged(mut lines: Vec<History>, page: &Page) -> Result<Vec<History>, ApiError> {
    if let Some(key) = page.sort_key.as_deref() {
        let value = |line: &History| match key {
            // Its text sorts by whole seconds only.
            "created_at" => line.created_at.map(|at| at.timestamp_micros().into()),
            _ => serde_json::to_value(line).ok()?.get(key).cloned(),
        };
        lines.sort_by_cached_key(|line| sortable(value(line)));
    }
    if page.sort_direction == SortDirection::Descending {
        lines.reverse();
    }
    let begin = match page.marker {
        None => 0,
        Some(marker) => {
            let at = lines.iter().position(|line| line.uuid == marker);
            at.ok_or_else(|| missing(&marker.to_string()))? + 1
        }
    };
    Ok(lines.into_iter().skip(begin).take(page.limit).collect())
}

/// Nulls before numbers before texts.
fn sortable(value: Option<Value>) -> (u8, i64, String) {
    match value {
        Some(Value::String(text)) => (2, 0, text),
        Some(Value::Number(number)) => (1, number.as_i64().unwrap_or(i64::MAX), String::new()),
        _ => (0, 0, String::new()),
    }
}

async fn show(call: Call, Path((name, entry)): Path<(String, String)>) -> Answer {
    let wanted = ident::uuid(&entry).ok_or_else(|| missing(&entry))?;
    let node = ident::node(&call, &name).await?;
    let _slot = call.app.lists.acquire().await.ok();
    let lines = call.app.store.history(node.uuid, MOST_LINES).await?;
    let line = lines.iter().find(|line| line.uuid == wanted);
    let document = document(&call, &node, line.ok_or_else(|| missing(&entry))?);
    answer::ok(&Selection::All.apply(&call, FIELDS, &document)?)
}

fn missing(named: &str) -> ApiError {
    let shown: String = named.chars().take(80).collect();
    ApiError::not_found(format!("Node history record {shown} could not be found."))
}

fn document(call: &Call, node: &Node, line: &HistoryEntry) -> History {
    let href = format!(
        "{}/v1/nodes/{}/history/{}",
        call.public(),
        node.uuid,
        line.uuid
    );
    let around = &line.circumstances;
    let asker = around.asker.as_ref();
    let conductor = around.conductor.clone();
    History {
        uuid: line.uuid,
        created_at: Some(line.at),
        severity: match line.severity {
            Severity::Info => "INFO".to_owned(),
            Severity::Error => "ERROR".to_owned(),
        },
        event: sentence(line),
        event_type: Some(event_type(line).to_owned()),
        conductor: conductor.or_else(|| Some(call.app.engine.conductor_name().to_owned())),
        user: asker.map(|asker| asker.user.clone()),
        project: asker.and_then(|asker| asker.project.clone()),
        state: Some(line.from.as_str().to_owned()),
        target_provision_state: around.target.map(|target| target.as_str().to_owned()),
        duration_seconds: around.seconds,
        links: vec![Link::new(href, "self")],
    }
}

/// What the line concerns, in Ironic's words: of errors the activity that failed.
fn event_type(line: &HistoryEntry) -> &'static str {
    use ProvisionState as S;
    match line.severity {
        Severity::Info if line.from != line.to => "transition",
        Severity::Info => "provisioning",
        Severity::Error => match line.from {
            // Ironic's for what its sweep finds.
            _ if line.stage.is_none() && line.from == line.to => "monitoring",
            S::Verifying => "verify",
            S::Inspecting | S::InspectWait => "introspection",
            S::Cleaning | S::CleanWait | S::CleanHold => "cleaning",
            S::Deploying | S::DeployWait | S::DeployHold => "deploying",
            S::Deleting => "unprovision",
            S::Adopting => "adoption",
            S::Rescuing | S::RescueWait | S::Unrescuing => "rescue",
            S::Servicing | S::ServiceWait | S::ServiceHold => "servicing",
            _ => "UNKNOWN",
        },
    }
}

/// The line as one text. Of an error only what went wrong: what the node's `last_error` said.
fn sentence(line: &HistoryEntry) -> String {
    if let (Severity::Error, Some(detail)) = (line.severity, &line.detail) {
        return detail.clone();
    }
    let mut text = line.event.clone();
    for part in [&line.stage, &line.detail].into_iter().flatten() {
        text.push_str(": ");
        text.push_str(part);
    }
    text
}

/// Cut as Ironic cuts it.
fn shortened(event: &str) -> String {
    if event.chars().count() <= SHORT {
        return event.to_owned();
    }
    let head: String = event.chars().take(SHORT - 4).collect();
    format!("{head}...")
}
