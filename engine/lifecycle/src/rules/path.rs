//! Places inside of a JSON value, as rules name them: `driver_info/ipmi_address` or `driver_info.ipmi_address`.

use model::Object;
use serde_json::Value;

/// Deeper places are refused.
const DEEPEST: usize = 20;

/// A list does not grow further.
const LONGEST_LIST: usize = 10_000;

/// A path taken apart; has at least one part.
pub(super) fn parse(path: &str) -> Result<Vec<&str>, String> {
    let parts: Vec<&str> = match path.contains('/') {
        true => path.trim_matches('/').split('/').collect(),
        false => path.split('.').collect(),
    };
    match parts.len() <= DEEPEST && parts.iter().all(|part| !part.is_empty()) {
        true => Ok(parts),
        false => Err(format!(
            "path '{}': names after one another, with '/' or '.' between them, are expected",
            path.chars().take(80).collect::<String>()
        )),
    }
}

/// Puts a value at a place; objects on the way are made.
pub(super) fn set(root: &mut Value, way: &[&str], value: Value) -> Result<(), String> {
    *place(root, way)? = value;
    Ok(())
}

/// Adds a value to the list at a place, which is made. `unique`: unless it is there already.
pub(super) fn extend(
    root: &mut Value,
    way: &[&str],
    value: Value,
    unique: bool,
) -> Result<(), String> {
    let place = place(root, way)?;
    if place.is_null() {
        *place = Value::Array(Vec::new());
    }
    let Value::Array(list) = place else {
        return Err(format!("there is no list at '{}'", way.join("/")));
    };
    if list.len() >= LONGEST_LIST {
        return Err(format!("a list has at most {LONGEST_LIST} items"));
    }
    if !unique || !list.contains(&value) {
        list.push(value);
    }
    Ok(())
}

/// Takes away what is at a place; nothing there is fine.
pub(super) fn remove(root: &mut Value, way: &[&str]) {
    let Some((last, before)) = way.split_last() else {
        return;
    };
    let parent = before.iter().try_fold(root, |value, part| match value {
        Value::Object(object) => object.get_mut(*part),
        Value::Array(list) => list.get_mut(part.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    });
    match parent {
        Some(Value::Object(object)) => {
            object.remove(*last);
        }
        Some(Value::Array(list)) => {
            if let Some(at) = last.parse().ok().filter(|at| *at < list.len()) {
                list.remove(at);
            }
        }
        _ => {}
    }
}

/// The same, and the object around it when nothing else is in there.
pub(super) fn remove_with_parent(root: &mut Value, way: &[&str]) {
    remove(root, way);
    let Some((_, parent)) = way.split_last().filter(|(_, parent)| !parent.is_empty()) else {
        return;
    };
    let empty = parent
        .iter()
        .try_fold(&*root, |value, part| value.get(*part))
        .and_then(Value::as_object)
        .is_some_and(Object::is_empty);
    if empty {
        remove(root, parent);
    }
}

fn place<'v>(root: &'v mut Value, way: &[&str]) -> Result<&'v mut Value, String> {
    let mut here = root;
    for part in way {
        if here.is_null() {
            *here = Value::Object(Object::new());
        }
        let next = match here {
            Value::Object(object) => Some(object.entry(*part).or_insert(Value::Null)),
            Value::Array(list) => part.parse::<usize>().ok().and_then(|at| list.get_mut(at)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        here =
            next.ok_or_else(|| format!("'{part}' has no place where '{}' leads", way.join("/")))?;
    }
    Ok(here)
}
