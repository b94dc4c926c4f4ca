//! The steps that come with a provision verb: their form. Whether a step exists is the engine's to say.

use super::provision_form::Form;
use crate::attributes::step::{MOST_STEPS, OF_CLEANING, OF_DEPLOYMENT, Stem, stem};
use crate::call::Call;
use crate::error::ApiError;
use model::{Step, Verb};
use serde_json::Value;

/// Whether lists of steps come with the verbs that take them, in a version that has them.
pub(super) fn judge_places(call: &Call, form: &Form) -> Result<(), ApiError> {
    let word = form.word.as_str();
    if !form.clean_steps.is_empty() && word != "clean" {
        return Err(misplaced("clean_steps", "clean"));
    }
    if !form.deploy_steps.is_empty() {
        call.needs("deploy_steps", 69)?;
        // Under its newer name the same verb takes none, in Ironic.
        if !matches!(word, "active" | "rebuild") {
            return Err(misplaced("deploy_steps", "active or rebuild"));
        }
    }
    if !form.service_steps.is_empty() && word != "service" {
        return Err(misplaced("service_steps", "service"));
    }
    Ok(())
}

/// Whether a runbook has its place in the request: its steps are those of the verb, so that none may be named beside it.
pub(super) fn judge_runbook(verb: Verb, form: &Form) -> Result<(), ApiError> {
    let (name, steps) = match verb {
        Verb::Clean => ("clean_steps", &form.clean_steps),
        Verb::Service => ("service_steps", &form.service_steps),
        _ => {
            return Err(ApiError::invalid(
                "A runbook is only valid when target is clean or service.",
            ));
        }
    };
    match steps.is_empty() {
        true => Ok(()),
        false => Err(ApiError::invalid(format!(
            "Please provide either \"{name}\" or a runbook, but not both."
        ))),
    }
}

/// The steps of a request, in order.
pub(super) fn of(verb: Verb, form: &mut Form) -> Result<Vec<Step>, ApiError> {
    let (name, given) = match verb {
        Verb::Clean => ("clean_steps", &mut form.clean_steps),
        Verb::Service => ("service_steps", &mut form.service_steps),
        Verb::Deploy | Verb::Rebuild => ("deploy_steps", &mut form.deploy_steps),
        _ => return Ok(Vec::new()),
    };
    let given = std::mem::take(given);
    if given.is_empty() && name != "deploy_steps" {
        return Err(ApiError::invalid(format!(
            "\"{name}\" is required when target is {verb}."
        )));
    }
    list(name, given, verb)
}

fn misplaced(name: &str, verbs: &str) -> ApiError {
    ApiError::invalid(format!("\"{name}\" is only valid when target is {verbs}."))
}

fn list(name: &str, items: Vec<Value>, verb: Verb) -> Result<Vec<Step>, ApiError> {
    if items.len() > MOST_STEPS {
        return Err(ApiError::invalid(format!(
            "{name} must be a list of at most {MOST_STEPS} steps."
        )));
    }
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
    let members = match deploying {
        true => OF_DEPLOYMENT,
        false => OF_CLEANING,
    };
    let mut stem = stem(item, members)?;
    let priority = stem.number("priority")?.unwrap_or_default();
    order(&mut stem)?;
    Ok(Step {
        interface: stem.interface,
        step: stem.step,
        args: stem.args.unwrap_or_default(),
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
