//! Inspection: the agent is booted afresh and sends its inventory.

use super::{boot_agent, is_fake, leave_agent, simulate};
use crate::Policy;
use model::{InterfaceKind, Node, Stage};

pub(crate) fn inspect(node: &Node, policy: &Policy) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Inspect) {
        return vec![simulate("inspect.inspect_hardware", policy)];
    }
    let mut stages = boot_agent(node, Stage::AwaitInspection);
    stages.extend(leave_agent(node, policy));
    stages
}
