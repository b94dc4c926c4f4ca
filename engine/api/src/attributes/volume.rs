//! The writable attributes of volume connectors and volume targets.

use super::Write::{Always, Create};
use super::{Attribute, value};
use model::{Guarded, VolumeConnector, VolumeTarget};
use serde_json::{Value, json};

macro_rules! uuid {
    () => {
        Attribute {
            name: "uuid",
            write: Create,
            read: |volume| json!(volume.uuid),
            set: |volume, given| {
                volume.uuid = value::uuid(given)?.unwrap_or(volume.uuid);
                Ok(())
            },
        }
    };
}

macro_rules! node {
    () => {
        Attribute {
            name: "node_uuid",
            write: Always,
            read: |volume| json!(volume.node_uuid),
            set: |volume, given| {
                let node = value::uuid(given)?;
                volume.node_uuid = node.ok_or("it belongs to a node")?;
                Ok(())
            },
        }
    };
}

macro_rules! text {
    ($name:literal, $field:ident, $most:literal) => {
        Attribute {
            name: $name,
            write: Always,
            read: |volume| json!(volume.$field),
            set: |volume, given| {
                let text = value::text(given, $most)?;
                volume.$field = text.ok_or("a text is expected")?;
                Ok(())
            },
        }
    };
}

macro_rules! extra {
    () => {
        Attribute {
            name: "extra",
            write: Always,
            read: |volume| Value::Object(volume.extra.clone()),
            set: |volume, given| {
                volume.extra = value::object(given)?;
                Ok(())
            },
        }
    };
}

/// Every writable attribute of a connector.
pub(crate) const CONNECTOR: &[Attribute<VolumeConnector>] = &[
    uuid!(),
    node!(),
    text!("type", kind, 32),
    text!("connector_id", connector_id, 255),
    extra!(),
];

/// Every writable attribute of a target.
pub(crate) const TARGET: &[Attribute<VolumeTarget>] = &[
    uuid!(),
    node!(),
    text!("volume_type", volume_type, 64),
    text!("volume_id", volume_id, 255),
    Attribute {
        name: "boot_index",
        write: Always,
        read: |target| json!(target.boot_index),
        set: |target, given| {
            target.boot_index = given.as_i64().ok_or("an integer is expected")?;
            Ok(())
        },
    },
    Attribute {
        name: "properties",
        write: Always,
        read: |target| Value::Object(target.properties.expose().clone()),
        set: |target, given| {
            target.properties = Guarded::new(value::object(given)?);
            Ok(())
        },
    },
    extra!(),
];
