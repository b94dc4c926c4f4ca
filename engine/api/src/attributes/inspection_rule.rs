//! The inspection rule's writable attributes: their form. What operators and actions there are, and their arguments, is checked by the
//! lifecycle, which runs them.

use super::Write::{Always, Create};
use super::{Attribute, value};
use model::inspection_rule::MAIN_PHASE;
use model::{InspectionRule, Object, RulePart};
use serde_json::{Value, json};

/// The highest priority.
const MOST_PRIORITY: i64 = 9999;
/// More conditions or actions than this are a mistake.
const MOST_PARTS: usize = 100;
/// How the results of a loop become one.
pub(crate) const MULTIPLE: &[&str] = &["any", "all", "first", "last"];

type Row = Attribute<InspectionRule>;

/// Every writable attribute.
pub(crate) const TABLE: &[Row] = &[
    Row {
        name: "uuid",
        write: Create,
        read: |rule| json!(rule.uuid),
        set: |rule, given| {
            rule.uuid = value::uuid(given)?.unwrap_or(rule.uuid);
            Ok(())
        },
    },
    Row {
        name: "description",
        write: Always,
        read: |rule| json!(rule.description),
        set: |rule, given| {
            rule.description = value::text(given, 255)?;
            Ok(())
        },
    },
    Row {
        name: "priority",
        write: Always,
        read: |rule| json!(rule.priority),
        set: |rule, given| {
            rule.priority = priority(&given)?;
            Ok(())
        },
    },
    Row {
        name: "sensitive",
        write: Always,
        read: |rule| json!(rule.sensitive),
        set: |rule, given| {
            rule.sensitive = value::flag(&given, false)?;
            Ok(())
        },
    },
    Row {
        name: "phase",
        write: Always,
        read: |rule| json!(rule.phase),
        set: |rule, given| {
            rule.phase = match value::text(given, 16)? {
                Some(phase) if phase != MAIN_PHASE => {
                    return Err(format!("the only phase is {MAIN_PHASE}"));
                }
                phase => phase,
            };
            Ok(())
        },
    },
    Row {
        name: "conditions",
        write: Always,
        read: |rule| json!(rule.conditions),
        set: |rule, given| {
            rule.conditions = parts(given)?;
            Ok(())
        },
    },
    Row {
        name: "actions",
        write: Always,
        read: |rule| json!(rule.actions),
        set: |rule, given| {
            rule.actions = parts(given)?;
            match rule.actions.is_empty() {
                true => Err("at least one action is expected".to_owned()),
                false => Ok(()),
            }
        },
    },
];

/// Also as text: Ironic's own command line sends it so.
fn priority(given: &Value) -> Result<i64, String> {
    let number = match given {
        Value::Null => Some(0),
        Value::String(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok(),
        other => other.as_i64(),
    };
    number
        .filter(|number| (0..=MOST_PRIORITY).contains(number))
        .ok_or_else(|| format!("an integer from 0 to {MOST_PRIORITY} is expected"))
}

fn parts(given: Value) -> Result<Vec<RulePart>, String> {
    let items = match given {
        Value::Null => Vec::new(),
        Value::Array(items) if items.len() <= MOST_PARTS => items,
        _ => return Err(format!("a list of at most {MOST_PARTS} is expected")),
    };
    let numbered = items.into_iter().enumerate();
    let one = |(at, item): (usize, Value)| part(item).map_err(|why| format!("number {at}: {why}"));
    numbered.map(one).collect()
}

/// Keys that nobody knows are dropped, as in Ironic.
fn part(item: Value) -> Result<RulePart, String> {
    let Value::Object(item) = item else {
        return Err("an object with op and args is expected".to_owned());
    };
    let mut item: Object = value::object(Value::Object(item))?;
    let op = match item.remove("op") {
        Some(Value::String(op)) => op,
        _ => return Err("'op' is required, a text".to_owned()),
    };
    let args = match item.remove("args") {
        Some(args @ (Value::Object(_) | Value::Array(_))) => args,
        _ => return Err("'args' is required, an object or a list".to_owned()),
    };
    let items = match item.remove("loop") {
        None => None,
        Some(Value::Array(list)) if list.is_empty() => None,
        Some(Value::Object(object)) if object.is_empty() => None,
        Some(items @ (Value::Array(_) | Value::Object(_))) => Some(items),
        Some(_) => return Err("'loop' is a list or an object".to_owned()),
    };
    let multiple = match item.remove("multiple") {
        None => None,
        Some(Value::String(word)) if MULTIPLE.contains(&word.as_str()) => Some(word),
        Some(_) => return Err(format!("'multiple' is one of {}", MULTIPLE.join(", "))),
    };
    Ok(RulePart {
        op,
        args,
        multiple: multiple.filter(|_| items.is_some()),
        items,
    })
}
