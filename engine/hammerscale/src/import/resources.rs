//! Rows of Ironic's other tables as resources: chassis, templates, runbooks, rules, allocations. Pure, one function a table.

use super::report::Note;
use super::row::{Misfit, Row, misfit};
use super::snapshot::Snapshot;
use model::{
    Allocation, AllocationState, BiosSetting, Chassis, DeployTemplate, Guarded, InspectionRule,
    PortGroup, RulePart, Runbook, RunbookStep, TemplateStep, Timestamp, VolumeConnector,
    VolumeTarget,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What rows refer to.
pub struct References<'a> {
    /// Everything that was read.
    pub snapshot: &'a Snapshot,
    /// UUIDs of nodes by their numbers.
    pub nodes: &'a BTreeMap<i64, Uuid>,
    /// The time of the import.
    pub now: Timestamp,
}

impl References<'_> {
    /// The node that a row names, if it names one.
    pub fn node(&self, row: &Row) -> Result<Option<Uuid>, Misfit> {
        match row.integer("node_id")? {
            None => Ok(None),
            Some(id) => match self.nodes.get(&id) {
                Some(uuid) => Ok(Some(*uuid)),
                None => Err(misfit(
                    "node_id",
                    "names a node that is not in the database",
                )),
            },
        }
    }

    /// The node that a row must name.
    pub fn required_node(&self, row: &Row) -> Result<Uuid, Misfit> {
        self.node(row)?.ok_or_else(|| misfit("node_id", "is empty"))
    }

    fn created(&self, row: &Row) -> Result<Timestamp, Misfit> {
        Ok(row.time("created_at")?.unwrap_or(self.now))
    }

    /// The rows of `table` that belong to this one.
    fn parts(&self, table: &str, column: &str, row: &Row) -> Result<Vec<&Row>, Misfit> {
        let id = row.required_integer("id")?;
        Ok(self
            .snapshot
            .grouped(table, column)?
            .remove(&id)
            .unwrap_or_default())
    }
}

type Drafted<R> = Result<(R, Vec<Note>), Misfit>;

/// Of `chassis`.
pub fn chassis(row: &Row, around: &References<'_>) -> Drafted<Chassis> {
    let mut chassis = Chassis::new(row.required_uuid("uuid")?, around.created(row)?);
    chassis.updated_at = row.time("updated_at")?;
    chassis.description = row.text("description")?;
    chassis.extra = row.object("extra")?;
    Ok((chassis, Vec::new()))
}

/// Of `deploy_templates` and their steps.
pub fn deploy_template(row: &Row, around: &References<'_>) -> Drafted<DeployTemplate> {
    let mut template = DeployTemplate::new(row.required_uuid("uuid")?, around.created(row)?);
    template.updated_at = row.time("updated_at")?;
    template.name = row.required_text("name")?;
    template.description = row.text("description")?;
    template.extra = row.object("extra")?;
    for part in around.parts("deploy_template_steps", "deploy_template_id", row)? {
        template.steps.push(TemplateStep {
            interface: part.required_text("interface")?,
            step: part.required_text("step")?,
            args: part.object("args")?,
            priority: part.required_integer("priority")?,
        });
    }
    Ok((template, Vec::new()))
}

/// Of `runbooks`, their steps and their traits.
pub fn runbook(row: &Row, around: &References<'_>) -> Drafted<Runbook> {
    let mut runbook = Runbook::new(row.required_uuid("uuid")?, around.created(row)?);
    runbook.updated_at = row.time("updated_at")?;
    runbook.name = row.required_text("name")?;
    runbook.description = row.text("description")?;
    runbook.extra = row.object("extra")?;
    runbook.public = row.flag_or("public", false)?;
    runbook.owner = row.text("owner")?;
    runbook.disable_ramdisk = row.flag_or("disable_ramdisk", false)?;
    for part in around.parts("runbook_steps", "runbook_id", row)? {
        runbook.steps.push(RunbookStep {
            interface: part.required_text("interface")?,
            step: part.required_text("step")?,
            args: part.object("args")?,
            order: part.required_integer("order")?,
        });
    }
    for part in around.parts("runbook_traits", "runbook_id", row)? {
        runbook.traits.push(part.required_text("trait")?);
    }
    runbook.traits.sort();
    Ok((runbook, Vec::new()))
}

/// Of `inspection_rules`.
pub fn inspection_rule(row: &Row, around: &References<'_>) -> Drafted<InspectionRule> {
    let mut rule = InspectionRule::new(row.required_uuid("uuid")?, around.created(row)?);
    rule.updated_at = row.time("updated_at")?;
    rule.description = row.text("description")?;
    rule.priority = row.integer("priority")?.unwrap_or(0);
    rule.sensitive = row.flag_or("sensitive", false)?;
    rule.phase = row.text("phase")?;
    rule.conditions = rule_parts(row, "conditions")?;
    rule.actions = rule_parts(row, "actions")?;
    let mut notes = Vec::new();
    if let Some(scope) = row.text("scope")?.filter(|text| !text.is_empty()) {
        notes.push(Note::changed(format!(
            "its scope '{scope}' is not kept: it runs for every node"
        )));
    }
    Ok((rule, notes))
}

