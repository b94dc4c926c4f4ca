//! `/volume/targets`: list, create, show, patch, delete; also under their node.

use super::{FILTERS, check_complete, check_node};
use crate::access::{self, Access};
use crate::answer;
use crate::attributes::volume::TARGET as TABLE;
use crate::call::Call;
use crate::collection::{Collection, Turned, named_node, nameless, node_change, object};
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::ident;
use crate::member::{Kind, Member, member, text};
use crate::selection::Selection;
use api_types::volume::{TARGET_FIELDS as FIELDS, TARGET_SUMMARY as SUMMARY};
use api_types::{Link, instant};
use axum::extract::Path;
use model::{Node, Object, Port, VolumeTarget};
use serde_json::json;
use uuid::Uuid;

/// What people call one.
const WHAT: &str = "volume target";

pub(crate) const TARGETS: Collection<VolumeTarget> = Collection {
    plural: "targets",
    path: "volume/targets",
    fields: FIELDS,
    summary: SUMMARY,
    not_sortable: &["extra", "properties", "node_uuid", "links"],
    table: TABLE,
    is_name: nameless,
    document,
};

fn document(call: &Call, target: &VolumeTarget) -> Object {
    let path = format!("volume/targets/{}", target.uuid);
    object(json!({
        "uuid": target.uuid,
        "node_uuid": target.node_uuid,
        "volume_type": target.volume_type,
        "volume_id": target.volume_id,
        "boot_index": target.boot_index,
        "properties": properties(call, target),
        "extra": target.extra,
        "created_at": instant::to_text(target.created_at),
        "updated_at": target.updated_at.map(instant::to_text),
        "links": Link::pair(call.public(), &path),
    }))
}

/// How a volume is reached is for those who run the fleet. The words are Ironic's.
fn properties(call: &Call, target: &VolumeTarget) -> Object {
    match call.project() {
        None => target.properties.masked(),
        Some(_) => object(json!({
            "redacted_contents": "** Value redacted: Requires permission \
                baremetal:volume:view_target_properties access. Permission denied. **"
        })),
    }
}

const NEW: &[Member] = &[
    text("volume_type").required(),
    text("volume_id").required(),
    member("boot_index", Kind::Integer).required(),
    text("node_uuid").required(),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/volume/targets", list, "List volume targets")
            .since(32)
            .too_old(TooOld::NotFound)
            .access(Access::Anyone)
            .lists("targets", "VolumeTarget", FIELDS)
            .detail_since(32)
            .filters(FILTERS),
        Endpoint::post("/volume/targets", create, "Add a volume target")
            .since(32)
            .too_old(TooOld::NotFound)
            .access(access::MANAGE)
            .takes("VolumeTarget", FIELDS)
            .writes(TABLE)
            .holds(NEW)
            .shows("VolumeTarget", FIELDS),
        Endpoint::get("/volume/targets/{target}", show, "Show a volume target")
            .since(32)
            .too_old(TooOld::NotFound)
            .access(access::READ)
            .shows("VolumeTarget", FIELDS),
        Endpoint::patch("/volume/targets/{target}", patch, "Change a volume target")
            .since(32)
            .too_old(TooOld::NotFound)
            .access(access::PROVISION)
            .shows("VolumeTarget", FIELDS),
        Endpoint::delete("/volume/targets/{target}", delete, "Remove a volume target")
            .since(32)
            .too_old(TooOld::NotFound)
            .access(access::MANAGE),
        Endpoint::get(
            "/nodes/{node}/volume/targets",
            list_of_node,
            "List a node's volume targets",
        )
        .since(32)
        .too_old(TooOld::NotFound)
        .access(access::READ)
        .lists("targets", "VolumeTarget", FIELDS)
        .detail_since(32)
        .filters(FILTERS),
    ]
}

async fn list(call: Call) -> Answer {
    super::page(&TARGETS, &call, None, "volume/targets").await
}

async fn list_of_node(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?.uuid;
    let path = format!("nodes/{node}/volume/targets");
    super::page(&TARGETS, &call, Some(node), &path).await
}

async fn show(call: Call, Path(named): Path<String>) -> Answer {
    let selection = Selection::of_one(&call, FIELDS)?;
    let known = TARGETS.find_on_node(&call, &named).await?;
    answer::ok(&TARGETS.selected(&call, &known.resource, &selection))
}

async fn create(call: Call) -> Answer {
    let body = call.object()?;
    check_complete(&body, NEW)?;
    let node = named_node(&call, &body).await?;
    let now = call.app.config.clock.now();
    let mut target = VolumeTarget::new(Uuid::new_v4(), node.uuid, now);
    TARGETS.fill(&call, &mut target, body)?;
    TARGETS.add_to_node(&call, node.uuid, &target).await?;
    TARGETS.created(&call, &target)
}

async fn patch(call: Call, Path(named): Path<String>) -> Answer {
    let known = TARGETS.find_on_node(&call, &named).await?.resource;
    let mut operations = TARGETS.operations(&call)?;
    check_node(&mut operations)?;
    let to = node_change(&call, Some(known.node_uuid), &mut operations).await?;
    let now = call.app.config.clock.now();
    let work = move |node: &Node, _: &[Port], old: &VolumeTarget| {
        let mut new = TARGETS.patched(old, operations.clone())?;
        for node in to.iter().chain([node]) {
            lifecycle::judge_volume_edit(node, WHAT)?;
        }
        if new != *old {
            new.updated_at = Some(now);
        }
        Ok(Turned::into(new))
    };
    match TARGETS.turn(&call, &named, work).await? {
        Some(target) => TARGETS.show_all(&call, &target),
        None => Err(ApiError::failed("The volume target was not changed.")),
    }
}

async fn delete(call: Call, Path(named): Path<String>) -> Answer {
    let work = |node: &Node, _: &[Port], _: &VolumeTarget| {
        lifecycle::judge_volume_delete(node, WHAT)?;
        Ok(Turned::removed())
    };
    TARGETS.turn(&call, &named, work).await?;
    answer::no_content()
}
