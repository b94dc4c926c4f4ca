//! Applying operations to a document, one at a time. A failure leaves no trace: the caller throws the copy away.

use super::Operation;
use api_types::patch::PatchVerb;
use model::Object;
use serde_json::Value;

/// Applies all operations to a copy of the document.
///
/// # Errors
/// Names the operation and why it does not apply, in Ironic's words.
pub(crate) fn apply(document: Object, operations: Vec<Operation>) -> Result<Object, String> {
    let mut document = Value::Object(document);
    for operation in operations {
        let shown = operation.shown();
        one(&mut document, operation)
            .map_err(|why| format!("Couldn't apply patch '{shown}'. Reason: {why}."))?;
    }
    match document {
        Value::Object(object) => Ok(object),
        _ => Ok(Object::new()),
    }
}

fn one(document: &mut Value, operation: Operation) -> Result<(), String> {
    let (way, last) = operation.pointer.parent_and_last();
    let mut parent = document;
    for segment in way {
        parent = child(parent, segment).ok_or_else(|| format!("there is no '{segment}'"))?;
    }
    let at_root = operation.pointer.is_root();
    match parent {
        Value::Object(object) => in_object(object, last, at_root, operation.verb, operation.value),
        Value::Array(list) => in_list(list, last, operation.verb, operation.value),
        _ => Err(format!("'{last}' has no place in a plain value")),
    }
}

fn child<'a>(parent: &'a mut Value, segment: &str) -> Option<&'a mut Value> {
    match parent {
        Value::Object(object) => object.get_mut(segment),
        Value::Array(list) => list.get_mut(index(segment)?),
        _ => None,
    }
}

fn in_object(
    object: &mut Object,
    key: &str,
    at_root: bool,
    verb: PatchVerb,
    value: Value,
) -> Result<(), String> {
    // A root attribute is always there, at its default if need be: taking it away twice is fine.
    if verb != PatchVerb::Add && !at_root && !object.contains_key(key) {
        return Err(format!("there is no '{key}'"));
    }
    match verb {
        PatchVerb::Remove => object.remove(key),
        PatchVerb::Add | PatchVerb::Replace => object.insert(key.to_owned(), value),
    };
    Ok(())
}

fn in_list(list: &mut Vec<Value>, key: &str, verb: PatchVerb, value: Value) -> Result<(), String> {
    let outside = || format!("'{key}' is outside of the list");
    if verb == PatchVerb::Add {
        let at = match key {
            "-" => list.len(),
            _ => index(key)
                .filter(|at| *at <= list.len())
                .ok_or_else(outside)?,
        };
        list.insert(at, value);
        return Ok(());
    }
    let at = index(key)
        .filter(|at| *at < list.len())
        .ok_or_else(outside)?;
    match verb {
        PatchVerb::Remove => {
            list.remove(at);
        }
        _ => list[at] = value,
    }
    Ok(())
}

/// An index without signs and leading zeros.
fn index(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    (digits && plain).then(|| text.parse().ok()).flatten()
}
