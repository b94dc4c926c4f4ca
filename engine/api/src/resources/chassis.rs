//! Chassis: list, create, show, patch, delete, and the nodes of one.

use crate::access::Access;
use crate::answer;
use crate::attributes::chassis::TABLE;
use crate::call::Call;
use crate::collection::{Collection, nameless, object};
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::selection::Selection;
use api_types::chassis::{FIELDS, SUMMARY};
use api_types::{Link, instant};
use axum::extract::Path;
use model::{Chassis, Object};
use ports::query::{NodeQuery, Page, Parentage};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const CHASSIS: Collection<Chassis> = Collection {
    plural: "chassis",
    path: "chassis",
    fields: FIELDS,
    summary: SUMMARY,
    not_sortable: &["extra", "links", "nodes"],
    table: TABLE,
    is_name: nameless,
    document,
};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/chassis", list, "List chassis").lists("chassis", "Chassis", FIELDS),
        Endpoint::get(
            "/chassis/detail",
            list_detail,
            "List chassis with all their fields",
        )
        .lists("chassis", "Chassis", FIELDS),
        Endpoint::post("/chassis", create, "Add a chassis")
            .takes("Chassis", FIELDS)
            .writes(TABLE)
            .shows("Chassis", FIELDS),
        Endpoint::get("/chassis/{chassis}", show, "Show a chassis").shows("Chassis", FIELDS),
        Endpoint::patch("/chassis/{chassis}", patch, "Change a chassis").shows("Chassis", FIELDS),
        Endpoint::delete("/chassis/{chassis}", delete, "Remove an empty chassis"),
        Endpoint::get("/chassis/{chassis}/nodes", nodes, "List a chassis' nodes")
            .access(Access::Anyone)
            .lists("nodes", "Node", api_types::node::FIELDS)
            .filters(super::nodes::FILTERS),
        Endpoint::get(
            "/chassis/{chassis}/nodes/detail",
            nodes_detail,
            "List a chassis' nodes with all their fields",
        )
        .access(Access::Anyone)
        .lists("nodes", "Node", api_types::node::FIELDS)
        .filters(super::nodes::FILTERS),
    ]
}

fn document(call: &Call, chassis: &Chassis) -> Object {
    let path = format!("chassis/{}", chassis.uuid);
    object(json!({
        "uuid": chassis.uuid,
        "description": chassis.description,
        "extra": chassis.extra,
        "created_at": instant::to_text(chassis.created_at),
        "updated_at": chassis.updated_at.map(instant::to_text),
        "nodes": Link::pair(call.public(), &format!("{path}/nodes")),
        "links": Link::pair(call.public(), &path),
    }))
}

async fn list(call: Call) -> Answer {
    let query = CHASSIS.query(&call)?;
    CHASSIS.page(&call, Some(query), "chassis", false).await
}

async fn list_detail(call: Call) -> Answer {
    let query = CHASSIS.query(&call)?;
    let path = "chassis/detail";
    CHASSIS.page(&call, Some(query), path, true).await
}

async fn show(call: Call, Path(named): Path<String>) -> Answer {
    let selection = Selection::of_one(&call, FIELDS)?;
    let known = CHASSIS.find(&call, &named).await?;
    answer::ok(&CHASSIS.selected(&call, &known.resource, &selection))
}

async fn nodes(call: Call, Path(named): Path<String>) -> Answer {
    let chassis = CHASSIS.find(&call, &named).await?.resource.uuid;
    let path = format!("chassis/{chassis}/nodes");
    super::nodes::page(call, Some(chassis), &path, false).await
}

async fn nodes_detail(call: Call, Path(named): Path<String>) -> Answer {
    let chassis = CHASSIS.find(&call, &named).await?.resource.uuid;
    let path = format!("chassis/{chassis}/nodes/detail");
    super::nodes::page(call, Some(chassis), &path, true).await
}

async fn create(call: Call) -> Answer {
    let mut chassis = Chassis::new(Uuid::new_v4(), call.app.config.clock.now());
    // As in Ironic nothing need be said of a chassis.
    let body = match call.json()? {
        None => Object::new(),
        Some(Value::Object(body)) => body,
        Some(_) => return Err(ApiError::invalid("The body must be a JSON object.")),
    };
    CHASSIS.fill(&call, &mut chassis, body)?;
    CHASSIS.add(&call, &chassis).await?;
    CHASSIS.created(&call, &chassis)
}

async fn patch(call: Call, Path(named): Path<String>) -> Answer {
    let operations = CHASSIS.operations(&call)?;
    let now = call.app.config.clock.now();
    let patched = |old: &Chassis| {
        let mut new = CHASSIS.patched(old, operations.clone())?;
        new.updated_at = Some(now);
        Ok(new)
    };
    let chassis = CHASSIS.edit(&call, &named, patched).await?;
    CHASSIS.show_all(&call, &chassis)
}

async fn delete(call: Call, Path(named): Path<String>) -> Answer {
    let chassis = CHASSIS.find(&call, &named).await?.resource;
    let nodes = NodeQuery {
        chassis: Some(chassis.uuid),
        parentage: Parentage::All,
        page: Page {
            limit: 1,
            ..Page::default()
        },
        ..NodeQuery::default()
    };
    if !call.app.store.nodes(&nodes).await?.is_empty() {
        return Err(ApiError::invalid(format!(
            "Chassis {} cannot be deleted: there are nodes in it.",
            chassis.uuid
        )));
    }
    CHASSIS.remove(&call, &chassis).await?;
    answer::no_content()
}
