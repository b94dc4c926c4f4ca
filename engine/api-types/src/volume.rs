//! The documents of volume connectors and volume targets.

use crate::field::{Field, field};

/// Every field of a connector and since when it exists.
pub const CONNECTOR_FIELDS: &[Field] = &[
    field("uuid", 32),
    field("node_uuid", 32),
    field("type", 32),
    field("connector_id", 32),
    field("extra", 32),
    field("created_at", 32),
    field("updated_at", 32),
    field("links", 32),
];

/// What a list of connectors shows unless told otherwise.
pub const CONNECTOR_SUMMARY: &[&str] = &["uuid", "node_uuid", "type", "connector_id"];

/// Every field of a target and since when it exists.
pub const TARGET_FIELDS: &[Field] = &[
    field("uuid", 32),
    field("node_uuid", 32),
    field("volume_type", 32),
    field("volume_id", 32),
    field("boot_index", 32),
    field("properties", 32),
    field("extra", 32),
    field("created_at", 32),
    field("updated_at", 32),
    field("links", 32),
];

/// What a list of targets shows unless told otherwise.
pub const TARGET_SUMMARY: &[&str] = &[
    "uuid",
    "node_uuid",
    "volume_type",
    "boot_index",
    "volume_id",
];
