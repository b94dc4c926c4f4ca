//! Deployment: the agent writes the image, then the machine boots its disk. A ramdisk is booted as it is, without an agent.

use super::{
    boot_instance, is_fake, is_ramdisk, leave_network_boot, off_if_allowed, running_agent,
    simulate_steps,
};
use crate::Policy;
use model::{InterfaceKind, Node, Phase, Stage, Step};

/// Whether this deploy interface writes an image by itself.
pub(crate) fn writes_image(node: &Node) -> bool {
    node.interface(InterfaceKind::Deploy) == "direct"
}

/// Whether a client's deploy steps have anywhere to go.
pub(crate) fn custom_steps_allowed(node: &Node) -> bool {
    matches!(
        node.interface(InterfaceKind::Deploy),
        "direct" | "custom-agent" | "fake"
    )
}

pub(crate) fn deploy(node: &Node, policy: &Policy, requested: &[Step]) -> Vec<Stage> {
    if is_fake(node, InterfaceKind::Deploy) {
        let mut stages = off_if_allowed(node, 0);
        stages.extend(simulate_steps(node, policy, &pretended_steps(requested)));
        stages.extend(boot_instance(node));
        return stages;
    }
    if is_ramdisk(node) {
        let mut stages = leave_network_boot(node);
        stages.extend(boot_instance(node));
        return stages;
    }
    let mut stages = running_agent(node, policy);
    stages.push(Stage::ListAgentSteps {
        phase: Phase::Deploy,
    });
    if writes_image(node) {
        stages.push(command("image.install_bootloader"));
    }
    stages.push(command("standby.sync"));
    if !node.disable_power_off {
        stages.push(command("standby.power_off"));
    }
    stages.extend(off_if_allowed(node, policy.power_off_grace_seconds));
    stages.push(Stage::CloseBoot);
    stages.extend(boot_instance(node));
    stages
}

/// The one deploy step that fake hardware has.
fn is_core(step: &Step) -> bool {
    step.interface == "deploy" && step.step == "deploy"
}

/// The request's step that would change how fake hardware deploys: it may only be left out.
pub(crate) fn core_step<'s>(node: &Node, requested: &'s [Step]) -> Option<&'s Step> {
    let pretended = is_fake(node, InterfaceKind::Deploy);
    let mut steps = requested.iter().filter(|_| pretended);
    steps.find(|step| is_core(step) && step.priority > 0)
}

/// Whether anything is deployed: fake hardware may be asked to leave out the one step that it has.
pub(crate) fn deploys(node: &Node, requested: &[Step]) -> bool {
    !is_fake(node, InterfaceKind::Deploy) || !pretended_steps(requested).is_empty()
}

/// Fake hardware's own step of priority 100, unless it is left out, and whatever was asked for, high first.
fn pretended_steps(requested: &[Step]) -> Vec<Step> {
    let own = Step {
        interface: "deploy".into(),
        step: "deploy".into(),
        priority: 100,
        ..Step::default()
    };
    let mut steps = vec![own];
    for asked in requested {
        steps.retain(|step| !step.is_same(asked));
        steps.push(asked.clone());
    }
    steps.retain(|step| step.priority > 0);
    steps.sort_by_key(|step| std::cmp::Reverse(step.priority));
    steps
}

fn command(name: &str) -> Stage {
    Stage::AgentCommand { name: name.into() }
}
