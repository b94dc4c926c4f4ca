//! What rules may write of a node, and what they may read of it. States, power and maintenance are the engine's; secrets are masked where
//! a field is filled in.

use model::{Guarded, InterfaceKind, Node, Object, trait_name};
use serde_json::{Value, json};

/// An object in a node may grow to so many bytes of JSON.
const LARGEST: usize = 1 << 20;

/// An attribute that rules may write.
pub(super) struct Attribute {
    pub name: &'static str,
    pub read: fn(&Node) -> Value,
    /// Null is its default.
    pub write: fn(&mut Node, Value) -> Result<(), String>,
}

macro_rules! text {
    ($field:ident, $most:literal) => {
        Attribute {
            name: stringify!($field),
            read: |node| json!(node.$field),
            write: |node, given| {
                node.$field = text(given, $most)?;
                Ok(())
            },
        }
    };
}

macro_rules! object {
    ($field:ident) => {
        Attribute {
            name: stringify!($field),
            read: |node| Value::Object(node.$field.clone()),
            write: |node, given| {
                node.$field = object(given)?;
                Ok(())
            },
        }
    };
}

macro_rules! guarded {
    ($field:ident) => {
        Attribute {
            name: stringify!($field),
            read: |node| Value::Object(node.$field.expose().clone()),
            write: |node, given| {
                node.$field = Guarded::new(object(given)?);
                Ok(())
            },
        }
    };
}

macro_rules! interface {
    ($name:literal, $kind:ident) => {
        Attribute {
            name: $name,
            read: |node| json!(node.interfaces.get(&InterfaceKind::$kind)),
            write: |node, given| {
                match text(given, 255)? {
                    Some(name) => node.interfaces.insert(InterfaceKind::$kind, name),
                    None => node.interfaces.remove(&InterfaceKind::$kind),
                };
                Ok(())
            },
        }
    };
}

const ATTRIBUTES: &[Attribute] = &[
    Attribute {
        name: "name",
        read: |node| json!(node.name),
        write: |node, given| {
            node.name = name(given)?;
            Ok(())
        },
    },
    Attribute {
        name: "driver",
        read: |node| json!(node.driver),
        write: |node, given| {
            node.driver = text(given, 255)?.ok_or("a node has a driver")?;
            Ok(())
        },
    },
    guarded!(driver_info),
    guarded!(instance_info),
    object!(properties),
    object!(extra),
    object!(network_data),
    text!(description, 4096),
    text!(resource_class, 80),
    text!(shard, 255),
    text!(owner, 255),
    text!(lessee, 255),
    text!(instance_name, 255),
    Attribute {
        name: "conductor_group",
        read: |node| json!(node.conductor_group),
        write: |node, given| {
            node.conductor_group = text(given, 255)?.unwrap_or_default().to_lowercase();
            Ok(())
        },
    },
    Attribute {
        name: "automated_clean",
        read: |node| json!(node.automated_clean),
        write: |node, given| {
            node.automated_clean = flag(&given)?;
            Ok(())
        },
    },
    Attribute {
        name: "disable_power_off",
        read: |node| json!(node.disable_power_off),
        write: |node, given| {
            node.disable_power_off = flag(&given)?.unwrap_or(false);
            Ok(())
        },
    },
    Attribute {
        name: "traits",
        read: |node| json!(node.traits),
        write: |node, given| {
            node.traits = traits(given)?;
            Ok(())
        },
    },
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

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Attribute> {
    ATTRIBUTES.iter()
}

/// The attribute of that name.
pub(super) fn find(name: &str) -> Result<&'static Attribute, String> {
    let found = ATTRIBUTES.iter().find(|attribute| attribute.name == name);
    found.ok_or_else(|| {
        format!(
            "a rule cannot change a node's '{}'",
            name.chars().take(80).collect::<String>()
        )
    })
}

/// The node as fields read it.
pub(super) fn shown(node: &Node) -> Value {
    let mut all: Object = ATTRIBUTES
        .iter()
        .map(|attribute| (attribute.name.to_owned(), (attribute.read)(node)))
        .collect();
    let others = json!({
        "uuid": node.uuid,
        "chassis_uuid": node.chassis,
        "instance_uuid": node.instance_uuid,
        "allocation_uuid": node.allocation,
        "parent_node": node.parent_node,
        "provision_state": node.provision_state.as_str(),
        "target_provision_state": node.target_provision_state.map(|state| state.as_str()),
        "power_state": node.power_state.map(|state| state.to_string()),
        "boot_mode": node.boot_mode,
        "secure_boot": node.secure_boot,
        "maintenance": node.maintenance,
        "maintenance_reason": node.maintenance_reason,
        "protected": node.protected,
        "retired": node.retired,
        "retired_reason": node.retired_reason,
        "fault": node.fault.map(|fault| fault.as_str()),
        "last_error": node.last_error,
        "raid_config": node.raid_config,
        "target_raid_config": node.target_raid_config,
        "health": node.health,
    });
    if let Value::Object(others) = others {
        all.extend(others);
    }
    Value::Object(all)
}

/// A text of at most `most` characters; null and the empty one are none.
pub(super) fn text(given: Value, most: usize) -> Result<Option<String>, String> {
    match given {
        Value::Null => Ok(None),
        Value::String(text) if text.chars().count() <= most => {
            Ok(Some(text).filter(|text| !text.is_empty()))
        }
        Value::String(_) => Err(format!("at most {most} characters are allowed")),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err("a text or null is expected".to_owned())
        }
    }
}

/// A boolean, also written as text; null is none.
pub(super) fn flag(given: &Value) -> Result<Option<bool>, String> {
    match given {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Some(true)),
            "false" | "no" | "off" | "0" => Ok(Some(false)),
            _ => Err("a boolean is expected".to_owned()),
        },
        Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err("a boolean is expected".to_owned())
        }
    }
}

/// An object of bounded size; null is the empty one.
pub(super) fn object(given: Value) -> Result<Object, String> {
    if given.to_string().len() > LARGEST {
        return Err(format!("at most {LARGEST} bytes are allowed"));
    }
    match given {
        Value::Null => Ok(Object::new()),
        Value::Object(object) => Ok(object),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err("an object is expected".to_owned())
        }
    }
}

fn name(given: Value) -> Result<Option<String>, String> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    match text(given, 255)? {
        Some(name) if !name.bytes().all(allowed) => {
            Err("a name has only A-Z a-z 0-9 - . _ ~".to_owned())
        }
        name => Ok(name),
    }
}

fn traits(given: Value) -> Result<Vec<String>, String> {
    let Value::Array(list) = given else {
        return Err("a list of traits is expected".to_owned());
    };
    if list.len() > trait_name::MOST {
        return Err(format!("a node has at most {} traits", trait_name::MOST));
    }
    let one = |item: Value| match item {
        Value::String(name) if trait_name::is_trait(&name) => Ok(name),
        _ => Err(trait_name::EXPECTED.to_owned()),
    };
    list.into_iter().map(one).collect()
}
