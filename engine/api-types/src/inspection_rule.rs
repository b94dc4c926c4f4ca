//! The inspection rule's document.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 96),
    field("description", 96),
    field("priority", 96),
    field("sensitive", 96),
    field("phase", 96),
    field("conditions", 96),
    field("actions", 96),
    field("created_at", 96),
    field("updated_at", 96),
    field("links", 96),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["uuid", "priority", "phase", "description"];
