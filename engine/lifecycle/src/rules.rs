//! Inspection rules: which conditions and actions there are, and running them on what an inspection found. Pure: a rule changes a copy
//! of the node, of its ports and of the plugin data, and says what it changed; nothing here logs or fetches. Bounded: what rules may
//! cost in one inspection is counted, and regular expressions take linear time.
//!
//! The words are Ironic's. Where its rules would trip over a value's type (a number from the inventory beside a number in the rule), a
//! condition here sees the value as it is.

mod action;
mod arguments;
mod budget;
mod compare;
mod condition;
mod interpolation;
mod node_attributes;
mod path;
mod port_attributes;
#[cfg(test)]
mod tests;
mod world;

pub use world::{LogLevel, LogLine, NodeChanges};

use action::Action;
use condition::Condition;
use model::{InspectionRule, Node, Port};
use serde_json::Value;
use world::World;

/// Checks a rule before it is kept.
///
/// # Errors
/// What of it cannot run, for its author: an unknown operator or action, wrong arguments, a regular expression that is none.
pub fn check(rule: &InspectionRule) -> Result<(), String> {
    Compiled::new(rule).map(|_| ())
}

/// What rules look at, and may change.
pub struct Inspection<'a> {
    /// The node with what the inspection found about it.
    pub node: &'a Node,
    /// Its ports, those that the inspection adds among them.
    pub ports: &'a [Port],
    /// The inventory.
    pub inventory: &'a Value,
    /// What else was collected.
    pub plugin_data: Value,
}

/// What came of running rules.
pub struct Ran {
    /// What of the node is different now.
    pub changes: NodeChanges,
    /// The ports that are different now.
    pub ports: Vec<Port>,
    /// The plugin data as it is now.
    pub plugin_data: Value,
    /// What rules want logged.
    pub log: Vec<LogLine>,
    /// Why the inspection failed; the changes before that count all the same.
    pub failure: Option<String>,
}

/// Runs the rules, those of the highest priority first. A rule sees what earlier ones changed.
pub fn run(rules: &[InspectionRule], inspection: Inspection<'_>) -> Ran {
    let mut ordered: Vec<&InspectionRule> = rules.iter().collect();
    ordered.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
    let mut world = World::new(inspection);
    let mut failure = None;
    for rule in ordered {
        if let Err(why) = apply(rule, &mut world) {
            failure = Some(told(rule, &why));
            break;
        }
    }
    world.into_outcome(failure)
}

fn apply(rule: &InspectionRule, world: &mut World<'_>) -> Result<(), String> {
    let compiled = Compiled::new(rule)?;
    for condition in &compiled.conditions {
        if !condition.holds(world)? {
            return Ok(());
        }
    }
    world.begin(rule);
    compiled
        .actions
        .iter()
        .try_for_each(|action| action.run(world))
}

/// The reason for a person. Nothing of a sensitive rule is told, not even its own words.
fn told(rule: &InspectionRule, why: &str) -> String {
    let name = match rule.description.as_deref() {
        Some(text) if !text.is_empty() => format!("{} ({text})", rule.uuid),
        _ => rule.uuid.to_string(),
    };
    match rule.sensitive {
        true => format!("inspection rule {name}, which is sensitive: its reason is not shown"),
        false => format!("inspection rule {name}: {why}"),
    }
}

/// A rule whose words are understood.
struct Compiled {
    conditions: Vec<Condition>,
    actions: Vec<Action>,
}

impl Compiled {
    fn new(rule: &InspectionRule) -> Result<Self, String> {
        let conditions = rule.conditions.iter().enumerate();
        let actions = rule.actions.iter().enumerate();
        Ok(Self {
            conditions: conditions
                .map(|(at, part)| {
                    Condition::parse(part).map_err(|why| format!("conditions/{at}: {why}"))
                })
                .collect::<Result<_, _>>()?,
            actions: actions
                .map(|(at, part)| Action::parse(part).map_err(|why| format!("actions/{at}: {why}")))
                .collect::<Result<_, _>>()?,
        })
    }
}
