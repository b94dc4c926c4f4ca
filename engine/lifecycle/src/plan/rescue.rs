//! Rescue: the agent is booted, given a password, and left running.

use super::{boot_agent, boot_instance, is_fake, leave_network_boot, simulate};
use crate::Policy;
use model::{InterfaceKind, Node, Stage};

pub(crate) fn rescue(node: &Node, policy: &Policy) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Rescue) {
        return vec![simulate("rescue.rescue", policy)];
    }
    let mut stages = boot_agent(node, Stage::AwaitAgent);
    stages.push(Stage::AgentCommand {
        name: "rescue.finalize_rescue".into(),
    });
    stages
}

pub(crate) fn unrescue(node: &Node, policy: &Policy) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Rescue) {
        return vec![simulate("rescue.unrescue", policy)];
    }
    let mut stages = leave_network_boot(node);
    stages.extend(boot_instance(node));
    stages
}
