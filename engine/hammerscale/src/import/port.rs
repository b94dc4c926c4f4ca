//! A row of Ironic's table `ports` as a port.

use super::row::{Misfit, Row, misfit};
use model::{MacAddress, Port, Timestamp};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The columns that are known; `version` is left.
pub const COLUMNS: &[&str] = &[
    "id",
    "uuid",
    "address",
    "node_id",
    "extra",
    "local_link_connection",
    "portgroup_id",
    "pxe_enabled",
    "internal_info",
    "physical_network",
    "is_smartnic",
    "name",
    "description",
    "vendor",
    "category",
    "available_for_dynamic_portgroup",
    "version",
    "created_at",
    "updated_at",
];

/// Translates a row.
///
/// # Errors
/// When a column does not hold what it should: then the port cannot be taken.
pub fn translate(
    row: &Row,
    nodes: &BTreeMap<i64, Uuid>,
    portgroups: &BTreeMap<i64, Uuid>,
    now: Timestamp,
) -> Result<Port, Misfit> {
    let node = row.required_integer("node_id")?;
    let node = nodes
        .get(&node)
        .ok_or_else(|| misfit("node_id", "names a node that is not in the database"))?;
    let address: MacAddress = row
        .required_text("address")?
        .parse()
        .map_err(|_| misfit("address", "is not a MAC address of six bytes"))?;
    let created = row.time("created_at")?.unwrap_or(now);
    let mut port = Port::new(row.required_uuid("uuid")?, *node, address, created);
    port.updated_at = row.time("updated_at")?;
    port.name = row.text("name")?;
    port.description = row.text("description")?;
    port.pxe_enabled = row.flag_or("pxe_enabled", true)?;
    port.local_link_connection = row.object("local_link_connection")?;
    port.physical_network = row.text("physical_network")?;
    port.is_smartnic = row.flag_or("is_smartnic", false)?;
    port.vendor = row.text("vendor")?;
    port.category = row.text("category")?;
    port.available_for_dynamic_portgroup = row.flag_or("available_for_dynamic_portgroup", true)?;
    port.extra = row.object("extra")?;
    port.internal_info = row.object("internal_info")?;
    port.portgroup = match row.integer("portgroup_id")? {
        None => None,
        Some(id) => Some(*portgroups.get(&id).ok_or_else(|| {
            misfit(
                "portgroup_id",
                "names a port group that is not in the database",
            )
        })?),
    };
    Ok(port)
}
