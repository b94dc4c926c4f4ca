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

    /// Whether it is about this path and nothing else; without the leading slash.
    pub fn is_at(&self, path: &str) -> bool {
        self.pointer.to_string().strip_prefix('/') == Some(path)
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
        other => return Err(no_list(other.as_ref())),
    };
    if list.len() > most {
        return Err(ApiError::invalid(format!(
            "The patch has {} operations; at most {most} are accepted.",
            list.len()
        )));
    }
    let escapes = call.version().has(98);
    let parsed = list.into_iter().map(|item| operation(item, escapes));
    let parsed: Result<Vec<_>, String> = parsed.collect();
    let operations = parsed.map_err(ApiError::invalid)?;
    for operation in &operations {
        check_writable(table, operation)?;
    }
    for operation in &operations {
        if operation.verb != PatchVerb::Remove && operation.pointer.is_root() {
            check_version(call, fields, operation.root())?;
        }
    }
    Ok(operations)
}

fn no_list(body: Option<&Value>) -> ApiError {
    let path = body
        .and_then(|body| body.get("path"))
        .and_then(Value::as_str);
    ApiError::invalid(match path {
        Some(path) => {
            let shown: String = path.chars().take(80).collect();
            format!(
                "A patch is a list of operations; also a single one, as that for {shown}, stands in a list."
            )
        }
        None => "A patch is a list of operations.".to_owned(),
    })
}

fn check_writable<T>(table: &[Attribute<T>], operation: &Operation) -> Result<(), ApiError> {
    let root = operation.root();
    match find(table, root).is_some_and(|row| row.write != Write::Create) {
        true => Ok(()),
        false => {
            let patchable = table.iter().filter(|row| row.write != Write::Create);
            let names: Vec<&str> = patchable.map(|row| row.name).collect();
            Err(ApiError::invalid(format!(
                "Cannot patch /{root}; what can be patched is: {}.",
                names.join(", ")
            )))
        }
    }
}

pub(crate) fn operation(item: Value, escapes: bool) -> Result<Operation, String> {
    let Value::Object(mut item) = item else {
        return Err("An operation is an object with op, path and value.".to_owned());
    };
    let (verb, path) = (item.remove("op"), item.remove("path"));
    let value = item.remove("value");
    if let Some(key) = item.keys().next() {
        let shown: String = key.chars().take(80).collect();
        return Err(format!(
            "An operation has op, path and value; additional properties are not allowed ({shown:?} was unexpected)."
        ));
    }
    let verb = match verb.as_ref().and_then(Value::as_str) {
        Some("add") => PatchVerb::Add,
        Some("replace") => PatchVerb::Replace,
        Some("remove") => PatchVerb::Remove,
        _ => return Err("op must be add, replace or remove.".to_owned()),
    };
    let Some(Value::String(path)) = path else {
        return Err("An operation needs a path.".to_owned());
    };
    let pointer = Pointer::parse(&path, escapes)?;
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
