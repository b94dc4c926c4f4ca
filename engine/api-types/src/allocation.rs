//! The allocation document.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 52),
    field("name", 52),
    field("node_uuid", 52),
    field("state", 52),
    field("last_error", 52),
    field("resource_class", 52),
    field("candidate_nodes", 52),
    field("traits", 52),
    field("owner", 60),
    field("extra", 52),
    field("created_at", 52),
    field("updated_at", 52),
    field("links", 52),
];

/// What a list shows unless told otherwise: everything.
pub const SUMMARY: &[&str] = &[
    "uuid",
    "name",
    "node_uuid",
    "state",
    "last_error",
    "resource_class",
    "candidate_nodes",
    "traits",
    "owner",
    "extra",
    "created_at",
    "updated_at",
];
