//! Rules for ports in port groups: who may join, what a group may become, and what a group means for its ports. Pure, as all here.

use crate::decide::busy;
use model::{Node, Port, PortGroup, ProvisionState as S, Refusal, RefusalKind};

/// States in which a group may come to another node, without maintenance.
const MOVABLE: &[S] = &[S::Enroll, S::Inspecting, S::InspectWait, S::Manageable];

fn refuse(kind: RefusalKind, text: String) -> Refusal {
    Refusal::new(kind, text)
}

/// Whether a port may be in the group that it names, `old` being the port before. Answers with the group as it becomes when it takes
/// the port's physical network over.
///
/// `of_node` are the ports of the group's node.
pub fn judge_membership(
    old: Option<&Port>,
    port: &Port,
    group: &PortGroup,
    of_node: &[Port],
) -> Result<Option<PortGroup>, Refusal> {
    if group.node_uuid != port.node {
        return Err(refuse(
            RefusalKind::Invalid,
            format!(
                "Port {} can not be in port group {}, which belongs to another node.",
                port.uuid, group.uuid
            ),
        ));
    }
    let joins = old.is_none_or(|old| old.portgroup != port.portgroup);
    let boots = joins || old.is_some_and(|old| old.pxe_enabled != port.pxe_enabled);
    if boots && port.pxe_enabled && !group.standalone_ports_supported {
        return Err(refuse(
            RefusalKind::WrongState,
            format!(
                "Port group {} doesn't support standalone ports: port {} cannot be in it while its pxe_enabled is true.",
                group.uuid, port.uuid
            ),
        ));
    }
    let rewired = old.is_some_and(|old| old.physical_network != port.physical_network);
    match joins || rewired {
        true => judge_physical_network(port, group, of_node),
        false => Ok(None),
    }
}

/// All ports of a group are on one physical network; the first one brings it along.
fn judge_physical_network(
    port: &Port,
    group: &PortGroup,
    of_node: &[Port],
) -> Result<Option<PortGroup>, Refusal> {
    let mut others = members(group, of_node).filter(|other| other.uuid != port.uuid);
    let known = match others.next() {
        Some(other) => other.physical_network.as_ref(),
        None if group.physical_network.is_some() => group.physical_network.as_ref(),
        None if port.physical_network.is_some() => {
            let mut taken = group.clone();
            taken.physical_network.clone_from(&port.physical_network);
            return Ok(Some(taken));
        }
        None => return Ok(None),
    };
    if known == port.physical_network.as_ref() {
        return Ok(None);
    }
    let shown = |network: Option<&String>| network.map_or("none".to_owned(), |n| format!("'{n}'"));
    Err(refuse(
        RefusalKind::WrongState,
        format!(
            "Port {} with physical network {} cannot be in port group {}, whose ports are on physical network {}.",
            port.uuid,
            shown(port.physical_network.as_ref()),
            group.uuid,
            shown(known)
        ),
    ))
}

/// Whether a port group may become this. `to` is the node that it is to belong to, when that is another one.
pub fn judge_portgroup_edit(
    node: &Node,
    to: Option<&Node>,
    old: &PortGroup,
    new: &PortGroup,
    of_node: &[Port],
) -> Result<(), Refusal> {
    judge_rest(node)?;
    if let Some(to) = to {
        judge_rest(to)?;
        judge_move(to, old, of_node)?;
    }
    let booting = members(old, of_node).find(|port| port.pxe_enabled);
    if old.standalone_ports_supported
        && !new.standalone_ports_supported
        && let Some(port) = booting
    {
        return Err(refuse(
            RefusalKind::WrongState,
            format!(
                "standalone_ports_supported of port group {} can not be set to false while its port {} has pxe_enabled set to true.",
                old.uuid, port.uuid
            ),
        ));
    }
    Ok(())
}

fn judge_move(to: &Node, group: &PortGroup, of_node: &[Port]) -> Result<(), Refusal> {
    if !MOVABLE.contains(&to.provision_state) && !to.maintenance {
        return Err(refuse(
            RefusalKind::WrongState,
            format!(
                "Port group {} can only come to node {} while that is in enroll, inspecting, inspect wait or manageable, or in maintenance; it is in \"{}\".",
                group.uuid, to.uuid, to.provision_state
            ),
        ));
    }
    if members(group, of_node).next().is_some() {
        return Err(refuse(
            RefusalKind::Invalid,
            format!(
                "Port group {} can not come to node {} because there are ports in it.",
                group.uuid, to.uuid
            ),
        ));
    }
    Ok(())
}

/// Whether a port group may be removed.
pub fn judge_portgroup_delete(
    node: &Node,
    group: &PortGroup,
    of_node: &[Port],
) -> Result<(), Refusal> {
    if members(group, of_node).next().is_some() {
        return Err(refuse(
            RefusalKind::Invalid,
            format!(
                "Cannot complete the requested action because portgroup {} contains ports.",
                group.uuid
            ),
        ));
    }
    judge_rest(node)
}

/// The ports that change because the group's physical network was set.
pub fn spread_physical_network(group: &PortGroup, of_node: &[Port]) -> Vec<Port> {
    let behind = |port: &&Port| port.physical_network != group.physical_network;
    let changed = members(group, of_node).filter(behind).cloned();
    changed
        .map(|mut port| {
            port.physical_network.clone_from(&group.physical_network);
            port
        })
        .collect()
}

fn members<'a>(group: &PortGroup, of_node: &'a [Port]) -> impl Iterator<Item = &'a Port> {
    let group = group.uuid;
    of_node
        .iter()
        .filter(move |port| port.portgroup == Some(group))
}

/// What hangs on a node changes only while the engine is not at work on it.
pub(crate) fn judge_rest(node: &Node) -> Result<(), Refusal> {
    match node.is_busy() {
        true => Err(busy(node)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
