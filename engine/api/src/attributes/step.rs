//! The form of steps as clients write them: in templates, in runbooks and with provision verbs. Whether a step exists is the engine's
//! to say.

use super::value;
use crate::member::{Kind, Member, member, missing, unknown};
use model::{Object, RunbookStep, TemplateStep};
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
pub(crate) const MOST_STEPS: usize = 200;

const INTERFACE: Member = member("interface", Kind::Word(INTERFACES)).required();
const STEP: Member = member("step", Kind::Text).required();
const ARGS: Member = member("args", Kind::Object);

/// A step of a deploy template, and one that comes with a deployment.
pub(crate) const OF_DEPLOYMENT: &[Member] = &[
    INTERFACE,
    STEP,
    ARGS.required(),
    member("priority", Kind::Digits).required(),
];
/// A step of a runbook.
pub(crate) const OF_RUNBOOK: &[Member] = &[
    INTERFACE,
    STEP,
    ARGS,
    member("order", Kind::Digits).required(),
];
/// A step that comes with a cleaning or a service.
pub(crate) const OF_CLEANING: &[Member] = &[
    INTERFACE,
    STEP,
    ARGS,
    member("order", Kind::Digits),
    member("execute_on_child_nodes", Kind::Flag),
    member("limit_child_node_execution", Kind::Texts),
];

/// What all steps have: the interface, the name, and arguments where they were given.
pub(crate) struct Stem {
    pub interface: String,
    pub step: String,
    pub args: Option<Object>,
    /// The keys that are not read yet.
    pub rest: Object,
}

/// A step's interface, name and arguments; it has all that it must have, and nothing else than these members.
pub(crate) fn stem(item: Value, members: &[Member]) -> Result<Stem, String> {
    let Value::Object(mut rest) = item else {
        return Err("a step is an object".to_owned());
    };
    if let Some(key) = unknown(members, &rest) {
        let shown: String = key.chars().take(80).collect();
        return Err(format!("a step has no {shown:?}"));
    }
    if let Some(name) = missing(members, &rest) {
        return Err(format!("a step needs '{name}'"));
    }
    let interface = text(&mut rest, "interface")?;
    if !INTERFACES.contains(&interface.as_str()) {
        return Err(format!("interface is one of {}", INTERFACES.join(", ")));
    }
    let step = text(&mut rest, "step")?;
    let args = match rest.remove("args") {
        Some(Value::Object(args)) => Some(value::object(Value::Object(args))?),
        None => None,
        Some(_) => return Err("args must be an object".to_owned()),
    };
    Ok(Stem {
        interface,
        step,
        args,
        rest,
    })
}

impl Stem {
    /// A non-negative integer or its digits; none where the key is missing.
    pub fn number(&mut self, key: &str) -> Result<Option<i64>, String> {
        let number = match self.rest.remove(key) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().ok()
            }
            Some(_) => None,
        };
        match number.filter(|number| *number >= 0) {
            Some(number) => Ok(Some(number)),
            None => Err(format!("{key} must be a non-negative integer")),
        }
    }
}

fn text(item: &mut Object, key: &str) -> Result<String, String> {
    match item.remove(key) {
        Some(Value::String(text)) if !text.is_empty() && text.len() <= 255 => Ok(text),
        _ => Err(format!("a step needs a text '{key}'")),
    }
}

/// The steps of a template.
pub(crate) fn of_template(given: Value) -> Result<Vec<TemplateStep>, String> {
    let step = |item| {
        let mut stem = stem(item, OF_DEPLOYMENT)?;
        let priority = stem.number("priority")?.unwrap_or_default();
        Ok(TemplateStep {
            args: stem.args.unwrap_or_default(),
            interface: stem.interface,
            step: stem.step,
            priority,
        })
    };
    distinct(given, step, |step| (&step.interface, &step.step))
}

/// The steps of a runbook.
pub(crate) fn of_runbook(given: Value) -> Result<Vec<RunbookStep>, String> {
    let step = |item| {
        let mut stem = stem(item, OF_RUNBOOK)?;
        let order = stem.number("order")?.unwrap_or_default();
        Ok(RunbookStep {
            interface: stem.interface,
            step: stem.step,
            args: stem.args.unwrap_or_default(),
            order,
        })
    };
    distinct(given, step, |step| (&step.interface, &step.step))
}

/// At least one step, and none twice.
fn distinct<S>(
    given: Value,
    step: impl Fn(Value) -> Result<S, String>,
    name: impl Fn(&S) -> (&String, &String),
) -> Result<Vec<S>, String> {
    let items = match given {
        Value::Array(items) if (1..=MOST_STEPS).contains(&items.len()) => items,
        _ => return Err(format!("a list of 1 to {MOST_STEPS} steps is expected")),
    };
    let mut steps: Vec<S> = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let new = step(item).map_err(|why| format!("step {at}: {why}"))?;
        if steps.iter().any(|known| name(known) == name(&new)) {
            let (interface, step) = name(&new);
            return Err(format!("{interface}.{step} is named twice"));
        }
        steps.push(new);
    }
    Ok(steps)
}
