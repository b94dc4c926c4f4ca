//! Rescue: the agent is booted, given a password, and left running.

use super::{boot_agent, boot_disk, is_fake, power_off, simulate};
use crate::Policy;
use model::{InterfaceKind, Node, Stage};

pub(crate) fn rescue(node: &Node, policy: &Policy) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Rescue) {
        return vec![simulate("rescue.rescue", policy)];
    }
    let mut stages = boot_agent(Stage::AwaitAgent);
    stages.push(Stage::AgentCommand {
        name: "rescue.finalize_rescue".into(),
    });
    stages
}

pub(crate) fn unrescue(node: &Node, policy: &Policy) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Rescue) {
        return vec![simulate("rescue.unrescue", policy)];
    }
    let mut stages = vec![power_off(0), Stage::CloseBoot];
    stages.extend(boot_disk(node));
    stages
}
