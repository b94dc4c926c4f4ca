//! The driver document: a hardware type and its interfaces.

use crate::Link;
use model::InterfaceKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A hardware type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Driver {
    /// Its name, as in a node's `driver`.
    pub name: String,
    /// The conductors that have it.
    pub hosts: Vec<String>,
    /// `dynamic`, from 1.30.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where its properties are described, from 1.14.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Link>,
    /// Where it is.
    pub links: Vec<Link>,
    /// `default_X_interface` and `enabled_X_interfaces` of a detailed document.
    #[serde(flatten)]
    pub interfaces: Map<String, Value>,
}

impl Driver {
    /// The implementations that work for an interface kind, when the document is detailed.
    pub fn enabled(&self, kind: InterfaceKind) -> Vec<&str> {
        self.interfaces
            .get(&format!("enabled_{}_interfaces", kind.as_str()))
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default()
    }
}

/// Since when a driver document speaks of an interface kind.
pub fn interface_since(kind: InterfaceKind) -> u16 {
    match kind {
        InterfaceKind::Storage => 33,
        InterfaceKind::Rescue => 38,
        InterfaceKind::Bios => 40,
        InterfaceKind::Firmware => 86,
        _ => 30,
    }
}
