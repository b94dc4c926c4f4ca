//! A row of Ironic's table `nodes` as a node. Pure: it asks nobody and stores nothing.

use super::hardware;
use super::report::Note;
use super::row::{Misfit, Row, misfit};
use super::states;
use conductor::hardware::Catalogue;
use model::{Fault, Guarded, InterfaceKind, Node, Object, PowerState, ProvisionState, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The columns that are read, and those that are known and left: `version`, the engine's own notes and its running steps.
pub const COLUMNS: &[&str] = &[
    "id",
    "uuid",
    "instance_uuid",
    "instance_name",
    "name",
    "chassis_id",
    "power_state",
    "target_power_state",
    "provision_state",
    "target_provision_state",
    "provision_updated_at",
    "last_error",
    "instance_info",
    "properties",
    "driver",
    "driver_info",
    "driver_internal_info",
    "clean_step",
    "deploy_step",
    "service_step",
    "resource_class",
    "raid_config",
    "target_raid_config",
    "reservation",
    "conductor_affinity",
    "conductor_group",
    "maintenance",
    "maintenance_reason",
    "fault",
    "console_enabled",
    "inspection_finished_at",
    "inspection_started_at",
    "extra",
    "automated_clean",
    "protected",
    "protected_reason",
    "owner",
    "lessee",
    "allocation_id",
    "description",
    "bios_interface",
    "boot_interface",
    "console_interface",
    "deploy_interface",
    "firmware_interface",
    "inspect_interface",
    "management_interface",
    "network_interface",
    "raid_interface",
    "rescue_interface",
    "retired",
    "retired_reason",
    "network_data",
    "storage_interface",
    "power_interface",
    "vendor_interface",
    "boot_mode",
    "secure_boot",
    "shard",
    "parent_node",
    "disable_power_off",
    "health",
    "version",
    "created_at",
    "updated_at",
];

/// What a node's row refers to.
pub struct Surroundings<'a> {
    /// What works here.
    pub catalogue: &'a Catalogue,
    /// UUIDs of chassis by their numbers.
    pub chassis: &'a BTreeMap<i64, Uuid>,
    /// UUIDs of allocations by their numbers.
    pub allocations: &'a BTreeMap<i64, Uuid>,
    /// The time of the import.
    pub now: Timestamp,
}

/// A node as it would be stored.
pub struct NodeDraft {
    /// The node.
    pub node: Node,
    /// Its config drive, as it goes into the table of large values.
    pub config_drive: Option<Vec<u8>>,
    /// What was changed, and what to look at.
    pub notes: Vec<Note>,
}

/// Translates a row.
///
/// # Errors
/// When a column does not hold what it should: then the node cannot be taken.
pub fn translate(row: &Row, around: &Surroundings<'_>) -> Result<NodeDraft, Misfit> {
    let mut notes = Vec::new();
    let created = row.time("created_at")?.unwrap_or(around.now);
    let mut node = Node::new(
        row.required_uuid("uuid")?,
        &row.required_text("driver")?,
        created,
    );
    describe(&mut node, row, around)?;
    documents(&mut node, row)?;
    let config_drive = take_config_drive(&mut node)?;
    ownership(&mut node, row)?;
    condition(&mut node, row, &mut notes)?;
    provision(&mut node, row, around.now, &mut notes)?;
    for kind in InterfaceKind::ALL {
        let column = format!("{}_interface", kind.as_str());
        if let Some(name) = row.text(&column)?.filter(|name| !name.is_empty()) {
            node.interfaces.insert(*kind, name);
        }
    }
    hardware::fit(&mut node, around.catalogue, &mut notes);
    Ok(NodeDraft {
        node,
        config_drive,
        notes,
    })
}

fn describe(node: &mut Node, row: &Row, around: &Surroundings<'_>) -> Result<(), Misfit> {
    node.name = row.text("name")?;
    node.updated_at = row.time("updated_at")?;
    node.description = row.text("description")?;
    node.resource_class = row.text("resource_class")?;
    node.conductor_group = row
        .text("conductor_group")?
        .unwrap_or_default()
        .to_lowercase();
    node.shard = row.text("shard")?;
    node.parent_node = row.uuid("parent_node")?;
    node.instance_uuid = row.text("instance_uuid")?;
    node.instance_name = row.text("instance_name")?;
    node.chassis = referred(row, "chassis_id", around.chassis)?;
    node.allocation = referred(row, "allocation_id", around.allocations)?;
    Ok(())
}

