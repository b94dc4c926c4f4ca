//! The deploy template's document. Ironic takes a description and never shows it; here it is shown.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 55),
    field("name", 55),
    field("description", 55),
    field("steps", 55),
    field("extra", 55),
    field("created_at", 55),
    field("updated_at", 55),
    field("links", 55),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["uuid", "name"];
