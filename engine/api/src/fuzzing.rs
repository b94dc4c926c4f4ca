//! Doors for the fuzz targets in `fuzz/`: what reads a client's bytes before any resource does. Not an API, and nothing of the
//! server goes through it.

use crate::{attributes, front, patch};
use api_types::Microversion;
use model::Object;
use serde_json::Value;

/// A JSON patch on a document, as a PATCH request does it after looking up what may be patched, and before the document is kept
/// within its bounds.
///
/// # Errors
/// The words of the refusal.
pub fn patched(document: Object, operations: Vec<Value>, escapes: bool) -> Result<Object, String> {
    let operations = operations
        .into_iter()
        .map(|item| patch::operation(item, escapes))
        .collect::<Result<_, _>>()?;
    let patched = patch::apply(document, operations)?;
    attributes::value::object(Value::Object(patched))
}

/// Whether a body is nested deeper than this.
pub fn is_deeper(bytes: &[u8], depth: usize) -> bool {
    front::body::is_deeper(bytes, depth)
}

/// The one spelling of a path.
pub fn path(path: &str, version: Microversion, version_named: bool) -> String {
    front::path::normal(path, version, version_named)
}
