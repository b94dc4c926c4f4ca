//! `PATCH /nodes/{node}`: the patch is applied to the node as it is when its turn comes.

use super::rights;
use crate::answer;
use crate::args::flag_of;
use crate::attributes::node::{TABLE, settle};
use crate::attributes::{patchable, write_back};
use crate::call::{Call, denied_in_turn};
use crate::documents::node as document;
use crate::error::{Answer, ApiError};
use crate::ident;
use crate::patch::{Operation, apply, operations};
use crate::selection::Selection;
use api_types::node::FIELDS;
use axum::extract::Path;
use model::{Allocation, Chassis, Node, Object, Refusal, RefusalKind};
use ports::resources;
use serde_json::Value;
use uuid::Uuid;

pub(crate) async fn patch(call: Call, Path(node): Path<String>) -> Answer {
    let mut operations = operations(&call, TABLE, FIELDS)?;
    let reset = reset_interfaces(&call, &operations)?;
    let node = ident::node(&call, &node).await?;
    rights::check(&call, &node, &operations)?;
    let allocation = check_owner(&call, &node, &operations).await?;
    for operation in &mut operations {
        let root = operation.root().to_owned();
        match (root.as_str(), operation.root_value()) {
            ("parent_node", Some(parent)) => name_parent(&call, parent).await?,
            ("chassis_uuid", Some(Value::String(chassis))) => {
                check_chassis(&call, &Value::String(chassis.clone())).await?;
            }
            ("name", Some(Value::Null)) => {
                return Err(ApiError::invalid(
                    "Invalid value for name: a name is taken away with 'remove'.",
                ));
            }
            ("network_data", Some(data)) if is_nothing(data) => {
                return Err(ApiError::invalid(
                    "Invalid value for network_data: it is taken away with 'remove'.",
                ));
            }
            ("chassis_uuid", _) if node.chassis.is_some() => {
                call.needs("Taking a node out of its chassis", 25)?;
            }
            _ => {}
        }
    }
    let asked = call.clone();
    let edit = Box::new(move |old: &Node| {
        // What the endpoint asks of callers was judged; what the fields ask, here.
        if !rights::allow(&asked, old, &operations) {
            return Err(denied_in_turn());
        }
        if changes_owner(&operations) && old.allocation != allocation {
            let text = format!("Node {} was allocated meanwhile; ask again.", old.uuid);
            return Err(Refusal::new(RefusalKind::Busy, text));
        }
        edited(old, operations)
    });
    let node = call.app.engine.edit(node.uuid, edit, reset).await?;
    let shown = Selection::All.shown(&call, FIELDS);
    answer::ok(&document::patched(&call, node, &shown))
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Object::is_empty)
}

fn edited(old: &Node, operations: Vec<Operation>) -> Result<Node, Refusal> {
    let invalid = |why: String| Refusal::new(RefusalKind::Invalid, why);
    if !old.maintenance {
        // Said before anything that may be wrong with the patch, as Ironic does.
        lifecycle::judge_editable(old)?;
    }
    let patched = apply(patchable(TABLE, old), operations).map_err(invalid)?;
    let mut node = old.clone();
    write_back(TABLE, &mut node, patched)
        .map_err(|why| invalid(format!("Invalid value for {why}.")))?;
    settle(Some(old), &mut node).map_err(|why| invalid(format!("{why}.")))?;
    Ok(node)
}

fn changes_owner(operations: &[Operation]) -> bool {
    operations.iter().any(|op| op.root() == "owner")
}

/// The owner of an allocation counts on its node: the node cannot change hands beneath it. Says which allocation was looked at.
async fn check_owner(
    call: &Call,
    node: &Node,
    operations: &[Operation],
) -> Result<Option<Uuid>, ApiError> {
    let Some(uuid) = node.allocation.filter(|_| changes_owner(operations)) else {
        return Ok(node.allocation);
    };
    let allocation = resources::find::<Allocation>(&*call.app.store, uuid).await?;
    match allocation.is_some_and(|known| known.resource.owner.is_some()) {
        false => Ok(node.allocation),
        true => Err(ApiError::conflict(format!(
            "Cannot update owner of node \"{}\" while it is allocated to an allocation with an owner.",
            node.uuid
        ))),
    }
}

fn reset_interfaces(call: &Call, operations: &[Operation]) -> Result<bool, ApiError> {
    let Some(text) = call.parameter("reset_interfaces") else {
        return Ok(false);
    };
    call.needs("The parameter 'reset_interfaces'", 45)?;
    let reset = flag_of("reset_interfaces", text)?;
    if reset && !operations.iter().any(|op| op.root() == "driver") {
        return Err(ApiError::invalid(
            "The parameter 'reset_interfaces' can only be used when the driver is changed.",
        ));
    }
    Ok(reset)
}

/// A chassis that a body names must be there; what is no UUID is refused where the value is set.
pub(crate) async fn check_chassis(call: &Call, chassis: &Value) -> Result<(), ApiError> {
    let Some(uuid) = chassis.as_str().and_then(ident::uuid) else {
        return Ok(());
    };
    match resources::find::<Chassis>(&*call.app.store, uuid).await? {
        Some(_) => Ok(()),
        None => Err(ApiError::invalid(format!(
            "Chassis {uuid} could not be found."
        ))),
    }
}

/// Replaces a parent's name or UUID by the UUID of a node that exists.
pub(crate) async fn name_parent(call: &Call, parent: &mut Value) -> Result<(), ApiError> {
    let Some(text) = parent.as_str() else {
        return Ok(());
    };
    let found = ident::node(call, text).await.map_err(|error| {
        let known = error.status().is_server_error();
        match known {
            true => error,
            false => ApiError::invalid(format!(
                "Unable to apply the requested parent_node {text:?}. Requested value was invalid."
            )),
        }
    })?;
    *parent = Value::String(found.uuid.to_string());
    Ok(())
}
