//! Schemas of documents: names and microversions from the tables of fields, types by the field's name. A field whose type is not known
//! here may be anything, which is said by an empty schema.

use crate::member::{Kind, Member, knows};
use api_types::field::Field;
use serde_json::{Map, Value, json};

/// Fields that are objects.
const OBJECTS: &[&str] = &[
    "clean_step",
    "deploy_step",
    "driver_info",
    "driver_internal_info",
    "extra",
    "health",
    "instance_info",
    "internal_info",
    "local_link_connection",
    "network_data",
    "properties",
    "raid_config",
    "service_step",
    "target_raid_config",
];
/// Fields that are lists of links.
const LINKS: &[&str] = &["links", "nodes", "portgroups", "ports", "states", "volume"];
/// Fields that are lists.
const LISTS: &[&str] = &[
    "actions",
    "candidate_nodes",
    "conditions",
    "drivers",
    "steps",
    "traits",
];
/// Fields that are true or false.
const FLAGS: &[&str] = &[
    "alive",
    "automated_clean",
    "available_for_dynamic_portgroup",
    "console_enabled",
    "disable_power_off",
    "disable_ramdisk",
    "dynamic_portgroup",
    "is_smartnic",
    "maintenance",
    "protected",
    "public",
    "pxe_enabled",
    "read_only",
    "reset_required",
    "retired",
    "secure_boot",
    "sensitive",
    "standalone_ports_supported",
    "unique",
];
/// Fields that are whole numbers.
const NUMBERS: &[&str] = &[
    "boot_index",
    "duration_seconds",
    "lower_bound",
    "max_length",
    "min_length",
    "priority",
    "upper_bound",
];
/// Fields that are texts, beside those whose names end in a way that tells.
const TEXTS: &[&str] = &[
    "address",
    "attribute_type",
    "boot_mode",
    "category",
    "component",
    "conductor",
    "conductor_group",
    "connector_id",
    "current_version",
    "description",
    "driver",
    "event",
    "event_type",
    "fault",
    "hostname",
    "initial_version",
    "instance_name",
    "instance_uuid",
    "last_error",
    "last_version_flashed",
    "lessee",
    "maintenance_reason",
    "mode",
    "model",
    "name",
    "owner",
    "parent_node",
    "phase",
    "physical_network",
    "power_state",
    "project",
    "protected_reason",
    "provision_state",
    "reservation",
    "resource_class",
    "retired_reason",
    "serial_number",
    "severity",
    "shard",
    "state",
    "target_power_state",
    "target_provision_state",
    "type",
    "user",
    "value",
    "vendor",
    "volume_id",
    "volume_type",
];

/// A schema by its name.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The schema of a document; only of the fields named, where some are.
pub(super) fn fields(table: &[Field], only: Option<&Vec<&'static str>>) -> Value {
    let wanted = |field: &&Field| only.is_none_or(|only| only.contains(&field.name));
    let properties: Map<String, Value> = table
        .iter()
        .filter(wanted)
        .map(|field| (field.name.to_owned(), property(field)))
        .collect();
    json!({"type": "object", "properties": properties})
}

/// The schema of a new document: the fields that a client may write, and what more is known of them.
pub(super) fn created(table: &[Field], written: &Vec<&'static str>, known: &[Member]) -> Value {
    let mut schema = fields(table, Some(written));
    for known in known {
        let since = &schema["properties"][known.name]["x-since"];
        let mut property = member(known)["schema"].take();
        property["x-since"] = since.clone();
        schema["properties"][known.name] = property;
    }
    let required: Vec<&str> = required(known);
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema["additionalProperties"] = false.into();
    schema
}

fn required(members: &[Member]) -> Vec<&'static str> {
    let required = members.iter().filter(|member| member.required);
    required.map(|member| member.name).collect()
}

/// The schema of a body with these members; `*` among them stands for whatever else there may be.
pub(super) fn members(members: &[Member]) -> Value {
    let named = members.iter().filter(|member| member.name != "*");
    let properties: Map<String, Value> = named
        .map(|known| {
            let mut described = member(known);
            let mut property = described["schema"].take();
            if let Value::Object(property) = &mut property
                && known.since > 1
            {
                property.insert("x-since".to_owned(), described["x-since"].take());
            }
            (known.name.to_owned(), property)
        })
        .collect();
    let open = knows(members, "*");
    let mut schema =
        json!({"type": "object", "properties": properties, "additionalProperties": open});
    let required = required(members);
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// A member: its schema and since when it exists.
pub(super) fn member(member: &Member) -> Value {
    let schema = match member.kind {
        Kind::Text => json!({"type": "string"}),
        Kind::Word(words) => json!({"enum": words}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Integer => json!({"type": "integer"}),
        Kind::Digits => json!({"anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": "^[0-9]+$"},
        ]}),
        Kind::IntegerOr(word) => {
            json!({"anyOf": [{"type": "integer", "minimum": 0}, {"const": word}]})
        }
        Kind::Object => json!({"type": "object"}),
        Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Words(words) => json!({"type": "array", "items": {"enum": words}}),
        Kind::Items(inner) => json!({"type": "array", "items": members(inner)}),
        Kind::List => json!({"type": "array"}),
        Kind::TextOrObject => json!({"type": ["string", "object"]}),
        Kind::ListOrObject => json!({"type": ["array", "object"]}),
        Kind::Anything => json!({}),
    };
    json!({"schema": schema, "x-since": format!("1.{}", member.since)})
}

fn property(field: &Field) -> Value {
    let mut schema = kind(field.name);
    if let Value::Object(schema) = &mut schema {
        schema.insert("x-since".to_owned(), format!("1.{}", field.since).into());
    }
    schema
}

fn kind(name: &str) -> Value {
    let among = |names: &[&str]| names.contains(&name);
    match name {
        _ if among(OBJECTS) => json!({"type": ["object", "null"]}),
        _ if among(LINKS) => json!({"type": "array", "items": reference("Link")}),
        _ if among(LISTS) => json!({"type": ["array", "null"]}),
        _ if among(FLAGS) => json!({"type": ["boolean", "null"]}),
        _ if among(NUMBERS) => json!({"type": ["integer", "null"]}),
        _ if among(TEXTS) || name.ends_with("_interface") => json!({"type": ["string", "null"]}),
        _ if name.ends_with("_at") => json!({"type": ["string", "null"], "format": "date-time"}),
        _ if name == "uuid" || name.ends_with("_uuid") => {
            json!({"type": ["string", "null"], "format": "uuid"})
        }
        _ => json!({}),
    }
}

/// Schemas that no table describes.
pub(super) fn common() -> Map<String, Value> {
    let text = || json!({"type": "string"});
    let operation = json!({
        "type": "object",
        "required": ["op", "path"],
        "additionalProperties": false,
        "properties": {"op": {"enum": ["add", "replace", "remove"]}, "path": text(), "value": {}},
    });
    let error = json!({
        "type": "object",
        "properties": {"error_message": {
            "type": "string",
            "description": "JSON in a string: an object with faultstring (or description).",
        }},
    });
    let link =
        json!({"type": "object", "properties": {"href": text(), "rel": text(), "type": text()}});
    Map::from_iter([
        ("Error".to_owned(), error),
        ("Link".to_owned(), link),
        (
            "Patch".to_owned(),
            json!({"type": "array", "minItems": 1, "items": operation}),
        ),
    ])
}
