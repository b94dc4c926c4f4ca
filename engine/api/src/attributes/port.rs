//! The port's writable attributes.

use super::Write::{Always, Create};
use super::{Attribute, link_connection, value};
use model::{MacAddress, Port};
use serde_json::{Value, json};

type Row = Attribute<Port>;

macro_rules! text {
    ($field:ident, $most:literal) => {
        Row {
            name: stringify!($field),
            write: Always,
            read: |port| json!(port.$field),
            set: |port, given| {
                port.$field = value::text(given, $most)?;
                Ok(())
            },
        }
    };
}

macro_rules! flag {
    ($field:ident, $default:literal) => {
        Row {
            name: stringify!($field),
            write: Always,
            read: |port| json!(port.$field),
            set: |port, given| {
                port.$field = value::flag(&given, $default)?;
                Ok(())
            },
        }
    };
}

/// Every writable attribute.
pub(crate) const TABLE: &[Row] = &[
    Row {
        name: "uuid",
        write: Create,
        read: |port| json!(port.uuid),
        set: set_uuid,
    },
    Row {
        name: "address",
        write: Always,
        read: |port| json!(port.address),
        set: set_address,
    },
    Row {
        name: "node_uuid",
        write: Always,
        read: |port| json!(port.node),
        set: set_node,
    },
    Row {
        name: "name",
        write: Always,
        read: |port| json!(port.name),
        set: |port, given| {
            // Any text, as in Ironic; only one that a path can carry finds the port.
            port.name = value::text(given, 255)?.filter(|name| !name.is_empty());
            Ok(())
        },
    },
    text!(description, 255),
    Row {
        name: "physical_network",
        write: Always,
        read: |port| json!(port.physical_network),
        set: |port, given| {
            let network = value::text(given, 64)?;
            if network.as_deref() == Some("") {
                return Err("a physical network has a name".to_owned());
            }
            port.physical_network = network;
            Ok(())
        },
    },
    text!(vendor, 32),
    text!(category, 80),
    flag!(pxe_enabled, true),
    flag!(is_smartnic, false),
    Row {
        name: "available_for_dynamic_portgroup",
        write: Always,
        read: |port| json!(port.available_for_dynamic_portgroup),
        set: |port, given| {
            // Other than with the older flags, no word stands for it.
            port.available_for_dynamic_portgroup = match given {
                Value::Null => true,
                given => given.as_bool().ok_or("a boolean is expected")?,
            };
            Ok(())
        },
    },
    Row {
        name: "local_link_connection",
        write: Always,
        read: |port| Value::Object(port.local_link_connection.clone()),
        set: |port, given| {
            port.local_link_connection = link_connection::parse(value::object(given)?)?;
            Ok(())
        },
    },
    Row {
        name: "portgroup_uuid",
        write: Always,
        read: |port| json!(port.portgroup),
        set: |port, given| {
            port.portgroup = value::uuid(given)?;
            Ok(())
        },
    },
    Row {
        name: "extra",
        write: Always,
        read: |port| Value::Object(port.extra.clone()),
        set: |port, given| {
            port.extra = value::object(given)?;
            Ok(())
        },
    },
];

fn set_uuid(port: &mut Port, given: Value) -> Result<(), String> {
    if let Some(uuid) = value::uuid(given)? {
        port.uuid = uuid;
    }
    Ok(())
}

fn set_address(port: &mut Port, given: Value) -> Result<(), String> {
    port.address = address(&given)?;
    Ok(())
}

/// A MAC address of a machine, in the one form that Ironic takes: with colons.
pub(crate) fn address(given: &Value) -> Result<MacAddress, String> {
    let parsed = given.as_str().and_then(colons);
    parsed.ok_or_else(|| format!("Expected a MAC address but received {given}"))
}

/// A MAC address written with colons.
pub(super) fn colons(text: &str) -> Option<MacAddress> {
    let plain = text.len() == 17 && !text.contains('-');
    plain.then(|| text.parse().ok()).flatten()
}

/// Whether the node exists was looked up before.
fn set_node(port: &mut Port, given: Value) -> Result<(), String> {
    match value::uuid(given)? {
        Some(node) => {
            port.node = node;
            Ok(())
        }
        None => Err("a port belongs to a node".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_types::field::since;

    #[test]
    fn addresses_have_colons() {
        assert!(address(&json!("52:54:00:AA:bb:01")).is_ok());
        for bad in [json!("52-54-00-aa-bb-01"), json!("525400aabb01"), json!(7)] {
            assert!(address(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_attribute_is_a_field_of_the_document() {
        for row in TABLE {
            assert!(
                since(api_types::port::FIELDS, row.name).is_some(),
                "{}",
                row.name
            );
        }
    }
}
