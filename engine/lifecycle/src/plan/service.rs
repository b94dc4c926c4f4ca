//! Service: the agent runs the requested steps, then the deployed system is booted again.

use super::{boot_disk, is_fake, power_off, running_agent, simulate_step};
use crate::Policy;
use model::{InterfaceKind, Node, Phase, Stage, Step};

pub(crate) fn service(node: &Node, policy: &Policy, steps: &[Step]) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Deploy) {
        return steps
            .iter()
            .map(|step| simulate_step(step, policy))
            .collect();
    }
    let mut stages = running_agent(policy);
    stages.push(Stage::ListAgentSteps {
        phase: Phase::Service,
    });
    stages.extend([power_off(0), Stage::CloseBoot]);
    stages.extend(boot_disk(node));
    stages
}
