//! The port group document.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 23),
    field("name", 23),
    field("address", 23),
    field("node_uuid", 23),
    field("extra", 23),
    field("internal_info", 23),
    field("standalone_ports_supported", 23),
    field("ports", 23),
    field("created_at", 23),
    field("updated_at", 23),
    field("links", 23),
    field("mode", 26),
    field("properties", 26),
    field("physical_network", 102),
    field("category", 103),
    field("dynamic_portgroup", 111),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["uuid", "address", "name"];
