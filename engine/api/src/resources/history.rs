//! `/nodes/{node}/history`: the node's history in Ironic's form.

use crate::access;
use crate::answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::page::PageWriter;
use crate::selection::Selection;
use crate::{ident, paging};
use api_types::history::{FIELDS, SUMMARY};
use api_types::{History, Link};
use axum::extract::Path;
use model::{HistoryEntry, Node, Severity};

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
        .access(access::OWNER_READ)
        .lists("history", "HistoryEntry", FIELDS),
        Endpoint::get(
            "/nodes/{node}/history/{entry}",
            show,
            "Show one line of a node's history",
        )
        .since(78)
        .access(access::OWNER_READ)
        .shows("HistoryEntry", FIELDS),
    ]
}

async fn list(call: Call, Path(name): Path<String>) -> Answer {
    let selection = Selection::of_list(&call, FIELDS, SUMMARY, false)?;
    let page = paging::page(&call, FIELDS, &["links"])?;
    let node = ident::node(&call, &name).await?;
    let lines = call.app.store.history(node.uuid, MOST_LINES).await?;
    let begin = match page.marker {
        None => 0,
        Some(marker) => match lines.iter().position(|line| line.uuid == marker) {
            Some(at) => at + 1,
            None => return Err(missing()),
        },
    };
    let lines: Vec<&HistoryEntry> = lines.iter().skip(begin).take(page.limit).collect();
    let mut list = PageWriter::new("history");
    for line in &lines {
        let mut document = document(&call, &node, line);
        if matches!(selection, Selection::Some(_)) {
            document.event = shortened(&document.event);
        }
        list.push(&selection.apply(&call, FIELDS, &document)?)
            .await?;
    }
    let last = lines.last().map(|line| line.uuid.to_string());
    let path = format!("nodes/{}/history", node.uuid);
    let next = paging::next(&call, &path, page.limit, lines.len(), last.as_deref());
    list.finish(next)
}

async fn show(call: Call, Path((name, entry)): Path<(String, String)>) -> Answer {
    let wanted = ident::uuid(&entry).ok_or_else(missing)?;
    let node = ident::node(&call, &name).await?;
    let lines = call.app.store.history(node.uuid, MOST_LINES).await?;
    let line = lines.iter().find(|line| line.uuid == wanted);
    let document = document(&call, &node, line.ok_or_else(missing)?);
    answer::ok(&Selection::All.apply(&call, FIELDS, &document)?)
}

fn missing() -> ApiError {
    ApiError::not_found("The history entry could not be found.")
}

fn document(call: &Call, node: &Node, line: &HistoryEntry) -> History {
    let href = format!(
        "{}/v1/nodes/{}/history/{}",
        call.public(),
        node.uuid,
        line.uuid
    );
    History {
        uuid: line.uuid,
        created_at: Some(line.at),
        severity: match line.severity {
            Severity::Info => "INFO".to_owned(),
            Severity::Error => "ERROR".to_owned(),
        },
        event: sentence(line),
        event_type: Some(match line.from == line.to {
            true => "provisioning".to_owned(),
            false => "transition".to_owned(),
        }),
        conductor: Some(call.app.engine.conductor_name().to_owned()),
        state: Some(line.to.as_str().to_owned()),
        links: vec![Link::new(href, "self")],
        ..History::default()
    }
}

/// The line as one text.
fn sentence(line: &HistoryEntry) -> String {
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
