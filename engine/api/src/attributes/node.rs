//! The node's writable attributes.

use super::Write::{Always, Create, Patch};
use super::{Attribute, network_data, value};
use model::{Guarded, InterfaceKind, Node, Object};
use serde_json::{Value, json};

type Row = Attribute<Node>;

macro_rules! text {
    ($field:ident, $most:literal) => {
        Row {
            name: stringify!($field),
            write: Always,
            read: |node| json!(node.$field),
            set: |node, given| {
                node.$field = value::text(given, $most)?;
                Ok(())
            },
        }
    };
}

macro_rules! flag {
    ($field:ident, $write:expr) => {
        Row {
            name: stringify!($field),
            write: $write,
            read: |node| json!(node.$field),
            set: |node, given| {
                node.$field = value::flag(&given, false)?;
                Ok(())
            },
        }
    };
}

macro_rules! guarded {
    ($field:ident) => {
        Row {
            name: stringify!($field),
            write: Always,
            read: |node| Value::Object(node.$field.expose().clone()),
            set: |node, given| {
                node.$field = Guarded::new(value::object(given)?);
                Ok(())
            },
        }
    };
}

macro_rules! interface {
    ($name:literal, $kind:ident) => {
        Row {
            name: $name,
            write: Always,
            read: |node| json!(node.interfaces.get(&InterfaceKind::$kind)),
            set: |node, given| set_interface(node, InterfaceKind::$kind, given),
        }
    };
}

/// Every writable attribute.
pub(crate) const TABLE: &[Row] = &[
    Row {
        name: "uuid",
        write: Create,
        read: |node| json!(node.uuid),
        set: set_uuid,
    },
    Row {
        name: "name",
        write: Always,
        read: |node| json!(node.name),
        set: set_name,
    },
    Row {
        name: "driver",
        write: Always,
        read: |node| json!(node.driver),
        set: set_driver,
    },
    guarded!(driver_info),
    guarded!(instance_info),
    Row {
        name: "properties",
        write: Always,
        read: |node| Value::Object(node.properties.clone()),
        set: set_properties,
    },
    Row {
        name: "extra",
        write: Always,
        read: |node| Value::Object(node.extra.clone()),
        set: |node, given| {
            node.extra = value::object(given)?;
            Ok(())
        },
    },
    Row {
        name: "network_data",
        write: Always,
        read: |node| Value::Object(node.network_data.clone()),
        set: set_network_data,
    },
    Row {
        name: "chassis_uuid",
        write: Always,
        read: |node| json!(node.chassis),
        set: set_chassis,
    },
    Row {
        name: "instance_uuid",
        write: Always,
        read: |node| json!(node.instance_uuid),
        set: |node, given| {
            node.instance_uuid = value::uuid(given)?.map(|uuid| uuid.to_string());
            Ok(())
        },
    },
    Row {
        name: "instance_name",
        write: Always,
        read: |node| json!(node.instance_name),
        set: |node, given| {
            let name = value::text(given, 255)?;
            if name.as_deref() == Some("") {
                return Err("it is null or has at least one character".to_owned());
            }
            node.instance_name = name;
            Ok(())
        },
    },
    text!(resource_class, 80),
    Row {
        name: "conductor_group",
        write: Always,
        read: |node| json!(node.conductor_group),
        set: set_conductor_group,
    },
    text!(shard, 255),
    Row {
        name: "parent_node",
        write: Always,
        read: |node| json!(node.parent_node),
        set: set_parent,
    },
    text!(owner, 255),
    text!(lessee, 255),
    text!(description, 4096),
    Row {
        name: "automated_clean",
        write: Always,
        read: |node| json!(node.automated_clean),
        set: |node, given| {
            node.automated_clean = value::maybe_flag(&given)?;
            Ok(())
        },
    },
    flag!(disable_power_off, Always),
    flag!(protected, Patch),
    Row {
        name: "protected_reason",
        write: Patch,
        read: |node| json!(node.protected_reason),
        set: |node, given| {
            node.protected_reason = value::text(given, 4096)?;
            Ok(())
        },
    },
    flag!(retired, Always),
    text!(retired_reason, 4096),
    Row {
        name: "maintenance",
        write: Always,
        read: |node| json!(node.maintenance),
        set: set_maintenance,
    },
    // Read from the machine; until then, what a node is enrolled with.
    Row {
        name: "boot_mode",
        write: Create,
        read: |node| json!(node.boot_mode),
        set: |node, given| {
            node.boot_mode = value::text(given, 16)?;
            Ok(())
        },
    },
    Row {
        name: "secure_boot",
        write: Create,
        read: |node| json!(node.secure_boot),
        set: |node, given| {
            node.secure_boot = value::maybe_flag(&given)?;
            Ok(())
        },
    },
    flag!(console_enabled, Create),
    interface!("bios_interface", Bios),
    interface!("boot_interface", Boot),
    interface!("console_interface", Console),
    interface!("deploy_interface", Deploy),
    interface!("firmware_interface", Firmware),
    interface!("inspect_interface", Inspect),
    interface!("management_interface", Management),
    interface!("network_interface", Network),
    interface!("power_interface", Power),
    interface!("raid_interface", Raid),
    interface!("rescue_interface", Rescue),
    interface!("storage_interface", Storage),
    interface!("vendor_interface", Vendor),
];

