//! Plans: for each flow the ordered stages, made from the node's interfaces and the administrator's policy. One file a flow.

mod adopt;
mod clean;
mod deploy;
mod fake;
mod inspect;
mod instance;
mod rescue;
pub(crate) mod reserved;
mod service;
mod undeploy;
mod verify;

pub(crate) use adopt::adopt;
pub(crate) use clean::{clean, manual_clean};
pub(crate) use deploy::{core_step, custom_steps_allowed, deploy, deploys, writes_image};
pub(crate) use fake::{
    clean_problem as fake_clean_problem, service_problem as fake_service_problem,
};
pub(crate) use inspect::inspect;
pub use instance::boots_from_network;
pub(crate) use instance::{boot_instance, is_ramdisk};
pub(crate) use rescue::{rescue, unrescue};
pub(crate) use service::service;
pub(crate) use undeploy::undeploy;
pub(crate) use verify::verify;

use crate::Policy;
use model::{InterfaceKind, Node, Object, PowerState, Stage, Step};
use serde_json::Value;

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

/// Off, forced after a grace, for a machine that may be powered off; nothing for another, which runs until it is restarted.
pub(crate) fn off_if_allowed(node: &Node, grace_seconds: u32) -> Vec<Stage> {
    match node.disable_power_off {
        true => Vec::new(),
        false => vec![power_off(grace_seconds)],
    }
}

/// What makes the machine boot anew after [`off_if_allowed`].
fn on_or_restart(node: &Node) -> Stage {
    match node.disable_power_off {
        true => Stage::Restart { soft: false },
        false => power_on(),
    }
}

/// A restart beside the provision state. It is off, seen off, on, wherever the machine may be powered off: what is only an edge could
/// not be told from nothing after a crash.
pub(crate) fn reboot(node: &Node, soft: bool) -> Vec<Stage> {
    match node.disable_power_off {
        true => vec![Stage::CloseBoot, Stage::Restart { soft }],
        false => vec![power_off(0), power_on()],
    }
}

/// Boots the agent from the network: off, leave to boot, boot device, on.
pub(crate) fn boot_agent(node: &Node, await_stage: Stage) -> Vec<Stage> {
    let mut stages = off_if_allowed(node, 0);
    stages.extend([
        Stage::OpenBoot,
        boot_device(node, "pxe", false),
        on_or_restart(node),
        await_stage,
    ]);
    stages
}

/// The agent, running: the one of an earlier boot if it still answers, else a fresh one.
pub(crate) fn running_agent(node: &Node, policy: &Policy) -> Vec<Stage> {
    let boot = boot_agent(node, Stage::AwaitAgent);
    if !policy.fast_track {
        return boot;
    }
    let mut stages = vec![Stage::FindAgent { skip: boot.len() }];
    stages.extend(boot);
    stages
}

/// Chooses what the machine boots from; `driver_info/force_persistent_boot_device` overrules for how long.
fn boot_device(node: &Node, device: &str, persistent: bool) -> Stage {
    let forced = node.driver_info.get("force_persistent_boot_device");
    let word = forced.and_then(Value::as_str).unwrap_or_default();
    let persistent = match word.to_ascii_lowercase().as_str() {
        "always" | "true" => true,
        "never" | "false" => false,
        _ => forced.and_then(Value::as_bool).unwrap_or(persistent),
    };
    Stage::SetBootDevice {
        device: device.to_owned(),
        persistent,
    }
}

/// Leaves the machine as a flow's end wants it: running for the next flow, or off.
pub(crate) fn leave_agent(node: &Node, policy: &Policy) -> Vec<Stage> {
    match policy.fast_track {
        true => Vec::new(),
        false => leave_network_boot(node),
    }
}

/// The agent's boot ends: the machine is off, or at least not booted from the network any more.
pub(crate) fn leave_network_boot(node: &Node) -> Vec<Stage> {
    let mut stages = off_if_allowed(node, 0);
    stages.push(Stage::CloseBoot);
    stages
}

/// Pretended work.
pub(crate) fn simulate(step: &str, policy: &Policy) -> Stage {
    Stage::Simulate {
        step: step.to_owned(),
        seconds: policy.simulated_seconds,
        args: Object::new(),
    }
}

/// Steps, pretended; the engine's own are what they are.
pub(crate) fn simulate_steps(node: &Node, policy: &Policy, steps: &[Step]) -> Vec<Stage> {
    let pretended = |step: &Step| match reserved::is_reserved(step) {
        true => reserved::stages(node, policy, step),
        false => vec![Stage::Simulate {
            step: step.full_name(),
            seconds: policy.simulated_seconds,
            args: step.args.clone(),
        }],
    };
    steps.iter().flat_map(pretended).collect()
}
