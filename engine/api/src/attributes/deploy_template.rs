//! The deploy template's writable attributes.

use super::Write::{Always, Create};
use super::{Attribute, step, value};
use model::DeployTemplate;
use serde_json::{Value, json};

/// Every writable attribute.
pub(crate) const TABLE: &[Attribute<DeployTemplate>] = &[
    Attribute {
        name: "uuid",
        write: Create,
        read: |template| json!(template.uuid),
        set: |template, given| {
            template.uuid = value::uuid(given)?.unwrap_or(template.uuid);
            Ok(())
        },
    },
    Attribute {
        name: "name",
        write: Always,
        read: |template| json!(template.name),
        set: |template, given| {
            template.name = value::trait_name(given)?;
            Ok(())
        },
    },
    Attribute {
        name: "description",
        write: Always,
        read: |template| json!(template.description),
        set: |template, given| {
            template.description = value::text(given, 255)?;
            Ok(())
        },
    },
    Attribute {
        name: "steps",
        write: Always,
        read: |template| json!(template.steps),
        set: |template, given| {
            template.steps = step::of_template(given)?;
            Ok(())
        },
    },
    Attribute {
        name: "extra",
        write: Always,
        read: |template| Value::Object(template.extra.clone()),
        set: |template, given| {
            template.extra = value::object(given)?;
            Ok(())
        },
    },
];