fn referred(row: &Row, column: &str, known: &BTreeMap<i64, Uuid>) -> Result<Option<Uuid>, Misfit> {
    match row.integer(column)? {
        None => Ok(None),
        Some(id) => match known.get(&id) {
            Some(uuid) => Ok(Some(*uuid)),
            None => Err(misfit(column, "names a record that is not in the database")),
        },
    }
}

fn documents(node: &mut Node, row: &Row) -> Result<(), Misfit> {
    node.driver_info = Guarded::new(row.object("driver_info")?);
    node.instance_info = Guarded::new(row.object("instance_info")?);
    node.properties = row.object("properties")?;
    node.extra = row.object("extra")?;
    node.network_data = row.object("network_data")?;
    node.raid_config = row.object("raid_config")?;
    node.target_raid_config = row.object("target_raid_config")?;
    Ok(())
}

/// Here a config drive stands in the table of large values, sealed, and not in the node's row.
fn take_config_drive(node: &mut Node) -> Result<Option<Vec<u8>>, Misfit> {
    let given = node.instance_info.expose_mut().remove("configdrive");
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(object) => object == &Object::new(),
        _ => false,
    };
    match given.filter(|value| !empty(value)) {
        None => Ok(None),
        Some(value) => serde_json::to_vec(&value)
            .map(Some)
            .map_err(|_| misfit("instance_info", "has a config drive that cannot be written")),
    }
}

fn ownership(node: &mut Node, row: &Row) -> Result<(), Misfit> {
    node.owner = row.text("owner")?;
    node.lessee = row.text("lessee")?;
    node.automated_clean = row.flag("automated_clean")?;
    node.disable_power_off = row.flag_or("disable_power_off", false)?;
    node.protected = row.flag_or("protected", false)?;
    node.protected_reason = row.text("protected_reason")?;
    node.retired = row.flag_or("retired", false)?;
    node.retired_reason = row.text("retired_reason")?;
    Ok(())
}

/// What Ironic last saw of the machine. The first look at its BMC corrects it; nothing is done to make it so.
fn condition(node: &mut Node, row: &Row, notes: &mut Vec<Note>) -> Result<(), Misfit> {
    node.maintenance = row.flag_or("maintenance", false)?;
    node.maintenance_reason = row.text("maintenance_reason")?;
    node.fault = row.text("fault")?.and_then(|text| Fault::parse(&text));
    node.last_error = row.text("last_error")?;
    node.boot_mode = row.text("boot_mode")?;
    node.secure_boot = row.flag("secure_boot")?;
    node.health = row.text("health")?;
    node.power_state = match row.text("power_state")?.as_deref() {
        Some("power on") => Some(PowerState::On),
        Some("power off") => Some(PowerState::Off),
        Some("error") => Some(PowerState::Error),
        _ => None,
    };
    if let Some(target) = row.text("target_power_state")?.filter(|it| !it.is_empty()) {
        notes.push(Note::changed(format!(
            "a power change to '{target}' was under way: it is not resumed"
        )));
    }
    if let Some(holder) = row.text("reservation")?.filter(|it| !it.is_empty()) {
        notes.push(Note::changed(format!(
            "the lock of conductor '{holder}' is dropped"
        )));
    }
    if row.flag_or("console_enabled", false)? {
        notes.push(Note::changed("its console was on: it is off here"));
    }
    Ok(())
}

fn provision(
    node: &mut Node,
    row: &Row,
    now: Timestamp,
    notes: &mut Vec<Note>,
) -> Result<(), Misfit> {
    let parse = |column: &str| match row.text(column)?.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match text.parse::<ProvisionState>() {
            Ok(state) => Ok(Some(state)),
            Err(_) => Err(misfit(column, "is not a state that is known here")),
        },
    };
    let before = parse("provision_state")?.ok_or_else(|| {
        misfit(
            "provision_state",
            "is empty: an Ironic of before 2014 wrote it",
        )
    })?;
    let taken = states::taken(before, parse("target_provision_state")?);
    node.provision_state = taken.state;
    node.target_provision_state = taken.target;
    node.provision_updated_at = row.time("provision_updated_at")?;
    node.inspection_started_at = row.time("inspection_started_at")?;
    node.inspection_finished_at = row.time("inspection_finished_at")?;
    if taken.interrupted {
        let why = format!(
            "was '{before}' in Ironic: what was under way cannot be resumed here, so it is '{}'",
            taken.state
        );
        node.last_error = Some(format!("Imported from Ironic: the node {why}."));
        node.provision_updated_at = Some(now);
        node.inspection_started_at = None;
        notes.push(Note::changed(format!(
            "it {why}; the machine is left alone"
        )));
    }
    Ok(())
}
