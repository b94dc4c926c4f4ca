//! JSON patches: parsing and applying, on a document of what may be patched, secrets readable. Knows nothing of nodes or ports.

mod apply;
mod pointer;
#[cfg(test)]
mod tests;

pub(crate) use apply::apply;

use crate::attributes::{Attribute, Write, check_version, find};
use crate::call::Call;
use crate::error::ApiError;
use api_types::field::Field;
use api_types::patch::PatchVerb;
use pointer::Pointer;
use serde_json::Value;

/// One operation, its form checked.
#[derive(Clone)]
pub(crate) struct Operation {
    verb: PatchVerb,
    pointer: Pointer,
    /// Null for `remove`.
    value: Value,
}

impl Operation {
    /// The root attribute it is about.
    pub fn root(&self) -> &str {
        self.pointer.root()
    }

    /// The value for the root attribute as a whole, where it sets one.
    pub fn root_value(&mut self) -> Option<&mut Value> {
        (self.pointer.is_root() && self.verb != PatchVerb::Remove).then_some(&mut self.value)
    }

    /// Whether it takes something away.
    pub fn removes(&self) -> bool {
        self.verb == PatchVerb::Remove
    }

    /// The value that it sets or puts somewhere inside; null for `remove`.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Whether it takes this root attribute away.
    pub fn removes_root(&self, name: &str) -> bool {
        self.verb == PatchVerb::Remove && self.pointer.is_root() && self.root() == name
    }

    /// As Ironic names it in errors.
    fn shown(&self) -> String {
        let verb = match self.verb {
            PatchVerb::Add => "add",
            PatchVerb::Replace => "replace",
            PatchVerb::Remove => "remove",
        };
        format!("{verb} {}", self.pointer)
    }
}

/// The operations in the body of a PATCH, in order.
///
/// # Errors
/// 400 for a wrong form, 406 for an attribute that the version does not have (taking it away is let through).
pub(crate) fn operations<T>(
    call: &Call,
    table: &[Attribute<T>],
    fields: &[Field],
) -> Result<Vec<Operation>, ApiError> {
    let most = call.app.config.limits.patch_operations;
    let list = match call.json()? {
        Some(Value::Array(list)) => list,
        _ => return Err(ApiError::invalid("A patch is a list of operations.")),
    };
    if list.len() > most {
        return Err(ApiError::invalid(format!(
            "The patch has {} operations; at most {most} are accepted.",
            list.len()
        )));
    }
    let escapes = call.version().has(98);
    let mut operations = Vec::with_capacity(list.len());
    for item in list {
        let operation = operation(item, escapes).map_err(ApiError::invalid)?;
        check_root(call, table, fields, &operation)?;
        operations.push(operation);
    }
    Ok(operations)
}

fn check_root<T>(
    call: &Call,
    table: &[Attribute<T>],
    fields: &[Field],
    operation: &Operation,
) -> Result<(), ApiError> {
    let root = operation.root();
    let writable = find(table, root).is_some_and(|row| row.write != Write::Create);
    if !writable {
        return Err(ApiError::invalid(format!("Cannot patch /{root}.")));
    }
    match operation.verb {
        PatchVerb::Remove => Ok(()),
        _ => check_version(call, fields, root),
    }
}

pub(crate) fn operation(item: Value, escapes: bool) -> Result<Operation, String> {
    let Value::Object(mut item) = item else {
        return Err("An operation is an object with op, path and value.".to_owned());
    };
    let verb = match item.remove("op").as_ref().and_then(Value::as_str) {
        Some("add") => PatchVerb::Add,
        Some("replace") => PatchVerb::Replace,
        Some("remove") => PatchVerb::Remove,
        _ => return Err("op must be add, replace or remove.".to_owned()),
    };
    let path = match item.remove("path") {
        Some(Value::String(path)) => path,
        _ => return Err("An operation needs a path.".to_owned()),
    };
    let pointer = Pointer::parse(&path, escapes)?;
    let value = item.remove("value");
    if let Some(key) = item.keys().next() {
        let shown: String = key.chars().take(80).collect();
        return Err(format!(
            "An operation has op, path and value, not {shown:?}."
        ));
    }
    match (verb, value) {
        (PatchVerb::Remove, _) => Ok(Operation {
            verb,
            pointer,
            value: Value::Null,
        }),
        (_, Some(value)) => Ok(Operation {
            verb,
            pointer,
            value,
        }),
        (_, None) => Err(format!("{path}: 'add' and 'replace' need a value.")),
    }
}