fn rule_parts(row: &Row, column: &str) -> Result<Vec<RulePart>, Misfit> {
    let value = row
        .json(column)?
        .unwrap_or_else(|| Value::Array(Vec::new()));
    serde_json::from_value(value)
        .map_err(|_| misfit(column, "is not a list of operations with their arguments"))
}

/// Of `allocations`.
pub fn allocation(row: &Row, around: &References<'_>) -> Drafted<Allocation> {
    let mut notes = Vec::new();
    let mut allocation = Allocation::new(row.required_uuid("uuid")?, around.created(row)?);
    allocation.updated_at = row.time("updated_at")?;
    allocation.name = row.text("name")?;
    allocation.node_uuid = around.node(row)?;
    allocation.last_error = row.text("last_error")?;
    allocation.resource_class = row.text("resource_class")?;
    allocation.traits = row.texts("traits")?;
    allocation.owner = row.text("owner")?;
    allocation.extra = row.object("extra")?;
    for candidate in row.texts("candidate_nodes")? {
        let uuid = candidate
            .parse()
            .map_err(|_| misfit("candidate_nodes", "is not a list of UUIDs"))?;
        allocation.candidate_nodes.push(uuid);
    }
    allocation.state = match row.required_text("state")?.as_str() {
        "active" if allocation.node_uuid.is_some() => AllocationState::Active,
        "error" => AllocationState::Error,
        "allocating" => {
            let why = "Imported from Ironic, which was still looking for a node: allocate again.";
            allocation.last_error = Some(why.to_owned());
            notes.push(Note::changed(
                "was still 'allocating': it is in 'error'; allocate again",
            ));
            AllocationState::Error
        }
        _ => return Err(misfit("state", "is not a state that is known here")),
    };
    Ok((allocation, notes))
}

/// Of `portgroups`.
pub fn port_group(row: &Row, around: &References<'_>) -> Drafted<PortGroup> {
    let node = around.required_node(row)?;
    let mut group = PortGroup::new(row.required_uuid("uuid")?, node, around.created(row)?);
    group.updated_at = row.time("updated_at")?;
    group.name = row.text("name")?;
    group.address = match row.text("address")?.filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| misfit("address", "is not a MAC address of six bytes"))?,
        ),
    };
    group.standalone_ports_supported = row.flag_or("standalone_ports_supported", true)?;
    if let Some(mode) = row.text("mode")?.filter(|text| !text.is_empty()) {
        group.mode = mode;
    }
    group.properties = row.object("properties")?;
    group.physical_network = row.text("physical_network")?;
    group.category = row.text("category")?;
    group.dynamic_portgroup = row.flag_or("dynamic_portgroup", false)?;
    group.extra = row.object("extra")?;
    group.internal_info = row.object("internal_info")?;
    Ok((group, Vec::new()))
}

/// Of `bios_settings`. Ironic gives them no UUID: theirs is made of node and name, so that a second import finds them.
pub fn bios_setting(row: &Row, around: &References<'_>) -> Drafted<BiosSetting> {
    let node = around.required_node(row)?;
    let name = row.required_text("name")?;
    let digest = Sha256::digest(format!("{node}/{name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    let mut setting = BiosSetting::new(uuid, node, name, row.text("value")?, around.created(row)?);
    setting.updated_at = row.time("updated_at")?;
    setting.attribute_type = row.text("attribute_type")?;
    setting.allowable_values = row.texts("allowable_values")?;
    setting.lower_bound = row.integer("lower_bound")?;
    setting.upper_bound = row.integer("upper_bound")?;
    setting.min_length = row.integer("min_length")?;
    setting.max_length = row.integer("max_length")?;
    setting.read_only = row.flag("read_only")?;
    setting.reset_required = row.flag("reset_required")?;
    setting.unique = row.flag("unique")?;
    Ok((setting, Vec::new()))
}

/// Of `volume_connectors`.
pub fn volume_connector(row: &Row, around: &References<'_>) -> Drafted<VolumeConnector> {
    let node = around.required_node(row)?;
    let uuid = row.required_uuid("uuid")?;
    let mut connector = VolumeConnector::new(uuid, node, around.created(row)?);
    connector.updated_at = row.time("updated_at")?;
    connector.kind = row.required_text("type")?;
    connector.connector_id = row.required_text("connector_id")?;
    connector.extra = row.object("extra")?;
    Ok((connector, Vec::new()))
}

/// Of `volume_targets`.
pub fn volume_target(row: &Row, around: &References<'_>) -> Drafted<VolumeTarget> {
    let node = around.required_node(row)?;
    let uuid = row.required_uuid("uuid")?;
    let mut target = VolumeTarget::new(uuid, node, around.created(row)?);
    target.updated_at = row.time("updated_at")?;
    target.volume_type = row.required_text("volume_type")?;
    target.volume_id = row.required_text("volume_id")?;
    target.boot_index = row.required_integer("boot_index")?;
    target.properties = Guarded::new(row.object("properties")?);
    target.extra = row.object("extra")?;
    Ok((target, Vec::new()))
}
