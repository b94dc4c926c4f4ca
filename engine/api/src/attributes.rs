//! Which attributes a client may write, of what type, as data: one table per resource. POST and PATCH use the same rows, so a
//! value that one accepts the other accepts too. Rules about states are not here: the lifecycle judges those.

pub(crate) mod allocation;
pub(crate) mod chassis;
pub(crate) mod deploy_template;
pub(crate) mod inspection_rule;
pub(crate) mod link_connection;
pub(crate) mod network_data;
pub(crate) mod node;
pub(crate) mod port;
pub(crate) mod portgroup;
pub(crate) mod runbook;
pub(crate) mod step;
pub(crate) mod value;
pub(crate) mod volume;

use crate::call::Call;
use crate::error::ApiError;
use api_types::field::{Field, since};
use model::Object;
use serde_json::Value;

/// When a client may write an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    /// In POST and PATCH.
    Always,
    /// In POST only.
    Create,
    /// In PATCH only.
    Patch,
}

/// A writable attribute of `T`.
pub(crate) struct Attribute<T> {
    pub name: &'static str,
    pub write: Write,
    /// Its value as stored, secrets readable.
    pub read: fn(&T) -> Value,
    /// Stores a value; null is its default. The error says what is wrong with the value.
    pub set: fn(&mut T, Value) -> Result<(), String>,
}

impl<T> Attribute<T> {
    fn is_for(&self, writing: Write) -> bool {
        self.write == Write::Always || self.write == writing
    }
}

/// The attribute of that name.
pub(crate) fn find<'a, T>(table: &'a [Attribute<T>], name: &str) -> Option<&'a Attribute<T>> {
    table.iter().find(|attribute| attribute.name == name)
}

/// Refuses attributes that the request's version does not have yet.
pub(crate) fn check_version(call: &Call, fields: &[Field], name: &str) -> Result<(), ApiError> {
    match since(fields, name) {
        Some(minor) => call.needs(&format!("The field '{name}'"), minor),
        None => Ok(()),
    }
}

/// So many unknown names are told at once.
const MOST_NAMED: usize = 20;

/// Refuses a body of a POST that names what is no attribute, or what the request's version does not have.
pub(crate) fn check_names<T>(
    call: &Call,
    table: &[Attribute<T>],
    fields: &[Field],
    body: &Object,
) -> Result<(), ApiError> {
    let is_known = |name: &str| find(table, name).is_some_and(|row| row.is_for(Write::Create));
    let unknown = body.keys().filter(|name| !is_known(name));
    let shown = unknown.map(|name| format!("{:?}", name.chars().take(80).collect::<String>()));
    let shown: Vec<String> = shown.take(MOST_NAMED).collect();
    if !shown.is_empty() {
        return Err(ApiError::invalid(format!(
            "Additional properties are not allowed (unexpected: {}).",
            shown.join(", ")
        )));
    }
    let mut names = body.keys();
    names.try_for_each(|name| check_version(call, fields, name))
}

/// Fills a new `T` from the body of a POST.
pub(crate) fn fill<T>(
    call: &Call,
    table: &[Attribute<T>],
    fields: &[Field],
    target: &mut T,
    body: Object,
) -> Result<(), ApiError> {
    check_names(call, table, fields, &body)?;
    for (name, value) in body {
        if let Some(row) = find(table, &name) {
            (row.set)(target, value).map_err(|why| wrong(&name, &why))?;
        }
    }
    Ok(())
}

/// The document that a patch is applied to: what may be patched, secrets readable.
pub(crate) fn patchable<T>(table: &[Attribute<T>], source: &T) -> Object {
    let rows = table.iter().filter(|row| row.is_for(Write::Patch));
    rows.map(|row| (row.name.to_owned(), (row.read)(source)))
        .collect()
}

/// Writes a patched document back: only what differs, so that what a client did not touch is not judged again.
pub(crate) fn write_back<T>(
    table: &[Attribute<T>],
    target: &mut T,
    mut patched: Object,
) -> Result<(), String> {
    for row in table.iter().filter(|row| row.is_for(Write::Patch)) {
        let value = patched.remove(row.name).unwrap_or(Value::Null);
        if value != (row.read)(target) {
            (row.set)(target, value).map_err(|why| format!("{}: {why}", row.name))?;
        }
    }
    Ok(())
}

fn wrong(name: &str, why: &str) -> ApiError {
    ApiError::invalid(format!("Invalid value for {name}: {why}."))
}
