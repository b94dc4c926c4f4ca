//! The steps that come with a provision verb: their form. Whether a step exists is the engine's to say.

use crate::args::Args;
use crate::attributes::step::{MOST_STEPS, Stem, stem};
use crate::call::Call;
use crate::error::ApiError;
use model::{Step, Verb};
use serde_json::Value;

/// The steps of a request, in order. With a runbook none may be named: they are the runbook's.
pub(crate) fn of(
    call: &Call,
    verb: Verb,
    args: &mut Args,
    runbook: bool,
) -> Result<Vec<Step>, ApiError> {
    let own = match verb {
        Verb::Clean => Some("clean_steps"),
        Verb::Service => Some("service_steps"),
        Verb::Deploy | Verb::Rebuild => Some("deploy_steps"),
        _ => None,
    };
    let mut steps = Vec::new();
    for name in ["clean_steps", "deploy_steps", "service_steps"] {
        let given = args.take(name);
        // As in Ironic, an empty list is as good as none.
        let needed = matches!(name, "clean_steps" | "service_steps") && own == Some(name);
        let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        match given.filter(|value| needed || !empty(value)) {
            Some(_) if own != Some(name) => return Err(misplaced(name)),
            Some(_) if runbook => {
                return Err(ApiError::invalid(format!(
                    "Please provide either {name} or a runbook, but not both."
                )));
            }
            Some(value) => {
                if name == "deploy_steps" {
                    call.needs(name, 69)?;
                }
                steps = list(name, value, verb)?;
            }
            None if own == Some(name) && name != "deploy_steps" && !runbook => {
                return Err(ApiError::invalid(format!(
                    "{name} is required when the provision state is set to {verb}."
                )));
            }
            None => {}
        }
    }
    Ok(steps)
}

fn misplaced(name: &str) -> ApiError {
    ApiError::invalid(format!(
        "{name}: clean_steps come with clean, deploy_steps with active and rebuild, service_steps with service."
    ))
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
    for (at, item) in items.into_iter().enumerate() {
        let step = step(item, deploying)
            .map_err(|why| ApiError::invalid(format!("{name}: step {at}: {why}.")))?;
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
    let mut stem = stem(item)?;
    let mut priority = 0;
    if deploying {
        let given = stem.number("priority")?;
        priority = given.ok_or("a step needs 'priority'")?;
    } else {
        order(&mut stem)?;
    }
    stem.finish()?;
    let args = match stem.args {
        None if deploying => return Err("a step needs an object 'args'".to_owned()),
        args => args.unwrap_or_default(),
    };
    Ok(Step {
        interface: stem.interface,
        step: stem.step,
        args,
        priority,
        ..Step::default()
    })
}

/// Keys that Ironic has beside the step itself: the order is the list's, and other nodes are never worked on along the way.
fn order(stem: &mut Stem) -> Result<(), String> {
    stem.number("order")?;
    match stem.rest.remove("execute_on_child_nodes") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => {
            return Err(
                "execute_on_child_nodes: running a step on child nodes is not available in this engine yet"
                    .to_owned(),
            );
        }
        Some(_) => return Err("execute_on_child_nodes must be a boolean".to_owned()),
    }
    match stem.rest.remove("limit_child_node_execution") {
        None | Some(Value::Array(_)) => Ok(()),
        Some(_) => Err("limit_child_node_execution must be a list".to_owned()),
    }
}
