//! The chassis' writable attributes.

use super::Write::{Always, Create};
use super::{Attribute, value};
use model::Chassis;
use serde_json::{Value, json};

/// Every writable attribute.
pub(crate) const TABLE: &[Attribute<Chassis>] = &[
    Attribute {
        name: "uuid",
        write: Create,
        read: |chassis| json!(chassis.uuid),
        set: |chassis, given| {
            chassis.uuid = value::uuid(given)?.unwrap_or(chassis.uuid);
            Ok(())
        },
    },
    Attribute {
        name: "description",
        write: Always,
        read: |chassis| json!(chassis.description),
        set: |chassis, given| {
            chassis.description = value::text(given, 255)?;
            Ok(())
        },
    },
    Attribute {
        name: "extra",
        write: Always,
        read: |chassis| Value::Object(chassis.extra.clone()),
        set: |chassis, given| {
            chassis.extra = value::object(given)?;
            Ok(())
        },
    },
];
