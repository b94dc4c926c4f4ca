//! Cleaning, automated and by request.

use super::{fake, is_fake, leave_agent, running_agent, simulate_steps};
use crate::Policy;
use model::{InterfaceKind, Node, Phase, Stage, Step};

/// The agent's own steps are merged in when it has listed them.
pub(crate) fn clean(node: &Node, policy: &Policy) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Deploy) {
        return fake::automated(node, policy);
    }
    let mut stages = running_agent(node, policy);
    stages.push(Stage::ListAgentSteps {
        phase: Phase::Clean,
    });
    stages.extend(leave_agent(node, policy));
    stages
}

/// The requested steps, in their order.
pub(crate) fn manual_clean(node: &Node, policy: &Policy, steps: &[Step]) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Deploy) {
        return simulate_steps(node, policy, steps);
    }
    clean(node, policy)
}
