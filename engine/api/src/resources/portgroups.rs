//! Port groups: list, create, show, patch, delete; also under their node, and the ports of one.

mod edit;
mod filters;

use super::ports;
use crate::access::{self, Access};
use crate::attributes::portgroup::TABLE;
use crate::call::Call;
use crate::collection::{Collection, named_node, object};
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::selection::Selection;
use crate::{answer, ident};
use api_types::portgroup::{FIELDS, SUMMARY};
use api_types::{Link, instant};
use axum::extract::Path;
use axum::http::StatusCode;
use model::{Object, PortGroup};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const PORT_GROUPS: Collection<PortGroup> = Collection {
    plural: "portgroups",
    path: "portgroups",
    fields: FIELDS,
    summary: SUMMARY,
    not_sortable: &["extra", "internal_info", "properties", "ports", "links"],
    table: TABLE,
    is_name: ident::is_plain_name,
    document,
};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut all = vec![
        Endpoint::get("/portgroups", list, "List port groups")
            .since(23)
            .access(Access::Anyone)
            .lists("portgroups", "PortGroup", FIELDS)
            .filters(filters::FILTERS),
        Endpoint::get(
            "/portgroups/detail",
            list_detail,
            "List port groups with all their fields",
        )
        .since(23)
        .access(Access::Anyone)
        .lists("portgroups", "PortGroup", FIELDS)
        .filters(filters::FILTERS),
        Endpoint::post("/portgroups", create, "Add a port group to a node")
            .since(23)
            .access(access::OWNER_MANAGE)
            .takes("PortGroup", FIELDS)
            .writes(TABLE)
            .shows("PortGroup", FIELDS),
        Endpoint::get("/portgroups/{portgroup}", show, "Show a port group")
            .since(23)
            .access(access::READ)
            .shows("PortGroup", FIELDS),
        Endpoint::patch(
            "/portgroups/{portgroup}",
            edit::patch,
            "Change a port group",
        )
        .since(23)
        .access(access::OWNER_MANAGE)
        .shows("PortGroup", FIELDS),
        Endpoint::delete(
            "/portgroups/{portgroup}",
            edit::delete,
            "Remove an empty port group",
        )
        .since(23)
        .access(access::OWNER_MANAGE),
    ];
    all.extend(below());
    all
}

/// Under nodes, and under port groups.
fn below() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/nodes/{node}/portgroups",
            list_of_node,
            "List a node's port groups",
        )
        .since(24)
        .too_old(TooOld::NotFound)
        .access(access::READ)
        .lists("portgroups", "PortGroup", FIELDS)
        .filters(filters::FILTERS),
        Endpoint::get(
            "/nodes/{node}/portgroups/detail",
            list_of_node_detail,
            "List a node's port groups with all their fields",
        )
        .since(24)
        .too_old(TooOld::NotFound)
        .access(access::READ)
        .lists("portgroups", "PortGroup", FIELDS)
        .filters(filters::FILTERS),
        Endpoint::get(
            "/portgroups/{portgroup}/ports",
            ports_of,
            "List a port group's ports",
        )
        .since(24)
        .too_old(TooOld::NotFound)
        .access(access::READ)
        .lists("ports", "Port", api_types::port::FIELDS)
        .filters(ports::FILTERS),
        Endpoint::get(
            "/portgroups/{portgroup}/ports/detail",
            ports_of_detail,
            "List a port group's ports with all their fields",
        )
        .since(24)
        .too_old(TooOld::NotFound)
        .access(access::READ)
        .lists("ports", "Port", api_types::port::FIELDS)
        .filters(ports::FILTERS),
    ]
}

