//! Service: the agent runs the requested steps, then the deployed system is booted again.

use super::{boot_instance, is_fake, leave_network_boot, running_agent, simulate_steps};
use crate::Policy;
use model::{InterfaceKind, Node, Phase, Stage, Step};

pub(crate) fn service(node: &Node, policy: &Policy, steps: &[Step]) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Deploy) {
        return simulate_steps(node, policy, steps);
    }
    let mut stages = running_agent(node, policy);
    stages.push(Stage::ListAgentSteps {
        phase: Phase::Service,
    });
    stages.extend(leave_network_boot(node));
    stages.extend(boot_instance(node));
    stages
}
