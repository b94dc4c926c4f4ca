//! The runbook's document.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 92),
    field("name", 92),
    field("steps", 92),
    field("disable_ramdisk", 92),
    field("extra", 92),
    field("public", 92),
    field("owner", 92),
    field("created_at", 92),
    field("updated_at", 92),
    field("links", 92),
    field("description", 112),
    field("traits", 112),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["uuid", "name"];
