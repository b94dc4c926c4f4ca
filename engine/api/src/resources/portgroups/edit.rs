//! `PATCH` and `DELETE /portgroups/{portgroup}`: in the node's turn, judged by the lifecycle.

use super::{PORT_GROUPS, check_name};
use crate::answer;
use crate::attributes::check_version;
use crate::call::Call;
use crate::collection::{Turned, node_change};
use crate::error::{Answer, ApiError};
use crate::patch::Operation;
use api_types::portgroup::FIELDS;
use axum::extract::Path;
use model::{Node, Port, PortGroup, Refusal, Timestamp};

pub(super) async fn patch(call: Call, Path(named): Path<String>) -> Answer {
    check_name(&named)?;
    let known = PORT_GROUPS.find_on_node(&call, &named).await?.resource;
    let mut operations = PORT_GROUPS.operations(&call)?;
    for guarded in ["mode", "properties"] {
        // Whatever is done to them, and wherever inside.
        if operations.iter().any(|op| op.root() == guarded) {
            check_version(&call, FIELDS, guarded)?;
        }
    }
    if operations.iter().any(|op| op.removes_root("mode")) {
        return Err(ApiError::invalid(
            "'mode' is a mandatory attribute and can not be removed.",
        ));
    }
    let to = node_change(&call, Some(known.node_uuid), &mut operations).await?;
    let patch = Patch {
        to,
        spreads: operations.iter().any(|op| op.root() == "physical_network"),
        operations,
        now: call.app.config.clock.now(),
    };
    let work = move |node: &Node, ports: &[Port], old: &PortGroup| patch.apply(node, ports, old);
    match PORT_GROUPS.turn(&call, &named, work).await? {
        Some(group) => PORT_GROUPS.show_all(&call, &group),
        None => Err(ApiError::failed("The port group was not changed.")),
    }
}

#[derive(Clone)]
struct Patch {
    operations: Vec<Operation>,
    /// The node that it goes to.
    to: Option<Node>,
    /// Whether the physical network is set, and with it that of the ports.
    spreads: bool,
    now: Timestamp,
}

impl Patch {
    fn apply(
        &self,
        node: &Node,
        of_node: &[Port],
        old: &PortGroup,
    ) -> Result<Turned<PortGroup>, Refusal> {
        let mut new = PORT_GROUPS.patched(old, self.operations.clone())?;
        lifecycle::judge_portgroup_edit(node, self.to.as_ref(), old, &new, of_node)?;
        let mut ports = match self.spreads {
            true => lifecycle::spread_physical_network(&new, of_node),
            false => Vec::new(),
        };
        for port in &mut ports {
            port.updated_at = Some(self.now);
        }
        if new != *old {
            new.updated_at = Some(self.now);
        }
        Ok(Turned {
            resource: Some(new),
            ports,
        })
    }
}

pub(super) async fn delete(call: Call, Path(named): Path<String>) -> Answer {
    check_name(&named)?;
    let work = |node: &Node, ports: &[Port], group: &PortGroup| {
        lifecycle::judge_portgroup_delete(node, group, ports)?;
        Ok(Turned::removed())
    };
    PORT_GROUPS.turn(&call, &named, work).await?;
    answer::no_content()
}
