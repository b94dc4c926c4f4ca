//! What rules may write of a port. Its address and its node stay.

use super::node_attributes::{flag, object, text};
use model::Port;
use serde_json::{Value, json};

/// An attribute that rules may write.
pub(super) struct Attribute {
    pub name: &'static str,
    pub read: fn(&Port) -> Value,
    /// Null is its default.
    pub write: fn(&mut Port, Value) -> Result<(), String>,
}

macro_rules! text {
    ($field:ident, $most:literal) => {
        Attribute {
            name: stringify!($field),
            read: |port| json!(port.$field),
            write: |port, given| {
                port.$field = text(given, $most)?;
                Ok(())
            },
        }
    };
}

macro_rules! flag {
    ($field:ident, $default:literal) => {
        Attribute {
            name: stringify!($field),
            read: |port| json!(port.$field),
            write: |port, given| {
                port.$field = flag(&given)?.unwrap_or($default);
                Ok(())
            },
        }
    };
}

macro_rules! object {
    ($field:ident) => {
        Attribute {
            name: stringify!($field),
            read: |port| Value::Object(port.$field.clone()),
            write: |port, given| {
                port.$field = object(given)?;
                Ok(())
            },
        }
    };
}

const ATTRIBUTES: &[Attribute] = &[
    text!(name, 255),
    text!(description, 255),
    text!(physical_network, 64),
    text!(vendor, 32),
    text!(category, 80),
    flag!(pxe_enabled, true),
    flag!(is_smartnic, false),
    flag!(available_for_dynamic_portgroup, true),
    object!(local_link_connection),
    object!(extra),
];

/// The attribute of that name.
pub(super) fn find(name: &str) -> Result<&'static Attribute, String> {
    let found = ATTRIBUTES.iter().find(|attribute| attribute.name == name);
    found.ok_or_else(|| {
        format!(
            "a rule cannot change a port's '{}'",
            name.chars().take(80).collect::<String>()
        )
    })
}
