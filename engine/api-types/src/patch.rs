//! A JSON patch as clients send it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchVerb {
    /// Create or replace.
    Add,
    /// Replace.
    Replace,
    /// Take away; a root attribute goes back to its default.
    Remove,
}

/// One operation. No `Debug`: the value may be a secret.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PatchOperation {
    /// What it does.
    pub op: PatchVerb,
    /// Where: `/driver_info/redfish_address`.
    pub path: String,
    /// The new value; none for `remove`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl PatchOperation {
    /// Creates or replaces.
    pub fn add(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            op: PatchVerb::Add,
            path: path.into(),
            value: Some(value.into()),
        }
    }

    /// Takes away.
    pub fn remove(path: impl Into<String>) -> Self {
        Self {
            op: PatchVerb::Remove,
            path: path.into(),
            value: None,
        }
    }
}
