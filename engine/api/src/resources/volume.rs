//! `/volume`: where volume connectors and volume targets are; what both have in common.

pub(crate) mod connectors;
pub(crate) mod targets;

use crate::access::{self, Access};
use crate::answer;
use crate::args::flag_of;
use crate::call::Call;
use crate::collection::Collection;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::ident;
use crate::member::{Member, missing};
use crate::patch::Operation;
use crate::selection::Selection;
use api_types::Link;
use axum::extract::Path;
use model::{Object, Resource};
use ports::resources::ResourceQuery;
use serde_json::{Value, json};
use uuid::Uuid;

/// Filters of both lists and the version that added each.
const FILTERS: &[(&str, u16)] = &[("node", 32)];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/volume", show, "Where volume resources are")
            .since(32)
            .access(Access::Anyone),
        Endpoint::get(
            "/nodes/{node}/volume",
            show_of_node,
            "Where a node's volume resources are",
        )
        .since(32)
        .access(access::READ),
    ]
}

async fn show(call: Call) -> Answer {
    answer::ok(&links(&call, "volume"))
}

async fn show_of_node(call: Call, Path(node): Path<String>) -> Answer {
    // Its links name the node as the request does.
    ident::node(&call, &node).await?;
    answer::ok(&links(&call, &format!("nodes/{node}/volume")))
}

fn links(call: &Call, path: &str) -> Value {
    let of = |part: &str| Link::pair(call.public(), &format!("{path}/{part}"));
    json!({"links": of(""), "connectors": of("connectors"), "targets": of("targets")})
}

/// Answers with a page of connectors or targets, those of one node when it is asked under one. Unlike other lists, these had `detail`
/// from the beginning.
async fn page<R: Resource>(
    collection: &Collection<R>,
    call: &Call,
    of: Option<Uuid>,
    path: &str,
) -> Answer {
    let detail = call.parameter("detail").map(|t| flag_of("detail", t));
    let detail = detail.transpose()?.unwrap_or(false);
    let selection = Selection::of_list_in(call, collection.fields, collection.summary, detail)?;
    // As in Ironic the page is judged before the node is looked for.
    let query = collection.query(call)?;
    let node = match (of, call.parameter("node")) {
        (None, Some(named)) => Some(ident::node_of_query(call, "node", named).await?.uuid),
        (of, _) => of,
    };
    let query = ResourceQuery {
        node,
        project: call.project().map(str::to_owned),
        ..query
    };
    collection
        .page_of(call, Some(query), path, &selection)
        .await
}

/// Refuses a new one that lacks something.
fn check_complete(body: &Object, members: &[Member]) -> Result<(), ApiError> {
    match missing(members, body) {
        Some(name) => Err(ApiError::invalid(format!(
            "Mandatory field missing: {name}."
        ))),
        None => Ok(()),
    }
}

/// A node is named by its UUID here, never by its name.
fn check_node(operations: &mut [Operation]) -> Result<(), ApiError> {
    for operation in operations {
        if operation.root() == "node_uuid"
            && let Some(value) = operation.root_value()
            && value.as_str().and_then(ident::uuid).is_none()
        {
            return Err(ApiError::invalid("Expected a UUID for node_uuid."));
        }
    }
    Ok(())
}
