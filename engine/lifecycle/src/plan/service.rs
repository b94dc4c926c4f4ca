//! Service: the agent runs the requested steps, then the deployed system is booted again.

use super::{boot_disk, is_fake, power_off, running_agent, simulate};
use crate::Policy;
use model::{InterfaceKind, Node, Phase, Stage, Step};

pub(crate) fn service(node: &Node, policy: &Policy, steps: &[Step]) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Deploy) {
        return steps
            .iter()
            .map(|step| match step.step.as_str() {
                "hold" => Stage::Hold,
                _ => simulate(&step.full_name(), policy),
            })
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
