//! The chassis document.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 1),
    field("description", 1),
    field("extra", 1),
    field("nodes", 1),
    field("created_at", 1),
    field("updated_at", 1),
    field("links", 1),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["uuid", "description"];
