//! Plans: for each flow the ordered stages, made from the node's interfaces and the administrator's policy. One file a flow.

mod adopt;
mod clean;
mod deploy;
mod fake;
mod inspect;
mod rescue;
mod service;
mod undeploy;
mod verify;

pub(crate) use adopt::adopt;
pub(crate) use clean::{clean, manual_clean};
pub(crate) use deploy::{custom_steps_allowed, deploy, writes_image};
pub(crate) use fake::problem as fake_step_problem;
pub(crate) use inspect::inspect;
pub(crate) use rescue::{rescue, unrescue};
pub(crate) use service::service;
pub(crate) use undeploy::undeploy;
pub(crate) use verify::verify;

use crate::Policy;
use model::{InterfaceKind, Node, Object, PowerState, Stage, Step};

/// Whether an interface of the node is pretended.
pub(crate) fn is_fake(node: &Node, kind: InterfaceKind) -> bool {
    node.interface(kind) == "fake"
}

/// Power off, forced after a grace.
pub(crate) fn power_off(grace_seconds: u32) -> Stage {
    Stage::SetPower {
        target: PowerState::Off,
        grace_seconds,
        soft: false,
    }
}

/// Power on.
pub(crate) fn power_on() -> Stage {
    Stage::SetPower {
        target: PowerState::On,
        grace_seconds: 0,
        soft: false,
    }
}

/// Boots the agent from the network: off, leave to boot, boot device, on. A restart is always off, seen off, on.
pub(crate) fn boot_agent(await_stage: Stage) -> Vec<Stage> {
    vec![
        power_off(0),
        Stage::OpenBoot,
        Stage::SetBootDevice {
            device: "pxe".into(),
            persistent: false,
        },
        power_on(),
        await_stage,
    ]
}

/// The agent, running: the one of an earlier boot if it still answers, else a fresh one.
pub(crate) fn running_agent(policy: &Policy) -> Vec<Stage> {
    let boot = boot_agent(Stage::AwaitAgent);
    if !policy.fast_track {
        return boot;
    }
    let mut stages = vec![Stage::FindAgent { skip: boot.len() }];
    stages.extend(boot);
    stages
}

/// Boots the deployed system.
pub(crate) fn boot_disk(_node: &Node) -> Vec<Stage> {
    vec![
        Stage::SetBootDevice {
            device: "disk".into(),
            persistent: true,
        },
        power_on(),
    ]
}

/// Leaves the machine as a flow's end wants it: running for the next flow, or off.
pub(crate) fn leave_agent(policy: &Policy) -> Vec<Stage> {
    if policy.fast_track {
        Vec::new()
    } else {
        vec![power_off(0), Stage::CloseBoot]
    }
}

/// Pretended work.
pub(crate) fn simulate(step: &str, policy: &Policy) -> Stage {
    Stage::Simulate {
        step: step.to_owned(),
        seconds: policy.simulated_seconds,
        args: Object::new(),
    }
}

/// A step, pretended.
pub(crate) fn simulate_step(step: &Step, policy: &Policy) -> Stage {
    match step.step.as_str() {
        "hold" => Stage::Hold,
        _ => Stage::Simulate {
            step: step.full_name(),
            seconds: policy.simulated_seconds,
            args: step.args.clone(),
        },
    }
}
