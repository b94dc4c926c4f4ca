//! `/volume/connectors`: list, create, show, patch, delete; also under their node.

use super::{FILTERS, check_complete, check_node};
use crate::access::{self, Access};
use crate::answer;
use crate::attributes::volume::CONNECTOR as TABLE;
use crate::call::Call;
use crate::collection::{Collection, Turned, named_node, nameless, node_change, object};
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::ident;
use crate::member::{Member, text};
use crate::selection::Selection;
use api_types::volume::{CONNECTOR_FIELDS as FIELDS, CONNECTOR_SUMMARY as SUMMARY};
use api_types::{Link, instant};
use axum::extract::Path;
use model::{Node, Object, Port, VolumeConnector};
use serde_json::json;
use uuid::Uuid;

/// What people call one.
const WHAT: &str = "volume connector";

pub(crate) const CONNECTORS: Collection<VolumeConnector> = Collection {
    plural: "connectors",
    path: "volume/connectors",
    fields: FIELDS,
    summary: SUMMARY,
    not_sortable: &["extra", "node_uuid", "links"],
    table: TABLE,
    is_name: nameless,
    document,
};

fn document(call: &Call, connector: &VolumeConnector) -> Object {
    let path = format!("volume/connectors/{}", connector.uuid);
    object(json!({
        "uuid": connector.uuid,
        "node_uuid": connector.node_uuid,
        "type": connector.kind,
        "connector_id": connector.connector_id,
        "extra": connector.extra,
        "created_at": instant::to_text(connector.created_at),
        "updated_at": connector.updated_at.map(instant::to_text),
        "links": Link::pair(call.public(), &path),
    }))
}

const NEW: &[Member] = &[
    text("type").required(),
    text("connector_id").required(),
    text("node_uuid").required(),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/volume/connectors", list, "List volume connectors")
            .since(32)
            .too_old(TooOld::NotFound)
            .access(Access::Anyone)
            .lists("connectors", "VolumeConnector", FIELDS)
            .detail_since(32)
            .filters(FILTERS),
        Endpoint::post("/volume/connectors", create, "Add a volume connector")
            .since(32)
            .too_old(TooOld::NotFound)
            .access(access::MANAGE)
            .takes("VolumeConnector", FIELDS)
            .writes(TABLE)
            .holds(NEW)
            .shows("VolumeConnector", FIELDS),
        Endpoint::get(
            "/volume/connectors/{connector}",
            show,
            "Show a volume connector",
        )
        .since(32)
        .too_old(TooOld::NotFound)
        .access(access::READ)
        .shows("VolumeConnector", FIELDS),
        Endpoint::patch(
            "/volume/connectors/{connector}",
            patch,
            "Change a volume connector",
        )
        .since(32)
        .too_old(TooOld::NotFound)
        .access(access::PROVISION)
        .shows("VolumeConnector", FIELDS),
        Endpoint::delete(
            "/volume/connectors/{connector}",
            delete,
            "Remove a volume connector",
        )
        .since(32)
        .too_old(TooOld::NotFound)
        .access(access::MANAGE),
        Endpoint::get(
            "/nodes/{node}/volume/connectors",
            list_of_node,
            "List a node's volume connectors",
        )
        .since(32)
        .too_old(TooOld::NotFound)
        .access(access::READ)
        .lists("connectors", "VolumeConnector", FIELDS)
        .detail_since(32)
        .filters(FILTERS),
    ]
}

async fn list(call: Call) -> Answer {
    super::page(&CONNECTORS, &call, None, "volume/connectors").await
}

async fn list_of_node(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?.uuid;
    let path = format!("nodes/{node}/volume/connectors");
    super::page(&CONNECTORS, &call, Some(node), &path).await
}

async fn show(call: Call, Path(named): Path<String>) -> Answer {
    let selection = Selection::of_one(&call, FIELDS)?;
    let known = CONNECTORS.find_on_node(&call, &named).await?;
    answer::ok(&CONNECTORS.selected(&call, &known.resource, &selection))
}

async fn create(call: Call) -> Answer {
    let body = call.object()?;
    check_complete(&body, NEW)?;
    let node = named_node(&call, &body).await?;
    let now = call.app.config.clock.now();
    let mut connector = VolumeConnector::new(Uuid::new_v4(), node.uuid, now);
    CONNECTORS.fill(&call, &mut connector, body)?;
    CONNECTORS.add_to_node(&call, node.uuid, &connector).await?;
    CONNECTORS.created(&call, &connector)
}

async fn patch(call: Call, Path(named): Path<String>) -> Answer {
    let known = CONNECTORS.find_on_node(&call, &named).await?.resource;
    let mut operations = CONNECTORS.operations(&call)?;
    check_node(&mut operations)?;
    let to = node_change(&call, Some(known.node_uuid), &mut operations).await?;
    let now = call.app.config.clock.now();
    let work = move |node: &Node, _: &[Port], old: &VolumeConnector| {
        let mut new = CONNECTORS.patched(old, operations.clone())?;
        for node in to.iter().chain([node]) {
            lifecycle::judge_volume_edit(node, WHAT)?;
        }
        if new != *old {
            new.updated_at = Some(now);
        }
        Ok(Turned::into(new))
    };
    match CONNECTORS.turn(&call, &named, work).await? {
        Some(connector) => CONNECTORS.show_all(&call, &connector),
        None => Err(ApiError::failed("The volume connector was not changed.")),
    }
}

async fn delete(call: Call, Path(named): Path<String>) -> Answer {
    let work = |node: &Node, _: &[Port], _: &VolumeConnector| {
        lifecycle::judge_volume_delete(node, WHAT)?;
        Ok(Turned::removed())
    };
    CONNECTORS.turn(&call, &named, work).await?;
    answer::no_content()
}