/// What one attribute means for another. Called once after POST and PATCH; `old` is the node before.
pub(crate) fn settle(old: Option<&Node>, node: &mut Node) -> Result<(), String> {
    if !node.protected && old.is_some_and(|old| old.protected) {
        node.protected_reason = None;
    }
    if !node.retired && old.is_some_and(|old| old.retired) {
        node.retired_reason = None;
    }
    // An empty reason is none.
    let says = |reason: &Option<String>| reason.as_ref().is_some_and(|text| !text.is_empty());
    if says(&node.protected_reason) && !node.protected {
        return Err("The protected_reason field can only be set when protected is True".to_owned());
    }
    // A node may be enrolled with a reason alone.
    let reason_given = old.is_some_and(|old| old.retired_reason != node.retired_reason);
    if reason_given && says(&node.retired_reason) && !node.retired {
        return Err("The retired_reason field can only be set when retired is True".to_owned());
    }
    // A client that knows only the older place of the name.
    if node.instance_name.is_none()
        && old.is_some_and(|old| old.instance_info != node.instance_info)
    {
        let shown = node.instance_info.text("display_name");
        node.instance_name = shown.map(|name| name.chars().take(255).collect());
    }
    Ok(())
}

/// The empty text is no name.
fn set_name(node: &mut Node, given: Value) -> Result<(), String> {
    if given == "" {
        return Err("a name has at least one character".to_owned());
    }
    node.name = value::name(given)?;
    Ok(())
}

fn set_uuid(node: &mut Node, given: Value) -> Result<(), String> {
    if let Some(uuid) = value::uuid(given)? {
        node.uuid = uuid;
    }
    Ok(())
}

fn set_driver(node: &mut Node, given: Value) -> Result<(), String> {
    match value::text(given, 255)?.filter(|driver| !driver.is_empty()) {
        Some(driver) => {
            node.driver = driver;
            Ok(())
        }
        None => Err("a node has a driver".to_owned()),
    }
}

fn set_properties(node: &mut Node, given: Value) -> Result<(), String> {
    let properties = value::object(given)?;
    for key in ["memory_mb", "local_gb"] {
        let fits = properties.get(key).is_none_or(is_size);
        if !fits {
            return Err(format!("{key} must be a non-negative integer"));
        }
    }
    node.properties = properties;
    Ok(())
}

/// A size: nothing, or what has a whole part that is not below zero.
fn is_size(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => number.as_f64().is_some_and(|size| size > -1.0),
        Value::String(text) => text.trim().parse::<u64>().is_ok(),
        Value::Array(_) | Value::Object(_) => false,
    }
}

fn set_network_data(node: &mut Node, given: Value) -> Result<(), String> {
    let data: Object = value::object(given)?;
    network_data::check(&data)?;
    node.network_data = data;
    Ok(())
}

/// Whether the chassis exists was looked up before.
fn set_chassis(node: &mut Node, given: Value) -> Result<(), String> {
    node.chassis = value::uuid(given)?;
    Ok(())
}

fn set_conductor_group(node: &mut Node, given: Value) -> Result<(), String> {
    let group = value::text(given, 255)?.unwrap_or_default().to_lowercase();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !group.chars().all(allowed) {
        return Err(
            "no conductor serves such a group with any driver: it has letters, digits, '-', '_' and '.'"
                .to_owned(),
        );
    }
    node.conductor_group = group;
    Ok(())
}

/// A name was turned into its UUID before.
fn set_parent(node: &mut Node, given: Value) -> Result<(), String> {
    let parent = value::uuid(given)?;
    if parent == Some(node.uuid) {
        return Err("a node cannot be its own parent".to_owned());
    }
    node.parent_node = parent;
    Ok(())
}

fn set_maintenance(node: &mut Node, given: Value) -> Result<(), String> {
    node.maintenance = value::flag(&given, false)?;
    if !node.maintenance {
        node.maintenance_reason = None;
        node.fault = None;
    }
    Ok(())
}

/// Null takes the choice away: the engine fills in the default.
fn set_interface(node: &mut Node, kind: InterfaceKind, given: Value) -> Result<(), String> {
    match value::text(given, 255)? {
        Some(name) => node.interfaces.insert(kind, name),
        None => node.interfaces.remove(&kind),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_types::field::since;

    #[test]
    fn every_attribute_is_a_field_of_the_document() {
        for row in TABLE {
            assert!(
                since(api_types::node::FIELDS, row.name).is_some(),
                "{}",
                row.name
            );
        }
    }
}
