//! Rules for changes that are no flow: editing and deleting a node or its ports, and whether a verb is possible. Ironic's rules, by its
//! reference: the API refuses early by the same functions.

use crate::allocation::judge_instance_removal;
use crate::decide::busy;
use crate::table::{self, Event};
use model::{
    InterfaceKind, Node, Port, ProvisionState as S, Refusal, RefusalKind, StateClass, Verb,
};

/// States in which a node may be edited although it is on its way somewhere.
const EDITABLE: &[S] = &[
    S::DeployFailed,
    S::InspectWait,
    S::InspectFailed,
    S::CleanFailed,
    S::Error,
    S::Verifying,
    S::AdoptFailed,
    S::RescueFailed,
    S::UnrescueFailed,
    S::ServiceHold,
    S::ServiceFailed,
];

/// States in which interfaces and the resource class may change.
pub(crate) const REARRANGEABLE: &[S] = &[
    S::Enroll,
    S::Inspecting,
    S::InspectWait,
    S::Manageable,
    S::Available,
];

/// States from which a node may be deleted without maintenance.
const DELETABLE: &[S] = &[S::Enroll, S::Manageable, S::Available, S::AdoptFailed];

fn wrong_state(text: String) -> Refusal {
    Refusal::new(RefusalKind::WrongState, text)
}

/// Whether a verb is possible in the node's state.
///
/// # Errors
/// It is not, or the node's flags forbid it.
pub fn may_verb(node: &Node, verb: Verb) -> Result<(), Refusal> {
    may_verb_named(node, verb, verb.as_str())
}

/// The same for a client that knows the verb by another name.
///
/// # Errors
/// As for [`may_verb`]; they say the verb as `word`.
pub fn may_verb_named(node: &Node, verb: Verb, word: &str) -> Result<(), Refusal> {
    // Said before the state by these two names, and after it by the third, `deploy`, as Ironic does.
    if node.maintenance && matches!(word, "active" | "rebuild") {
        return Err(in_maintenance(node, word));
    }
    let state = node.provision_state;
    let possible = table::next(state, Event::Verb(verb)).is_some();
    if !possible {
        if node.is_busy() {
            return Err(busy(node));
        }
        return Err(Refusal::new(
            RefusalKind::NotPossible,
            format!(
                "The requested action \"{word}\" can not be performed on node \"{}\" while it is in state \"{state}\".",
                node.uuid
            ),
        ));
    }
    if node.protected && matches!(verb, Verb::Undeploy | Verb::Rebuild) {
        return Err(protected(node));
    }
    let works = matches!(
        verb,
        Verb::Deploy | Verb::Rebuild | Verb::Clean | Verb::Rescue | Verb::Service
    );
    if node.maintenance && works {
        return Err(in_maintenance(node, word));
    }
    Ok(())
}

fn in_maintenance(node: &Node, word: &str) -> Refusal {
    Refusal::new(
        RefusalKind::Invalid,
        format!(
            "The \"{word}\" operation can't be performed on node {} because it is in maintenance mode.",
            node.uuid
        ),
    )
}

fn protected(node: &Node) -> Refusal {
    let reason = node
        .protected_reason
        .as_deref()
        .unwrap_or("no reason given");
    Refusal::new(
        RefusalKind::Forbidden,
        format!(
            "Node {} is protected and cannot be undeployed, rebuilt or deleted ({reason}); unset 'protected' first",
            node.uuid
        ),
    )
}

/// Whether the node may be edited at all now, whatever the edit.
///
/// # Errors
/// It is on its way from one state to another.
pub fn judge_editable(node: &Node) -> Result<(), Refusal> {
    let state = node.provision_state;
    let working = state.class() == StateClass::Working && state != S::Verifying;
    if (working && node.target_provision_state.is_some()) || !is_settled(node) {
        return Err(wrong_state(format!(
            "Node {} can not be updated while a state transition is in progress. It is in state \"{state}\".",
            node.uuid
        )));
    }
    Ok(())
}

/// Whether the node may become this by an edit of its document.
pub fn judge_edit(old: &Node, new: &Node) -> Result<(), Refusal> {
    if is_only_instance_removed(old, new) && old.maintenance {
        return Ok(());
    }
    judge_editable(old)?;
    let state = old.provision_state;
    let rearrangeable = REARRANGEABLE.contains(&state) || old.maintenance;
    if let Some(field) = rearranged(old, new).filter(|_| !rearrangeable) {
        return Err(wrong_state(format!(
            "Node {}: {field} can only change in the states {}, or in maintenance; it is in '{state}'.",
            old.uuid,
            words(REARRANGEABLE)
        )));
    }
    judge_instance_removal(old, new)?;
    judge_flags(old, new)
}

