//! The runbook's writable attributes. Its traits have paths of their own.

use super::Write::{Always, Create};
use super::{Attribute, step, value};
use crate::ident;
use model::Runbook;
use serde_json::{Value, json};

type Row = Attribute<Runbook>;

macro_rules! flag {
    ($field:ident) => {
        Row {
            name: stringify!($field),
            write: Always,
            read: |runbook| json!(runbook.$field),
            set: |runbook, given| {
                runbook.$field = strict_flag(&given)?;
                Ok(())
            },
        }
    };
}

macro_rules! text {
    ($field:ident) => {
        Row {
            name: stringify!($field),
            write: Always,
            read: |runbook| json!(runbook.$field),
            set: |runbook, given| {
                runbook.$field = value::text(given, 255)?;
                Ok(())
            },
        }
    };
}

/// Every writable attribute.
pub(crate) const TABLE: &[Row] = &[
    Row {
        name: "uuid",
        write: Create,
        read: |runbook| json!(runbook.uuid),
        set: |runbook, given| {
            runbook.uuid = value::uuid(given)?.unwrap_or(runbook.uuid);
            Ok(())
        },
    },
    Row {
        name: "name",
        write: Always,
        read: |runbook| json!(runbook.name),
        set: |runbook, given| {
            runbook.name = name(given)?;
            Ok(())
        },
    },
    Row {
        name: "steps",
        write: Always,
        read: |runbook| json!(runbook.steps),
        set: |runbook, given| {
            runbook.steps = step::of_runbook(given)?;
            Ok(())
        },
    },
    flag!(disable_ramdisk),
    Row {
        name: "extra",
        write: Always,
        read: |runbook| Value::Object(runbook.extra.clone()),
        set: |runbook, given| {
            runbook.extra = value::object(given)?;
            Ok(())
        },
    },
    flag!(public),
    text!(owner),
    text!(description),
];

/// Any name that a path can carry. One that looks like an id could never be found by it.
fn name(given: Value) -> Result<String, String> {
    let fits = |name: &String| ident::is_plain_name(name) && ident::uuid(name).is_none();
    match given {
        Value::String(name) if fits(&name) => Ok(name),
        _ => Err("a name has 1 to 255 of the characters A-Z a-z 0-9 - . _ ~ and is no UUID".into()),
    }
}

/// A JSON boolean and none of Ironic's words for one; null is false.
fn strict_flag(given: &Value) -> Result<bool, String> {
    match given {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        _ => Err("a boolean is expected".to_owned()),
    }
}
