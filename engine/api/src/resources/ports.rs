//! Ports: list, create, show, patch, delete; also under their node.

mod filters;

pub(super) use filters::FILTERS;

use super::portgroups;
use crate::access::{self, Access};
use crate::answer;
use crate::attributes::port::TABLE;
use crate::attributes::{self, link_connection, patchable, write_back};
use crate::call::Call;
use crate::documents::port as document;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Member, text};
use crate::page::PageWriter;
use crate::patch::{Operation, apply, operations};
use crate::selection::Selection;
use crate::{ident, paging};
use api_types::port::{FIELDS, SUMMARY};
use axum::extract::Path;
use axum::http::StatusCode;
use model::{MacAddress, Node, Port, Refusal, RefusalKind};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Attributes that versions without them may not even take away.
const GUARDED: &[&str] = &[
    "pxe_enabled",
    "local_link_connection",
    "portgroup_uuid",
    "physical_network",
    "is_smartnic",
];

/// And one of node_uuid and node_ident.
const NEW: &[Member] = &[text("address").required()];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/ports", list, "List ports")
            .access(Access::Anyone)
            .lists("ports", "Port", FIELDS)
            .filters(FILTERS),
        Endpoint::get(
            "/ports/detail",
            list_detail,
            "List ports with all their fields",
        )
        .access(Access::Anyone)
        .lists("ports", "Port", FIELDS)
        .filters(FILTERS),
        Endpoint::post("/ports", create, "Add a port to a node")
            .access(access::OWNER_MANAGE)
            .takes("Port", FIELDS)
            .writes(TABLE)
            .holds(NEW)
            .shows("Port", FIELDS),
        Endpoint::get("/ports/{port}", show, "Show a port")
            .access(access::READ)
            .shows("Port", FIELDS),
        Endpoint::patch("/ports/{port}", patch, "Change a port")
            .access(access::OWNER_MANAGE)
            .shows("Port", FIELDS),
        Endpoint::delete("/ports/{port}", delete, "Remove a port").access(access::OWNER_MANAGE),
        Endpoint::get("/nodes/{node}/ports", list_of_node, "List a node's ports")
            .access(access::READ)
            .lists("ports", "Port", FIELDS)
            .filters(FILTERS),
        Endpoint::get(
            "/nodes/{node}/ports/detail",
            list_of_node_detail,
            "List a node's ports with all their fields",
        )
        .access(access::READ)
        .lists("ports", "Port", FIELDS)
        .filters(FILTERS),
    ]
}

/// Whose ports are asked for, by the path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    All,
    Node(Uuid),
    Group(Uuid),
}

async fn list(call: Call) -> Answer {
    page(call, Of::All, "ports", false).await
}

async fn list_detail(call: Call) -> Answer {
    page(call, Of::All, "ports/detail", true).await
}

async fn list_of_node(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?.uuid;
    page(call, Of::Node(node), &format!("nodes/{node}/ports"), false).await
}

async fn list_of_node_detail(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?.uuid;
    let path = format!("nodes/{node}/ports/detail");
    page(call, Of::Node(node), &path, true).await
}

/// Answers with a page of ports; `path` is where it was asked for, without a leading slash.
pub(super) async fn page(call: Call, of: Of, path: &str, detail: bool) -> Answer {
    let selection = Selection::of_list(&call, FIELDS, SUMMARY, detail)?;
    let limit = paging::limit(&call)?;
    let _slot = call.app.lists.acquire().await.ok();
    let query = filters::query(&call, of).await?;
    let ports = call.app.store.ports(&query).await?;
    let last = ports.last().map(|port| port.uuid.to_string());
    let shown = selection.shown(&call, FIELDS);
    let mut page = PageWriter::new("ports");
    for port in ports {
        page.push(&document::view(&call, &port, &shown)).await?;
    }
    let next = paging::next(&call, path, limit, page.count(), last.as_deref());
    page.finish(next)
}

async fn show(call: Call, Path(port): Path<String>) -> Answer {
    let port = ident::port(&call, &port).await?;
    let selection = Selection::of_one(&call, FIELDS)?;
    let shown = selection.shown(&call, FIELDS);
    answer::ok(&document::view(&call, &port, &shown))
}

async fn create(call: Call) -> Answer {
    let mut body = call.object()?;
    let empty = |member: &&Member| body.get(member.name).is_none_or(Value::is_null);
    if let Some(member) = NEW.iter().find(empty) {
        return Err(ApiError::invalid(format!(
            "Mandatory field missing: {}.",
            member.name
        )));
    }
    let node = owner(&call, &mut body).await?;
    attributes::check_names(&call, TABLE, FIELDS, &body)?;
    let group = match body.get("portgroup_uuid") {
        Some(named) => portgroups::named_in(&call, named).await?,
        None => None,
    };
    // A port that shall only be used with the others of its group need not be told not to boot alone.
    let boots = body.contains_key("pxe_enabled");
    let wired = body
        .get("local_link_connection")
        .is_some_and(|link| !link.is_null());
    let now = call.app.config.clock.now();
    let mut port = Port::new(Uuid::new_v4(), node.uuid, MacAddress::new([0; 6]), now);
    attributes::fill(&call, TABLE, FIELDS, &mut port, body)?;
    if wired && port.is_smartnic && !link_connection::is_smart_nic(&port.local_link_connection) {
        return Err(ApiError::invalid(
            "is_smartnic: a smart NIC has port_id and hostname in local_link_connection.",
        ));
    }
    link_connection::check_versions(&call, &port.local_link_connection)?;
    if let Some(group) = group
        && !boots
        && !group.standalone_ports_supported
    {
        port.pxe_enabled = false;
    }
    let port = call.app.engine.create_port(port).await?;
    let shown = Selection::All.shown(&call, FIELDS);
    let shown = document::view(&call, &port, &shown);
    answer::created(&call, &format!("ports/{}", port.uuid), &shown)
}

