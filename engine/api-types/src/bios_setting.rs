//! The document of a BIOS setting.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("name", 40),
    field("value", 40),
    field("created_at", 40),
    field("updated_at", 40),
    field("links", 40),
    field("attribute_type", 74),
    field("allowable_values", 74),
    field("lower_bound", 74),
    field("upper_bound", 74),
    field("min_length", 74),
    field("max_length", 74),
    field("read_only", 74),
    field("reset_required", 74),
    field("unique", 74),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["name", "value", "created_at", "updated_at"];
