//! The steps that fake hardware pretends, beside the deployment's own. They are those of Ironic's fake interfaces.

use model::{InterfaceKind as K, Node, Phase, Stage, Step};

use super::{is_fake, reserved, simulate_steps};
use crate::{Policy, ProvisionAsked};

struct FakeStep {
    kind: K,
    step: &'static str,
    /// Its priority in automated cleaning; 0 runs only when asked for.
    priority: i64,
    /// Whether a service has it too, where it needs no agent.
    service: bool,
    /// Its arguments: all of them, and no other.
    needs: &'static [&'static str],
}

const fn cleaning(kind: K, step: &'static str, needs: &'static [&'static str]) -> FakeStep {
    FakeStep {
        kind,
        step,
        priority: 0,
        service: false,
        needs,
    }
}

const STEPS: &[FakeStep] = &[
    cleaning(K::Bios, "apply_configuration", &["settings"]),
    cleaning(K::Bios, "factory_reset", &[]),
    cleaning(K::Bios, "cache_bios_settings", &[]),
    cleaning(K::Firmware, "update", &["settings"]),
    FakeStep {
        priority: 1,
        service: true,
        ..cleaning(K::Vendor, "log_passthrough", &[])
    },
];

/// Why the clean steps that were asked for cannot run on a node with pretended deployment; none when they can.
pub(crate) fn clean_problem(node: &Node, asked: &ProvisionAsked) -> Option<String> {
    let steps = asked.steps.iter();
    let mut steps = steps.filter(|step| !reserved::is_reserved(step));
    steps.find_map(|step| {
        let agent = asked.disable_ramdisk.then(|| {
            format!(
                "Cannot clean node {}: clean step {} requires booting a ramdisk",
                node.uuid,
                step.full_name()
            )
        });
        step_problem(node, Phase::Clean, step).or(agent)
    })
}

/// Why the service step that this stage pretends cannot run. As in Ironic that is found out when it is reached.
pub(crate) fn service_problem(node: &Node, stage: &Stage) -> Option<String> {
    let Stage::Simulate { step, args, .. } = stage else {
        return None;
    };
    let (interface, name) = step.split_once('.')?;
    let step = Step {
        interface: interface.to_owned(),
        step: name.to_owned(),
        args: args.clone(),
        ..Step::default()
    };
    step_problem(node, Phase::Service, &step)
}

fn step_problem(node: &Node, phase: Phase, asked: &Step) -> Option<String> {
    let word = phase.as_str();
    let known = STEPS.iter().find(|step| {
        step.kind.as_str() == asked.interface
            && step.step == asked.step
            && is_fake(node, step.kind)
            && (phase != Phase::Service || step.service)
    });
    let Some(known) = known else {
        return Some(format!(
            "Cannot {word} node {}: node does not support this {word} step: {}",
            node.uuid,
            asked.full_name()
        ));
    };
    let (needs, mut given) = (known.needs, asked.args.keys());
    let missing = needs.iter().find(|need| !asked.args.contains_key(**need));
    let what = match (missing, given.find(|key| !needs.contains(&key.as_str()))) {
        (Some(missing), _) => format!("is missing the argument '{missing}'"),
        (None, Some(unknown)) => format!("has no argument '{unknown}'"),
        (None, None) => return None,
    };
    let step = asked.full_name();
    Some(format!(
        "Cannot {word} node {}: {word} step {step} {what}",
        node.uuid
    ))
}

/// Automated cleaning: the steps that run unasked.
pub(crate) fn automated(node: &Node, policy: &Policy) -> Vec<Stage> {
    let unasked = STEPS
        .iter()
        .filter(|step| step.priority > 0 && is_fake(node, step.kind));
    let steps = unasked.map(|step| Step {
        interface: step.kind.as_str().into(),
        step: step.step.into(),
        priority: step.priority,
        ..Step::default()
    });
    let forbidden = &policy.disallowed_steps;
    let steps = steps.filter(|step| !forbidden.hold(Phase::Clean, step));
    simulate_steps(node, policy, &steps.collect::<Vec<_>>())
}