/// The first field that changes and that makes another machine of the node.
fn rearranged(old: &Node, new: &Node) -> Option<String> {
    let kinds = InterfaceKind::ALL.iter();
    let mut changed = kinds.filter(|kind| old.interface(**kind) != new.interface(**kind));
    if let Some(kind) = changed.next() {
        return Some(format!("{}_interface", kind.as_str()));
    }
    if old.driver != new.driver {
        return Some("driver".to_owned());
    }
    let class = old.resource_class.is_some() && old.resource_class != new.resource_class;
    class.then(|| "resource_class".to_owned())
}

/// Whether the node is on no way, or on one where it may be changed.
pub(crate) fn is_settled(node: &Node) -> bool {
    let state = node.provision_state;
    node.target_provision_state.is_none() || EDITABLE.contains(&state) || state.is_stable()
}

fn is_only_instance_removed(old: &Node, new: &Node) -> bool {
    let mut expected = old.clone();
    expected.instance_uuid = None;
    new.instance_uuid.is_none() && expected == *new
}

fn judge_flags(old: &Node, new: &Node) -> Result<(), Refusal> {
    let replaced = old.instance_uuid.is_some()
        && new.instance_uuid.is_some()
        && old.instance_uuid != new.instance_uuid;
    if replaced {
        return Err(wrong_state(format!(
            "Node {} is associated with instance {} already.",
            old.uuid,
            old.instance_uuid.as_deref().unwrap_or_default()
        )));
    }
    if new.retired && !old.retired && old.provision_state == S::Available {
        return Err(wrong_state(format!(
            "Node {} can not have 'retired' set in provision state 'available'; move it to manageable first.",
            old.uuid
        )));
    }
    let in_use = matches!(old.provision_state, S::Active | S::Rescue);
    if new.protected && !old.protected && !in_use {
        return Err(wrong_state(format!(
            "Node {} can only be made protected in provision states 'active' or 'rescue', the current state is '{}'.",
            old.uuid, old.provision_state
        )));
    }
    for (flag, before, reason, name) in [
        (
            new.protected,
            &old.protected_reason,
            &new.protected_reason,
            "protected",
        ),
        (
            new.retired,
            &old.retired_reason,
            &new.retired_reason,
            "retired",
        ),
    ] {
        let says = reason.as_ref().is_some_and(|text| !text.is_empty());
        if says && before != reason && !flag {
            return Err(Refusal::new(
                RefusalKind::Invalid,
                format!("The {name}_reason field can only be set when {name} is True"),
            ));
        }
    }
    Ok(())
}

/// Whether the node may be forgotten.
///
/// # Errors
/// It is protected; or the engine works on it, it has an instance, or its state is none to be forgotten in, and it is not in maintenance.
pub fn judge_delete(node: &Node) -> Result<(), Refusal> {
    if !node.maintenance && node.is_busy() {
        return Err(busy(node));
    }
    if let Some(instance) = node.instance_uuid.as_ref().filter(|_| !node.maintenance) {
        return Err(wrong_state(format!(
            "Node {} is associated with instance {instance}.",
            node.uuid
        )));
    }
    if node.protected {
        return Err(protected(node));
    }
    if !node.maintenance && !DELETABLE.contains(&node.provision_state) {
        return Err(wrong_state(format!(
            "Can not delete node \"{}\" while it is in provision state \"{}\". Valid provision states to perform deletion are: {}; or set maintenance first.",
            node.uuid,
            node.provision_state,
            quoted(DELETABLE)
        )));
    }
    Ok(())
}

/// Whether a port may become this.
pub fn judge_port_edit(node: &Node, old: &Port, new: &Port) -> Result<(), Refusal> {
    let state = node.provision_state;
    if state == S::Inspecting {
        return Err(busy(node));
    }
    let in_use = node.instance_uuid.is_some() || state == S::Active;
    if old.address != new.address && in_use && !node.maintenance {
        return Err(wrong_state(format!(
            "Cannot update the address of port {} while node {} is in use; set maintenance first.",
            old.uuid, node.uuid
        )));
    }
    let connectivity = [
        ("pxe_enabled", old.pxe_enabled != new.pxe_enabled),
        ("portgroup_uuid", old.portgroup != new.portgroup),
        (
            "local_link_connection",
            old.local_link_connection != new.local_link_connection,
        ),
        (
            "physical_network",
            old.physical_network != new.physical_network,
        ),
    ];
    let changed = connectivity.iter().filter(|(_, changes)| *changes);
    let changed: Vec<&str> = changed.map(|(name, _)| *name).collect();
    let may = matches!(
        state,
        S::Enroll | S::Inspecting | S::InspectWait | S::Manageable
    );
    if !changed.is_empty() && !may && !node.maintenance {
        return Err(wrong_state(format!(
            "{} of port {} can only change while its node is in enroll, inspecting, inspect wait or manageable, or in maintenance.",
            changed.join(", "),
            old.uuid
        )));
    }
    Ok(())
}

fn quoted(states: &[S]) -> String {
    let words: Vec<String> = states.iter().map(|state| format!("'{state}'")).collect();
    words.join(", ")
}

pub(crate) fn words(states: &[S]) -> String {
    let words: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    words.join(", ")
}
