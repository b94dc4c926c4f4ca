//! The steps that come with a provision verb: their form. Whether a step exists is the engine's to say.

use crate::args::Args;
use crate::call::Call;
use crate::error::ApiError;
use model::{Object, Step, Verb};
use serde_json::Value;

/// The interfaces that offer steps.
const INTERFACES: &[&str] = &[
    "bios",
    "deploy",
    "firmware",
    "management",
    "power",
    "raid",
    "vendor",
];
/// More steps than this are a mistake.
const MOST_STEPS: usize = 200;

/// The steps of a request, in order.
pub(crate) fn of(call: &Call, verb: Verb, args: &mut Args) -> Result<Vec<Step>, ApiError> {
    let own = match verb {
        Verb::Clean => Some("clean_steps"),
        Verb::Service => Some("service_steps"),
        Verb::Deploy | Verb::Rebuild => Some("deploy_steps"),
        _ => None,
    };
    let mut steps = Vec::new();
    for name in ["clean_steps", "deploy_steps", "service_steps"] {
        match args.take(name) {
            Some(_) if own != Some(name) => return Err(misplaced()),
            Some(value) => {
                if name == "deploy_steps" {
                    call.needs(name, 69)?;
                }
                steps = list(name, value, verb)?;
            }
            None if own == Some(name) && name != "deploy_steps" => {
                return Err(ApiError::invalid(format!(
                    "{name} is required when the provision state is set to {verb}."
                )));
            }
            None => {}
        }
    }
    Ok(steps)
}

fn misplaced() -> ApiError {
    ApiError::invalid(
        "clean_steps come with clean, deploy_steps with active and rebuild, service_steps with service.",
    )
}

fn list(name: &str, value: Value, verb: Verb) -> Result<Vec<Step>, ApiError> {
    let items = match value {
        Value::Array(items) if items.len() <= MOST_STEPS => items,
        _ => {
            return Err(ApiError::invalid(format!(
                "{name} must be a list of at most {MOST_STEPS} steps."
            )));
        }
    };
    let deploying = matches!(verb, Verb::Deploy | Verb::Rebuild);
    let mut steps: Vec<Step> = Vec::with_capacity(items.len());
    for item in items {
        let step =
            step(item, deploying).map_err(|why| ApiError::invalid(format!("{name}: {why}.")))?;
        if deploying && steps.iter().any(|other| other.is_same(&step)) {
            return Err(ApiError::invalid(format!(
                "{name}: {} is named twice.",
                step.full_name()
            )));
        }
        steps.push(step);
    }
    Ok(steps)
}

fn step(item: Value, deploying: bool) -> Result<Step, String> {
    let Value::Object(mut item) = item else {
        return Err("a step is an object".to_owned());
    };
    let interface = text(&mut item, "interface")?;
    if !INTERFACES.contains(&interface.as_str()) {
        return Err(format!("interface is one of {}", INTERFACES.join(", ")));
    }
    let mut step = Step {
        interface,
        step: text(&mut item, "step")?,
        ..Step::default()
    };
    step.args = match item.remove("args") {
        Some(Value::Object(args)) => args,
        None if !deploying => Object::new(),
        _ => return Err("args must be an object".to_owned()),
    };
    if deploying {
        step.priority = priority(item.remove("priority"))?;
    } else {
        order(&mut item)?;
    }
    match item.keys().next() {
        None => Ok(step),
        Some(key) => Err(format!(
            "a step has no {:?}",
            key.chars().take(80).collect::<String>()
        )),
    }
}

fn text(item: &mut Object, key: &str) -> Result<String, String> {
    match item.remove(key) {
        Some(Value::String(text)) if !text.is_empty() && text.len() <= 255 => Ok(text),
        _ => Err(format!("a step needs a text '{key}'")),
    }
}

/// A non-negative integer or its digits.
fn priority(value: Option<Value>) -> Result<i64, String> {
    let number = match value {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(digits)) => digits.parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| *number >= 0);
    number.ok_or_else(|| "priority must be a non-negative integer".to_owned())
}

/// Keys that Ironic has beside the step itself: the order is the list's, and other nodes are never worked on along the way.
fn order(item: &mut Object) -> Result<(), String> {
    item.remove("order");
    let others = item.remove("execute_on_child_nodes").unwrap_or_default();
    if others == Value::Bool(true) {
        return Err("running a step on child nodes is not available in this engine yet".to_owned());
    }
    item.remove("limit_child_node_execution");
    Ok(())
}