/// The node that a new port names, by exactly one of `node_uuid` and `node_ident`; both are taken out of the body.
async fn owner(call: &Call, body: &mut Map<String, Value>) -> Result<Node, ApiError> {
    let named = match (body.remove("node_uuid"), body.remove("node_ident")) {
        (Some(Value::String(uuid)), None) if ident::uuid(&uuid).is_some() => ("node_uuid", uuid),
        (None, Some(Value::String(name))) => {
            call.needs("The field 'node_ident'", 94)?;
            ("node_ident", name)
        }
        (Some(Value::String(name)), None) => {
            let shown: String = name.chars().take(80).collect();
            return Err(ApiError::invalid(format!(
                "node_uuid {shown:?} is not a UUID; name the node by its UUID, or by node_ident (1.94)."
            )));
        }
        (Some(_), None) => return Err(ApiError::invalid("node_uuid must be a text.")),
        (None, Some(_)) => return Err(ApiError::invalid("node_ident must be a text.")),
        _ => {
            return Err(ApiError::invalid(
                "A port needs exactly one of node_uuid and node_ident.",
            ));
        }
    };
    let (member, named) = named;
    known_node(call, member, &named).await
}

/// A node that a member of a body names: unknown is a wrong request, not a missing resource.
async fn known_node(call: &Call, member: &str, named: &str) -> Result<Node, ApiError> {
    let found = ident::node(call, named).await;
    found.map_err(|error| match error.status() {
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => {
            let shown: String = named.chars().take(80).collect();
            ApiError::invalid(format!("{member}: Node {shown} could not be found."))
        }
        _ => error,
    })
}

async fn patch(call: Call, Path(name): Path<String>) -> Answer {
    let mut operations = operations(&call, TABLE, FIELDS)?;
    check_patch(&call, &operations)?;
    let port = ident::port(&call, &name).await?;
    for operation in &mut operations {
        match (operation.root().to_owned().as_str(), operation.root_value()) {
            ("node_uuid", Some(Value::String(uuid))) => {
                let node = known_node(&call, "node_uuid", &uuid.clone()).await?;
                *uuid = node.uuid.to_string();
            }
            ("portgroup_uuid", Some(named)) => {
                portgroups::named_in(&call, named).await?;
            }
            ("local_link_connection", Some(Value::Object(link))) => {
                link_connection::check_versions(&call, link)?;
            }
            _ => {}
        }
    }
    // From then on the network of a group is set at the group.
    let rewired =
        call.version().has(102) && operations.iter().any(|op| op.root() == "physical_network");
    let edit = Box::new(move |_: &Node, old: &Port| {
        let new = edited(old, operations)?;
        if rewired && new.portgroup.is_some() {
            return Err(Refusal::new(
                RefusalKind::Invalid,
                "physical_network cannot be changed while the port belongs to a portgroup.",
            ));
        }
        Ok(new)
    });
    let port = call.app.engine.edit_port(port.uuid, edit).await?;
    let shown = Selection::All.shown(&call, FIELDS);
    answer::ok(&document::view(&call, &port, &shown))
}

fn edited(old: &Port, operations: Vec<Operation>) -> Result<Port, Refusal> {
    let invalid = |why: String| Refusal::new(RefusalKind::Invalid, why);
    let patched = apply(patchable(TABLE, old), operations).map_err(invalid)?;
    let mut port = old.clone();
    write_back(TABLE, &mut port, patched)
        .map_err(|why| invalid(format!("Invalid value for {why}.")))?;
    Ok(port)
}

/// What has to do with networks cannot even be taken away in a version that does not know it.
fn check_patch(call: &Call, operations: &[Operation]) -> Result<(), ApiError> {
    let removed = operations.iter().filter(|operation| operation.removes());
    let mut roots = removed.map(Operation::root);
    roots.try_for_each(|root| match GUARDED.contains(&root) {
        true => attributes::check_version(call, FIELDS, root),
        false => Ok(()),
    })?;
    let paths = link_connection::KEYS
        .iter()
        .map(|key| (key, format!("local_link_connection/{key}")));
    let mut given = paths.filter(|(_, path)| operations.iter().any(|op| op.is_at(path)));
    given.try_for_each(|(key, _)| link_connection::check_version(call, key))
}

async fn delete(call: Call, Path(port): Path<String>) -> Answer {
    if ident::uuid(&port).is_none() {
        return Err(ApiError::invalid("A port is deleted by its UUID."));
    }
    let port = ident::port(&call, &port).await?;
    call.app.engine.delete_port(port.uuid).await?;
    answer::no_content()
}