fn document(call: &Call, group: &PortGroup) -> Object {
    let path = format!("portgroups/{}", group.uuid);
    object(json!({
        "uuid": group.uuid,
        "name": group.name,
        "address": group.address,
        "node_uuid": group.node_uuid,
        "standalone_ports_supported": group.standalone_ports_supported,
        "mode": group.mode,
        "properties": group.properties,
        "physical_network": group.physical_network,
        "category": group.category,
        "dynamic_portgroup": group.dynamic_portgroup,
        "extra": group.extra,
        "internal_info": group.internal_info,
        "created_at": instant::to_text(group.created_at),
        "updated_at": group.updated_at.map(instant::to_text),
        "ports": Link::pair(call.public(), &format!("{path}/ports")),
        "links": Link::pair(call.public(), &path),
    }))
}

async fn list(call: Call) -> Answer {
    page(call, None, "portgroups", false).await
}

async fn list_detail(call: Call) -> Answer {
    page(call, None, "portgroups/detail", true).await
}

async fn list_of_node(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?.uuid;
    let path = format!("nodes/{node}/portgroups");
    page(call, Some(node), &path, false).await
}

async fn list_of_node_detail(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?.uuid;
    let path = format!("nodes/{node}/portgroups/detail");
    page(call, Some(node), &path, true).await
}

async fn page(call: Call, node: Option<Uuid>, path: &str, detail: bool) -> Answer {
    let query = filters::query(&call, node).await?;
    PORT_GROUPS.page(&call, Some(query), path, detail).await
}

async fn ports_of(call: Call, Path(named): Path<String>) -> Answer {
    check_name(&named)?;
    let group = PORT_GROUPS.find_on_node(&call, &named).await?.resource.uuid;
    let path = format!("portgroups/{group}/ports");
    ports::page(call, ports::Of::Group(group), &path, false).await
}

async fn ports_of_detail(call: Call, Path(named): Path<String>) -> Answer {
    check_name(&named)?;
    let group = PORT_GROUPS.find_on_node(&call, &named).await?.resource.uuid;
    let path = format!("portgroups/{group}/ports/detail");
    ports::page(call, ports::Of::Group(group), &path, true).await
}

async fn show(call: Call, Path(named): Path<String>) -> Answer {
    check_name(&named)?;
    let found = PORT_GROUPS.find_on_node(&call, &named).await;
    let selection = Selection::of_one(&call, FIELDS);
    // A field that no version has is refused before the group is looked for, one of a later version after it.
    let (known, selection) = match (found, selection) {
        (Err(_), Err(wrong)) if wrong.status() == StatusCode::BAD_REQUEST => return Err(wrong),
        (found, selection) => (found?, selection?),
    };
    answer::ok(&PORT_GROUPS.selected(&call, &known.resource, &selection))
}

/// Refuses a path that can name no port group, as its router does in Ironic.
fn check_name(named: &str) -> Result<(), ApiError> {
    match ident::uuid(named).is_some() || ident::is_plain_name(named) {
        true => Ok(()),
        false => Err(ident::misnamed(named)),
    }
}

async fn create(call: Call) -> Answer {
    let body = call.object()?;
    let node = named_node(&call, &body).await?;
    let now = call.app.config.clock.now();
    let mut group = PortGroup::new(Uuid::new_v4(), node.uuid, now);
    PORT_GROUPS.fill(&call, &mut group, body)?;
    PORT_GROUPS.add_to_node(&call, node.uuid, &group).await?;
    PORT_GROUPS.created(&call, &group)
}

/// The port group that a port's body names by its UUID; none for what is no UUID, which is refused where the value is set.
///
/// # Errors
/// 400 when there is none.
pub(super) async fn named_in(call: &Call, given: &Value) -> Result<Option<PortGroup>, ApiError> {
    let Some(uuid) = given.as_str().and_then(ident::uuid) else {
        return Ok(None);
    };
    let found = ::ports::resources::find::<PortGroup>(&*call.app.store, uuid).await?;
    let found =
        found.ok_or_else(|| ApiError::invalid(format!("Portgroup {uuid} could not be found.")))?;
    Ok(Some(found.resource))
}
