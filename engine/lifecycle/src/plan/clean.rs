//! Cleaning, automated and by request.

use super::{is_fake, leave_agent, running_agent, simulate};
use crate::Policy;
use model::{InterfaceKind, Node, Phase, Stage, Step};

/// The agent's own steps are merged in when it has listed them.
pub(crate) fn clean(node: &Node, policy: &Policy) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Deploy) {
        return vec![simulate("deploy.erase_devices_metadata", policy)];
    }
    let mut stages = running_agent(policy);
    stages.push(Stage::ListAgentSteps {
        phase: Phase::Clean,
    });
    stages.extend(leave_agent(policy));
    stages
}

/// The requested steps, in their order.
pub(crate) fn manual_clean(node: &Node, policy: &Policy, steps: &[Step]) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Deploy) {
        return steps
            .iter()
            .map(|step| match step.step.as_str() {
                "hold" => Stage::Hold,
                _ => simulate(&step.full_name(), policy),
            })
            .collect();
    }
    clean(node, policy)
}
