//! Ironic's tables as they were read, with the numbers by which they refer to one another. Inventories are large and stay outside.

use super::row::{Misfit, Row};
use super::source::Source;
use anyhow::{Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The tables that are read at once.
pub const TABLES: &[&str] = &[
    "conductors",
    "chassis",
    "nodes",
    "node_traits",
    "node_tags",
    "node_history",
    "ports",
    "portgroups",
    "allocations",
    "deploy_templates",
    "deploy_template_steps",
    "runbooks",
    "runbook_steps",
    "runbook_traits",
    "inspection_rules",
    "volume_connectors",
    "volume_targets",
    "bios_settings",
    "firmware_information",
];

/// A conductor that was heard of so lately still runs.
const ALIVE: TimeDelta = TimeDelta::minutes(2);

/// Ironic's tables.
#[derive(Default)]
pub struct Snapshot {
    tables: BTreeMap<&'static str, Vec<Row>>,
}

impl Snapshot {
    /// Reads everything but the inventories.
    ///
    /// # Errors
    /// When the source cannot be read, or is no Ironic's.
    pub async fn read(source: &Source) -> Result<Self> {
        let mut snapshot = Self::default();
        let mut take = |table: &'static str, row: Row| {
            snapshot.tables.entry(table).or_default().push(row);
            Ok(())
        };
        source.scan(TABLES, &mut take).await?;
        if snapshot.tables.is_empty() {
            bail!(
                "{} holds nothing of Ironic's: a file must be a SQLite database or what mysqldump or mariadb-dump writes",
                source.describe()
            );
        }
        let strange = |row: &Row| !row.columns().any(|column| column == "driver_info");
        if snapshot.rows("nodes").iter().any(strange) {
            bail!("{}: its table 'nodes' is not Ironic's", source.describe());
        }
        for rows in snapshot.tables.values_mut() {
            // The order of creation.
            rows.sort_by_key(|row| row.integer("id").ok().flatten());
        }
        Ok(snapshot)
    }

    /// The rows of a table, in order of creation.
    pub fn rows(&self, table: &str) -> &[Row] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// The UUIDs of a table by their numbers. Rows that have none are told when they are translated.
    pub fn uuids(&self, table: &str) -> BTreeMap<i64, Uuid> {
        let pair = |row: &Row| {
            let (id, uuid) = (row.required_integer("id"), row.required_uuid("uuid"));
            Some((id.ok()?, uuid.ok()?))
        };
        self.rows(table).iter().filter_map(pair).collect()
    }

    /// The rows of a table that belong to a row of another one, by that one's number in `column`.
    pub fn grouped(&self, table: &str, column: &str) -> Result<BTreeMap<i64, Vec<&Row>>, Misfit> {
        let mut groups: BTreeMap<i64, Vec<&Row>> = BTreeMap::new();
        for row in self.rows(table) {
            if let Some(owner) = row.integer(column)? {
                groups.entry(owner).or_default().push(row);
            }
        }
        Ok(groups)
    }

    /// Conductors that seem to run still.
    pub fn running_conductors(&self, now: DateTime<Utc>) -> Vec<String> {
        let alive = |row: &Row| {
            let online = row.flag("online").ok().flatten() == Some(true);
            let seen = row.time("updated_at").ok().flatten()?;
            (online && now - seen < ALIVE).then(|| row.text("hostname").ok().flatten())?
        };
        self.rows("conductors").iter().filter_map(alive).collect()
    }

    /// Columns of these tables that no Ironic known here has, as `table.column`.
    pub fn unknown_columns(&self, known: &[(&str, &[&str])]) -> BTreeSet<String> {
        let mut unknown = BTreeSet::new();
        for (table, columns) in known {
            let Some(row) = self.rows(table).first() else {
                continue;
            };
            for column in row.columns().filter(|it| !columns.contains(it)) {
                unknown.insert(format!("{table}.{column}"));
            }
        }
        unknown
    }
}
