//! Steps that are the engine's own, whatever interface they are asked of: hold, wait, and changes of the power between other steps.
//! Their names are Ironic's.

use super::{is_fake, power_off, power_on, reboot, running_agent};
use crate::Policy;
use model::{InterfaceKind, Node, Stage, Step};
use serde_json::Value;

/// The longest wait that a step may name, in seconds.
const LONGEST_WAIT: u32 = 3600;

/// Whether the step is the engine's own.
pub(crate) fn is_reserved(step: &Step) -> bool {
    matches!(
        step.step.as_str(),
        "hold" | "wait" | "power_on" | "power_off" | "reboot"
    )
}

/// Why such a step cannot be done on this node; none when it can, or is no such step.
pub(crate) fn problem(node: &Node, step: &Step) -> Option<String> {
    match step.step.as_str() {
        "wait" => seconds(step).err(),
        "power_off" if node.disable_power_off => Some(format!(
            "step '{}' powers the machine off, and disable_power_off forbids that",
            step.full_name()
        )),
        _ => None,
    }
}

/// What the step comes to. On a machine that runs an agent, what comes after needs one again.
pub(crate) fn stages(node: &Node, policy: &Policy, step: &Step) -> Vec<Stage> {
    let pretended = is_fake(node, InterfaceKind::Deploy);
    match step.step.as_str() {
        "wait" => vec![Stage::Pause {
            seconds: seconds(step).unwrap_or_default(),
            step: step.clone(),
        }],
        "power_off" if pretended => vec![power_off(0)],
        "power_off" => vec![power_off(0), Stage::CloseBoot],
        "power_on" if pretended => vec![power_on()],
        "power_on" => running_agent(
            node,
            &Policy {
                fast_track: true,
                ..policy.clone()
            },
        ),
        "reboot" if pretended => reboot(node, false),
        "reboot" => super::boot_agent(node, Stage::AwaitAgent),
        _ => vec![Stage::Hold { step: step.clone() }],
    }
}

/// How long a wait lasts; none: until the agent is heard.
fn seconds(step: &Step) -> Result<Option<u32>, String> {
    let given = match step.args.get("seconds") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(digits)) => digits.parse().ok(),
        Some(_) => None,
    };
    let seconds = given.and_then(|seconds| u32::try_from(seconds).ok());
    match seconds.filter(|seconds| *seconds <= LONGEST_WAIT) {
        Some(seconds) => Ok(Some(seconds)),
        None => Err(format!(
            "step '{}': seconds must be an integer from 0 to {LONGEST_WAIT}",
            step.full_name()
        )),
    }
}
