//! The inventory that an inspection collected.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An inspection's result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inventory {
    /// CPU, memory, disks, interfaces, system vendor, boot.
    pub inventory: Map<String, Value>,
    /// What collectors added.
    pub plugin_data: Map<String, Value>,
}
