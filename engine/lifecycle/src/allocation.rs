//! Which node an allocation may have, and when it may give it back: Ironic's rules. It looks for no nodes; it judges the one it is shown.

use crate::decide::busy;
use crate::judge::{REARRANGEABLE, is_settled, words};
use model::{
    Allocation, AllocationState, Node, ProvisionState as S, Refusal, RefusalKind, Timestamp,
};
use serde_json::Value;

/// Why a node is none for an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is not free, or not of the kind that is asked for.
    Unavailable,
    /// It would be, but lacks a trait.
    Traits,
}

/// Whether the allocation may have this node, as it is now.
///
/// # Errors
/// Why not.
pub fn judge_candidate(node: &Node, wanted: &Allocation) -> Result<(), Unfit> {
    let free = node.provision_state == S::Available
        && node.instance_uuid.is_none()
        && node.allocation.is_none()
        && node.power_state.is_some()
        && node.parent_node.is_none()
        && !node.maintenance
        && !node.retired;
    let asked = wanted.resource_class.is_some() && node.resource_class == wanted.resource_class;
    let named = wanted.candidate_nodes.is_empty() || wanted.candidate_nodes.contains(&node.uuid);
    if !free || !asked || !named || !is_of_owner(node, wanted) {
        return Err(Unfit::Unavailable);
    }
    match has_traits(node, wanted) {
        true => Ok(()),
        false => Err(Unfit::Traits),
    }
}

fn is_of_owner(node: &Node, wanted: &Allocation) -> bool {
    let owner = wanted.owner.as_ref();
    owner.is_none_or(|_| node.owner.as_ref() == owner || node.lessee.as_ref() == owner)
}

fn has_traits(node: &Node, wanted: &Allocation) -> bool {
    wanted.traits.iter().all(|name| node.traits.contains(name))
}

/// The node and the allocation when the one has the other.
pub fn joined(node: &Node, allocation: &Allocation, now: Timestamp) -> (Node, Allocation) {
    let (mut node, mut allocation) = (node.clone(), allocation.clone());
    node.allocation = Some(allocation.uuid);
    node.instance_uuid = Some(allocation.uuid.to_string());
    let traits = allocation.traits.iter().cloned().map(Value::String);
    let info = node.instance_info.expose_mut();
    info.insert("traits".to_owned(), traits.collect());
    allocation.node_uuid = Some(node.uuid);
    allocation.state = AllocationState::Active;
    allocation.last_error = None;
    allocation.updated_at = Some(now);
    (node, allocation)
}

/// The allocation when there is no node for it.
pub fn failed(allocation: &Allocation, error: &str, now: Timestamp) -> Allocation {
    let mut allocation = allocation.clone();
    allocation.node_uuid = None;
    allocation.state = AllocationState::Error;
    allocation.last_error = Some(format!(
        "Failed to process allocation {}: {error}.",
        allocation.uuid
    ));
    allocation.updated_at = Some(now);
    allocation
}

/// Whether a node that is in use already may be given an allocation afterwards.
///
/// # Errors
/// It is not active, not what the allocation asks for, or somebody else's.
pub fn judge_backfill(node: &Node, wanted: &Allocation) -> Result<(), Refusal> {
    let mut wrong = Vec::new();
    if node.provision_state != S::Active {
        let state = node.provision_state;
        wrong.push(format!(
            "Node must be in the \"active\" state, but the current state is \"{state}\""
        ));
    }
    if wanted.resource_class.is_some() && node.resource_class != wanted.resource_class {
        wrong.push(format!(
            "Resource class {} does not match the requested resource class {}",
            node.resource_class.as_deref().unwrap_or("None"),
            wanted.resource_class.as_deref().unwrap_or("None"),
        ));
    }
    if !has_traits(node, wanted) {
        wrong.push(format!(
            "List of traits {} does not match the requested traits {}",
            node.traits.join(", "),
            wanted.traits.join(", ")
        ));
    }
    if !wanted.candidate_nodes.is_empty() && !wanted.candidate_nodes.contains(&node.uuid) {
        wrong.push("Candidate nodes must be empty or contain the target node".to_owned());
    }
    if !wrong.is_empty() {
        let text = format!(
            "Cannot backfill an allocation for node {}: {}",
            node.uuid,
            wrong.join("; ")
        );
        return Err(Refusal::new(RefusalKind::Invalid, text));
    }
    match &node.instance_uuid {
        Some(instance) if *instance != wanted.uuid.to_string() => Err(Refusal::new(
            RefusalKind::WrongState,
            format!("Node {} is associated with instance {instance}.", node.uuid),
        )),
        _ => Ok(()),
    }
}

/// The node when its allocation is taken away, by a client and not by an undeploy.
///
/// # Errors
/// The node is active or on its way somewhere, and not in maintenance.
pub fn judge_deallocation(node: &Node, allocation: &Allocation) -> Result<Node, Refusal> {
    let state = node.provision_state;
    if !node.maintenance {
        if node.is_busy() {
            return Err(busy(node));
        }
        let why = if !is_settled(node) {
            Some(format!("in state {state} where updates are not allowed"))
        } else {
            (state == S::Active).then(|| "active".to_owned())
        };
        if let Some(why) = why {
            let text = format!(
                "Cannot remove allocation {} for node {}, because the node is {why} (and maintenance mode is off)",
                allocation.uuid, node.uuid
            );
            return Err(Refusal::new(RefusalKind::WrongState, text));
        }
    }
    let mut free = node.clone();
    free.allocation = None;
    free.instance_uuid = None;
    Ok(free)
}

/// Whether an edit may take the instance from a node that has an allocation; the allocation ends with it.
pub(crate) fn judge_instance_removal(old: &Node, new: &Node) -> Result<(), Refusal> {
    let removed = old.allocation.is_some() && new.instance_uuid.is_none();
    if !removed || old.maintenance || REARRANGEABLE.contains(&old.provision_state) {
        return Ok(());
    }
    let text = format!(
        "Node {} with an allocation can not have instance_uuid removed unless it is in one of allowed ({}) states or in maintenance mode. Current state is '{}'.",
        old.uuid,
        words(REARRANGEABLE),
        old.provision_state
    );
    Err(Refusal::new(RefusalKind::WrongState, text))
}

/// An edit that took the instance took the allocation, too.
pub fn follow_instance(node: &mut Node) {
    if node.instance_uuid.is_none() {
        node.allocation = None;
    }
}
