//! driver_internal_info and the current steps, under Ironic's key names, from what the engine really keeps: its flow and its agent.

use model::mask::{MASK, masked};
use model::{Flow, FlowKind, Node, Object, Stage, Step};
use serde_json::{Value, json};

/// The step that runs, by the kind of flow; empty objects for the others.
#[derive(Default)]
pub(crate) struct CurrentSteps {
    pub clean: Object,
    pub deploy: Object,
    pub service: Object,
}

/// The family of steps that a flow runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Clean,
    Deploy,
    Service,
}

impl Family {
    fn of(kind: FlowKind) -> Option<Self> {
        match kind {
            FlowKind::Clean | FlowKind::ManualClean => Some(Self::Clean),
            FlowKind::Deploy => Some(Self::Deploy),
            FlowKind::Service => Some(Self::Service),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Deploy => "deploy",
            Self::Service => "service",
        }
    }
}

/// The step under way.
pub(crate) fn current_steps(node: &Node) -> CurrentSteps {
    let mut steps = CurrentSteps::default();
    let Some(flow) = &node.flow else { return steps };
    let current = flow.stage().and_then(document);
    match (Family::of(flow.kind), current) {
        (Some(Family::Clean), Some(step)) => steps.clean = step,
        (Some(Family::Deploy), Some(step)) => steps.deploy = step,
        (Some(Family::Service), Some(step)) => steps.service = step,
        _ => {}
    }
    steps
}

/// driver_internal_info, masked.
pub(crate) fn of(node: &Node) -> Object {
    let mut info = Object::new();
    if let Some(agent) = &node.agent {
        info.insert("agent_secret_token".to_owned(), json!(MASK));
        insert_text(&mut info, "agent_url", agent.url.as_deref());
        insert_text(&mut info, "agent_version", agent.version.as_deref());
    }
    if let Some(flow) = &node.flow {
        insert_steps(&mut info, flow);
    }
    info
}

fn insert_text(info: &mut Object, key: &str, value: Option<&str>) {
    if let Some(text) = value {
        info.insert(key.to_owned(), json!(text));
    }
}

fn insert_steps(info: &mut Object, flow: &Flow) {
    let Some(family) = Family::of(flow.kind) else {
        return;
    };
    let word = family.word();
    let all: Vec<Value> = flow
        .stages
        .iter()
        .filter_map(document)
        .map(Value::Object)
        .collect();
    if all.is_empty() {
        return;
    }
    if flow.stage().and_then(document).is_some() {
        let before = &flow.stages[..flow.cursor];
        let index = before.iter().filter_map(document).count();
        info.insert(format!("{word}_step_index"), json!(index));
    }
    info.insert(format!("{word}_steps"), Value::Array(all));
}

/// A stage as a step document; none for stages that are no steps.
fn document(stage: &Stage) -> Option<Object> {
    match stage {
        // Nobody has said yet what this step is: so far it is what was asked for.
        Stage::AgentStep { step, .. } if is_unknown(step) => Some(as_asked(step)),
        Stage::AgentStep { step, .. } => whole(step),
        Stage::Pause { step, .. } | Stage::Hold { step } => Some(as_asked(step)),
        Stage::Simulate { step, .. } => Some(as_asked(&simulated(step))),
        _ => None,
    }
}

fn is_unknown(step: &Step) -> bool {
    step.priority == 0 && !step.abortable && !step.reboot_requested
}

fn whole(step: &Step) -> Option<Object> {
    match serde_json::to_value(step) {
        Ok(Value::Object(object)) => Some(masked(&object)),
        _ => None,
    }
}

/// A step as it was asked for.
fn as_asked(step: &Step) -> Object {
    let mut object = Object::new();
    object.insert("interface".to_owned(), json!(step.interface));
    object.insert("step".to_owned(), json!(step.step));
    if step.priority > 0 {
        object.insert("priority".to_owned(), json!(step.priority));
    }
    if !step.args.is_empty() {
        object.insert("args".to_owned(), Value::Object(step.args.clone()));
    }
    masked(&object)
}

/// Pretended work named `interface.step`, or only by its step.
fn simulated(name: &str) -> Step {
    let (interface, step) = name.split_once('.').unwrap_or(("deploy", name));
    Step {
        interface: interface.to_owned(),
        step: step.to_owned(),
        ..Step::default()
    }
}
