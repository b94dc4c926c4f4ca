//! The port group's writable attributes.

use super::Write::{Always, Create};
use super::port::address;
use super::{Attribute, value};
use model::PortGroup;
use model::port_group::DEFAULT_MODE;
use serde_json::{Value, json};

type Row = Attribute<PortGroup>;

macro_rules! object {
    ($field:ident) => {
        Row {
            name: stringify!($field),
            write: Always,
            read: |group| Value::Object(group.$field.clone()),
            set: |group, given| {
                group.$field = value::object(given)?;
                Ok(())
            },
        }
    };
}

macro_rules! text {
    ($field:ident, $most:literal) => {
        Row {
            name: stringify!($field),
            write: Always,
            read: |group| json!(group.$field),
            set: |group, given| {
                group.$field = value::text(given, $most)?;
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
        read: |group| json!(group.uuid),
        set: |group, given| {
            group.uuid = value::uuid(given)?.unwrap_or(group.uuid);
            Ok(())
        },
    },
    Row {
        name: "node_uuid",
        write: Always,
        read: |group| json!(group.node_uuid),
        set: |group, given| {
            let node = value::uuid(given)?;
            group.node_uuid = node.ok_or("a port group belongs to a node")?;
            Ok(())
        },
    },
    Row {
        name: "name",
        write: Always,
        read: |group| json!(group.name),
        set: |group, given| {
            group.name = value::plain_name(given)?;
            Ok(())
        },
    },
    Row {
        name: "address",
        write: Always,
        read: |group| json!(group.address),
        set: |group, given| {
            group.address = match given {
                Value::Null => None,
                given => Some(address(&given)?),
            };
            Ok(())
        },
    },
    Row {
        name: "standalone_ports_supported",
        write: Always,
        read: |group| json!(group.standalone_ports_supported),
        set: |group, given| {
            group.standalone_ports_supported = value::flag(&given, true)?;
            Ok(())
        },
    },
    Row {
        name: "mode",
        write: Always,
        read: |group| json!(group.mode),
        set: |group, given| {
            let mode = value::text(given, 255)?.filter(|mode| !mode.is_empty());
            group.mode = mode.unwrap_or_else(|| DEFAULT_MODE.to_owned());
            Ok(())
        },
    },
    object!(properties),
    text!(physical_network, 64),
    text!(category, 80),
    object!(extra),
];

#[cfg(test)]
mod tests {
    use super::*;
    use api_types::field::since;

    #[test]
    fn every_attribute_is_a_field_of_the_document() {
        for row in TABLE {
            assert!(
                since(api_types::portgroup::FIELDS, row.name).is_some(),
                "{}",
                row.name
            );
        }
    }
}
