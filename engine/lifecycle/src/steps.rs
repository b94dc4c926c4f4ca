//! Merging steps: what the agent offers, what a client asked for, what the deploy interface needs. Priorities as in Ironic: high first,
//! 0 only when asked for; equal ones in the order of interfaces (vendor, power, management, firmware, deploy, bios, raid).

use crate::Policy;
use crate::plan::{self, reserved};
use model::{Flow, FlowKind, Node, Phase, Stage, Step};

const INTERFACE_ORDER: &[&str] = &[
    "vendor",
    "power",
    "management",
    "firmware",
    "deploy",
    "bios",
    "raid",
];

/// The steps to run, in order; or which requested step the agent does not have.
pub(crate) fn merge(
    node: &Node,
    policy: &Policy,
    flow: &Flow,
    phase: Phase,
    offered: &[Step],
) -> Result<Vec<Step>, String> {
    let forbidden = &policy.disallowed_steps;
    let allowed = offered.iter().filter(|step| !forbidden.hold(phase, step));
    let offered: &[Step] = &allowed.cloned().collect::<Vec<_>>();
    match (phase, flow.kind) {
        (Phase::Clean, FlowKind::Clean) => automated(policy, offered),
        (Phase::Clean | Phase::Service, _) => in_order(&flow.requested_steps, offered, phase),
        (Phase::Deploy, _) => deployment(node, &flow.requested_steps, offered),
    }
}

/// An erase that the administrator wants and the agent does not have is a failure: less than asked is never done silently.
fn automated(policy: &Policy, offered: &[Step]) -> Result<Vec<Step>, String> {
    let lacking = policy.clean_priorities.iter().find(|(name, priority)| {
        **priority > 0 && offered.iter().all(|step| step.full_name() != **name)
    });
    if let Some((name, priority)) = lacking {
        return Err(format!(
            "cleaning asks for {name} (priority {priority}), which this agent does not have; set its priority in the section 'cleaning' of the configuration to 0, or boot an agent that has it"
        ));
    }
    let mut steps: Vec<Step> = offered
        .iter()
        .cloned()
        .map(|mut step| {
            if let Some(priority) = policy.clean_priorities.get(&step.full_name()) {
                step.priority = *priority;
            }
            step
        })
        .collect();
    by_priority(&mut steps);
    Ok(steps)
}

fn in_order(requested: &[Step], offered: &[Step], phase: Phase) -> Result<Vec<Step>, String> {
    requested
        .iter()
        .map(|asked| {
            if reserved::is_reserved(asked) {
                return Ok(asked.clone());
            }
            let known = find(offered, asked).ok_or_else(|| unknown(asked, offered, phase))?;
            Ok(Step {
                args: asked.args.clone(),
                ..known.clone()
            })
        })
        .collect()
}

fn deployment(node: &Node, requested: &[Step], offered: &[Step]) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = offered.to_vec();
    if plan::writes_image(node) {
        let write = steps
            .iter_mut()
            .find(|step| step.step == "write_image" && step.interface == "deploy")
            .ok_or("the agent offers no step deploy.write_image; boot an agent that does")?;
        write.priority = 80;
    }
    for asked in requested {
        if reserved::is_reserved(asked) {
            steps.push(asked.clone());
            continue;
        }
        let known = steps
            .iter_mut()
            .find(|step| step.is_same(asked))
            .ok_or_else(|| unknown(asked, offered, Phase::Deploy))?;
        known.priority = asked.priority;
        if !asked.args.is_empty() {
            known.args = asked.args.clone();
        }
    }
    by_priority(&mut steps);
    Ok(steps)
}

fn by_priority(steps: &mut Vec<Step>) {
    steps.retain(|step| step.priority > 0);
    let rank = |step: &Step| {
        INTERFACE_ORDER
            .iter()
            .position(|name| *name == step.interface)
            .unwrap_or(INTERFACE_ORDER.len())
    };
    steps.sort_by(|a, b| {
        b.priority
            .cmp(&a.priority)
            .then_with(|| rank(a).cmp(&rank(b)))
            .then_with(|| a.step.cmp(&b.step))
    });
}

fn find<'s>(offered: &'s [Step], asked: &Step) -> Option<&'s Step> {
    offered.iter().find(|step| step.is_same(asked))
}

fn unknown(asked: &Step, offered: &[Step], phase: Phase) -> String {
    let names: Vec<String> = offered.iter().map(Step::full_name).collect();
    format!(
        "the agent has no {} step {}; it has: {}",
        phase.as_str(),
        asked.full_name(),
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    )
}

/// The stages that run the steps.
pub(crate) fn stages(node: &Node, policy: &Policy, phase: Phase, steps: Vec<Step>) -> Vec<Stage> {
    let of = |step: Step| match reserved::is_reserved(&step) {
        true => reserved::stages(node, policy, &step),
        false => vec![Stage::AgentStep { phase, step }],
    };
    steps.into_iter().flat_map(of).collect()
}
