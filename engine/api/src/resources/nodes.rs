//! Nodes: list, create, show, patch, delete. The lifecycle judges what a node's state allows; here only the form is checked.

mod edit;
mod filters;
mod rights;

pub(crate) use rights::field_rules;

use crate::access::{self, Access};
use crate::answer;
use crate::attributes::{self, node as attributes_of};
use crate::call::Call;
use crate::documents::node as document;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Member, text};
use crate::page::Filling;
use crate::selection::Selection;
use crate::{ident, paging};
use api_types::field::since;
use api_types::node::{FIELDS, SUMMARY};
use axum::extract::Path;
pub(super) use filters::FILTERS;
use model::Node;
use serde_json::Value;
use uuid::Uuid;

const NEW: &[Member] = &[text("driver").required()];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/nodes", list, "List nodes")
            .access(Access::Anyone)
            .lists("nodes", "Node", FIELDS)
            .filters(FILTERS),
        Endpoint::get(
            "/nodes/detail",
            list_detail,
            "List nodes with all their fields",
        )
        .access(Access::Anyone)
        .lists("nodes", "Node", FIELDS)
        .filters(FILTERS),
        Endpoint::post("/nodes", create, "Enroll a node")
            .access(Access::Anyone)
            .takes("Node", FIELDS)
            .writes(attributes_of::TABLE)
            .holds(NEW)
            .shows("Node", FIELDS),
        Endpoint::get("/nodes/{node}", show, "Show a node")
            .access(access::READ)
            .shows("Node", FIELDS),
        Endpoint::patch("/nodes/{node}", edit::patch, "Change a node")
            .filters(&[("reset_interfaces", 45)])
            .access(access::USE)
            .shows("Node", FIELDS),
        Endpoint::delete("/nodes/{node}", delete, "Delete a node").access(access::OWNER_MANAGE),
    ]
}

async fn list(call: Call) -> Answer {
    page(call, None, "nodes", false).await
}

async fn list_detail(call: Call) -> Answer {
    page(call, None, "nodes/detail", true).await
}

/// Answers with a page of nodes, those of one chassis when it is asked under one; `path` is where, without a leading slash.
pub(super) async fn page(call: Call, chassis: Option<Uuid>, path: &str, detail: bool) -> Answer {
    filters::check_version(&call)?;
    let selection = Selection::of_list(&call, FIELDS, SUMMARY, detail)?;
    let limit = paging::limit(&call)?;
    let _slot = call.app.lists.acquire().await.ok();
    let page = Filling::new("nodes");
    if let Some(query) = filters::query(&call, chassis).await? {
        let (asked, page, shown) = (call.clone(), page.clone(), selection.shown(&call, FIELDS));
        let take = move |node: Node| {
            let uuid = node.uuid;
            page.add(uuid, &document::view(&asked, node, &shown));
        };
        call.app.store.each_node(&query, Box::new(take)).await?;
    }
    let page = page.taken()?;
    // A filter that matches at most one node has no further page.
    let last = page
        .last()
        .filter(|_| call.parameter("instance_uuid").is_none());
    let next = paging::next(&call, path, limit, page.count(), last.as_deref());
    page.finish(next)
}

async fn show(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?;
    filters::check_version(&call)?;
    let selection = Selection::of_one(&call, FIELDS)?;
    let shown = selection.shown(&call, FIELDS);
    answer::ok(&document::view(&call, node, &shown))
}

async fn create(call: Call) -> Answer {
    let project = call.managed_project()?;
    let mut body = call.object()?;
    if !body.get("driver").is_some_and(Value::is_string) {
        return Err(ApiError::invalid("Mandatory field missing: driver."));
    }
    // A version may name what it does not know, as long as it leaves it at what it is anyway.
    body.retain(|name, value| !is_default(name, value) || is_known(&call, name));
    attributes::check_names(&call, attributes_of::TABLE, FIELDS, &body)?;
    if let Some(parent) = body.get_mut("parent_node")
        && call.version().has(83)
    {
        edit::name_parent(&call, parent).await?;
    }
    if let Some(chassis) = body.get("chassis_uuid") {
        edit::check_chassis(&call, chassis).await?;
    }
    let now = call.app.config.clock.now();
    let mut node = Node::new(Uuid::new_v4(), "", now);
    if !call.version().has(11) {
        // Clients older than `enroll` expect a node that is ready for use.
        node.provision_state = model::ProvisionState::Available;
    }
    attributes::fill(&call, attributes_of::TABLE, FIELDS, &mut node, body)?;
    attributes_of::settle(None, &mut node).map_err(ApiError::invalid)?;
    if let Some(project) = project {
        own(&mut node, project)?;
    }
    let node = call.app.engine.enroll(node).await?;
    let shown = Selection::All.shown(&call, FIELDS);
    let path = format!("nodes/{}", node.uuid);
    answer::created(&call, &path, &document::view(&call, node, &shown))
}

fn is_default(name: &str, value: &Value) -> bool {
    value.is_null() || (name == "conductor_group" && value == "")
}

/// Whether it is no field at all, or one that the version has.
fn is_known(call: &Call, name: &str) -> bool {
    since(FIELDS, name).is_none_or(|minor| call.version().has(minor))
}

/// Who decides in a project enrolls nodes for it and for nobody else.
fn own(node: &mut Node, project: &str) -> Result<(), ApiError> {
    match node.owner.get_or_insert_with(|| project.to_owned()) {
        owner if owner == project => Ok(()),
        _ => Err(ApiError::invalid(
            "A project's manager can only enroll nodes that the project owns.",
        )),
    }
}

async fn delete(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?;
    call.app.engine.delete(node.uuid).await?;
    answer::no_content()
}
