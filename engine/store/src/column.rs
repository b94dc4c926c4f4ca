//! The columns beside the documents: what lists filter and sort by. A new one is a line here and a migration.

use crate::database::Cell;
use model::{Node, Port, Timestamp};
use std::sync::LazyLock;
use uuid::Uuid;

/// A column, the API's name for sorting by it, and its value.
pub(crate) struct Column<T> {
    pub(crate) name: &'static str,
    pub(crate) sort_key: Option<&'static str>,
    value: fn(&T) -> Cell,
}

const fn sortable<T>(name: &'static str, value: fn(&T) -> Cell) -> Column<T> {
    Column {
        name,
        sort_key: Some(name),
        value,
    }
}

const fn hidden<T>(name: &'static str, value: fn(&T) -> Cell) -> Column<T> {
    Column {
        name,
        sort_key: None,
        value,
    }
}

const fn renamed<T>(
    name: &'static str,
    sort_key: &'static str,
    value: fn(&T) -> Cell,
) -> Column<T> {
    Column {
        name,
        sort_key: Some(sort_key),
        value,
    }
}

fn time(at: Timestamp) -> Cell {
    at.timestamp_micros().into()
}

fn maybe_time(at: Option<Timestamp>) -> Cell {
    at.map(|at| at.timestamp_micros()).into()
}

fn maybe_uuid(uuid: Option<Uuid>) -> Cell {
    uuid.map(|uuid| uuid.to_string()).into()
}

fn word(word: Option<&'static str>) -> Cell {
    word.map(str::to_owned).into()
}

/// The columns of a node, without `id`, `revision` and `doc`.
pub(crate) const NODE: &[Column<Node>] = &[
    sortable("uuid", |n| n.uuid.into()),
    sortable("name", |n| n.name.clone().into()),
    sortable("instance_uuid", |n| n.instance_uuid.clone().into()),
    renamed("at_work", "reservation", |n| {
        (n.flow.is_some() || n.errand.is_some()).into()
    }),
    sortable("created_at", |n| time(n.created_at)),
    sortable("updated_at", |n| maybe_time(n.updated_at)),
    sortable("driver", |n| n.driver.clone().into()),
    sortable("provision_state", |n| n.provision_state.as_str().into()),
    sortable("target_provision_state", |n| {
        word(n.target_provision_state.map(|state| state.as_str()))
    }),
    sortable("provision_updated_at", |n| {
        maybe_time(n.provision_updated_at)
    }),
    sortable("power_state", |n| {
        word(n.power_state.map(|state| state.as_str()))
    }),
    sortable("target_power_state", |n| {
        word(n.target_power_state.map(|state| state.as_str()))
    }),
    sortable("resource_class", |n| n.resource_class.clone().into()),
    sortable("conductor_group", |n| n.conductor_group.clone().into()),
    renamed("chassis", "chassis_uuid", |n| maybe_uuid(n.chassis)),
    renamed("allocation", "allocation_uuid", |n| {
        maybe_uuid(n.allocation)
    }),
    sortable("shard", |n| n.shard.clone().into()),
    sortable("parent_node", |n| maybe_uuid(n.parent_node)),
    sortable("owner", |n| n.owner.clone().into()),
    sortable("lessee", |n| n.lessee.clone().into()),
    sortable("description", |n| n.description.clone().into()),
    sortable("instance_name", |n| n.instance_name.clone().into()),
    sortable("fault", |n| word(n.fault.map(|fault| fault.as_str()))),
    sortable("last_error", |n| n.last_error.clone().into()),
    sortable("maintenance", |n| n.maintenance.into()),
    sortable("maintenance_reason", |n| {
        n.maintenance_reason.clone().into()
    }),
    sortable("retired", |n| n.retired.into()),
    sortable("retired_reason", |n| n.retired_reason.clone().into()),
    sortable("protected", |n| n.protected.into()),
    sortable("protected_reason", |n| n.protected_reason.clone().into()),
    sortable("automated_clean", |n| n.automated_clean.into()),
    sortable("console_enabled", |n| n.console_enabled.into()),
    sortable("boot_mode", |n| n.boot_mode.clone().into()),
    sortable("secure_boot", |n| n.secure_boot.into()),
    sortable("health", |n| n.health.clone().into()),
    sortable("inspection_started_at", |n| {
        maybe_time(n.inspection_started_at)
    }),
    sortable("inspection_finished_at", |n| {
        maybe_time(n.inspection_finished_at)
    }),
    hidden("inventory", |n| n.inventory.clone().into()),
    hidden("config_drive", |n| n.config_drive.clone().into()),
];

/// The columns of a port, without `id` and `doc`.
pub(crate) const PORT: &[Column<Port>] = &[
    sortable("uuid", |p| p.uuid.into()),
    renamed("node", "node_uuid", |p| p.node.into()),
    sortable("address", |p| p.address.to_string().into()),
    sortable("name", |p| p.name.clone().into()),
    sortable("description", |p| p.description.clone().into()),
    sortable("pxe_enabled", |p| p.pxe_enabled.into()),
    sortable("physical_network", |p| p.physical_network.clone().into()),
    renamed("portgroup", "portgroup_uuid", |p| maybe_uuid(p.portgroup)),
    sortable("is_smartnic", |p| p.is_smartnic.into()),
    sortable("created_at", |p| time(p.created_at)),
    sortable("updated_at", |p| maybe_time(p.updated_at)),
];

/// The values of a record's columns, in their order.
pub(crate) fn cells<T>(columns: &[Column<T>], record: &T) -> Vec<Cell> {
    columns
        .iter()
        .map(|column| (column.value)(record))
        .collect()
}

/// `INSERT`: the columns, then the revision, then the document.
pub(crate) static INSERT_NODE: LazyLock<String> =
    LazyLock::new(|| insert("nodes", NODE, &["revision", "doc"]));
/// `UPDATE` by UUID and revision: the columns, then new revision, document, UUID and the revision that was read.
pub(crate) static UPDATE_NODE: LazyLock<String> = LazyLock::new(|| {
    let set = update("nodes", NODE, &["revision", "doc"]);
    let n = NODE.len() + 2;
    format!("{set} WHERE uuid = ${} AND revision = ${}", n + 1, n + 2)
});
/// `INSERT`: the columns, then the document.
pub(crate) static INSERT_PORT: LazyLock<String> = LazyLock::new(|| insert("ports", PORT, &["doc"]));
/// `UPDATE` by UUID: the columns, then the document, then the UUID.
pub(crate) static UPDATE_PORT: LazyLock<String> = LazyLock::new(|| {
    let set = update("ports", PORT, &["doc"]);
    format!("{set} WHERE uuid = ${}", PORT.len() + 2)
});

fn names<T>(columns: &[Column<T>], more: &[&'static str]) -> Vec<&'static str> {
    let own = columns.iter().map(|column| column.name);
    own.chain(more.iter().copied()).collect()
}

fn insert<T>(table: &str, columns: &[Column<T>], more: &[&'static str]) -> String {
    let names = names(columns, more);
    let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        places.join(", ")
    )
}

fn update<T>(table: &str, columns: &[Column<T>], more: &[&'static str]) -> String {
    let set: Vec<String> = names(columns, more)
        .iter()
        .enumerate()
        .map(|(index, name)| format!("{name} = ${}", index + 1))
        .collect();
    format!("UPDATE {table} SET {}", set.join(", "))
}
