//! The allocation's writable attributes.

use super::Write::{Always, Create};
use super::{Attribute, value};
use crate::ident;
use model::Allocation;
use serde_json::{Value, json};
use uuid::Uuid;

type Row = Attribute<Allocation>;

/// Every writable attribute.
pub(crate) const TABLE: &[Row] = &[
    Row {
        name: "uuid",
        write: Create,
        read: |allocation| json!(allocation.uuid),
        set: |allocation, given| {
            allocation.uuid = value::uuid(given)?.unwrap_or(allocation.uuid);
            Ok(())
        },
    },
    Row {
        name: "name",
        write: Always,
        read: |allocation| json!(allocation.name),
        set: |allocation, given| {
            allocation.name = value::plain_name(given)?;
            Ok(())
        },
    },
    Row {
        name: "resource_class",
        write: Create,
        read: |allocation| json!(allocation.resource_class),
        set: |allocation, given| {
            let class = value::text(given, 80)?;
            allocation.resource_class = class.filter(|class| !class.is_empty());
            Ok(())
        },
    },
    Row {
        name: "candidate_nodes",
        write: Create,
        read: |allocation| json!(allocation.candidate_nodes),
        set: |allocation, given| {
            allocation.candidate_nodes = candidates(given)?;
            Ok(())
        },
    },
    Row {
        name: "traits",
        write: Create,
        read: |allocation| json!(allocation.traits),
        set: |allocation, given| {
            allocation.traits = trait_names(given)?;
            Ok(())
        },
    },
    Row {
        name: "owner",
        write: Create,
        read: |allocation| json!(allocation.owner),
        set: |allocation, given| {
            let owner = value::text(given, 255)?;
            allocation.owner = owner.filter(|owner| !owner.is_empty());
            Ok(())
        },
    },
    Row {
        name: "extra",
        write: Always,
        read: |allocation| Value::Object(allocation.extra.clone()),
        set: |allocation, given| {
            allocation.extra = value::object(given)?;
            Ok(())
        },
    },
];

fn items(given: Value) -> Result<Vec<Value>, String> {
    match given {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => Ok(items),
        _ => Err("a list is expected".to_owned()),
    }
}

/// Names were turned into UUIDs before.
fn candidates(given: Value) -> Result<Vec<Uuid>, String> {
    let uuid = |item: &Value| item.as_str().and_then(ident::uuid);
    let found = items(given)?;
    let found = found.iter().map(uuid).collect::<Option<_>>();
    found.ok_or_else(|| "names and UUIDs of nodes are expected".to_owned())
}

fn trait_names(given: Value) -> Result<Vec<String>, String> {
    let list = items(given)?;
    list.into_iter().map(value::trait_name).collect()
}
