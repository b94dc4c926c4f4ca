//! What an import would do, record by record: translated, and compared with what is here. It stores nothing.

use super::inventory;
use super::node::{self, NodeDraft, Surroundings};
use super::report::{Action, Entry, Note, Report};
use super::row::Row;
use super::snapshot::Snapshot;
use super::source::Source;
use super::{compare, history, port};
use anyhow::{Context, Result};
use conductor::hardware::Catalogue;
use model::{HistoryEntry, Node, Port, Timestamp};
use ports::blob::{Blob, BlobKind};
use ports::query::{NodeQuery, Page, Parentage};
use ports::resources::ResourceChange;
use ports::store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Something to store. Each belongs to an entry of the report.
pub enum Work {
    /// A node with its history and its config drive.
    Node(Box<Node>, Vec<HistoryEntry>, Option<Blob>),
    /// A port.
    Port(Box<Port>),
    /// Anything else.
    Resource(Box<ResourceChange>),
}

/// What an import would do.
pub struct Plan {
    /// For people.
    pub report: Report,
    /// What to store, in order, with the entry that it belongs to.
    pub work: Vec<(usize, Work)>,
    /// Numbers of the nodes in Ironic whose inventories go with them.
    pub inventories: BTreeSet<i64>,
}

/// Makes plans.
pub struct Planner<'a> {
    /// What was read.
    pub snapshot: &'a Snapshot,
    /// What works here.
    pub catalogue: &'a Catalogue,
    /// What is here; none when there is no store yet.
    pub store: Option<Arc<dyn Store>>,
    /// The time of the import.
    pub now: Timestamp,
}

/// What came of the nodes, for what hangs on them.
#[derive(Default)]
pub(super) struct Nodes {
    pub(super) uuids: BTreeMap<i64, Uuid>,
    pub(super) here: BTreeMap<Uuid, Action>,
}

impl Nodes {
    /// Why nothing can be hung on this node; none when it is taken, or here as it should be.
    pub(super) fn objection(&self, node: Uuid) -> Option<&'static str> {
        match self.here.get(&node) {
            Some(Action::Take | Action::Present) => None,
            Some(Action::Differs) => Some("its node differs here"),
            Some(Action::Refused) | None => Some("its node cannot be taken"),
        }
    }
}

impl Planner<'_> {
    /// The plan.
    ///
    /// # Errors
    /// When the source or the store cannot be read.
    pub async fn plan(&self, source: &Source) -> Result<Plan> {
        let mut plan = Plan {
            report: Report::default(),
            work: Vec::new(),
            inventories: BTreeSet::new(),
        };
        let mut unreadable = Vec::new();
        let inventories = inventory::hashes(source, &mut unreadable).await?;
        let unreadable: BTreeSet<i64> = unreadable.into_iter().collect();
        self.before_nodes(&mut plan).await?;
        let nodes = self.nodes(&mut plan, &inventories, &unreadable).await?;
        self.before_ports(&mut plan, &nodes).await?;
        self.ports(&mut plan, &nodes).await?;
        self.after_nodes(&mut plan, &nodes).await?;
        self.left_behind(&mut plan);
        let known = [("nodes", node::COLUMNS), ("ports", port::COLUMNS)];
        for column in self.snapshot.unknown_columns(&known) {
            let remark = format!(
                "the column {column} is not known here and not taken: a newer Ironic wrote it"
            );
            plan.report.remarks.push(remark);
        }
        Ok(plan)
    }

    async fn nodes(
        &self,
        plan: &mut Plan,
        inventories: &BTreeMap<i64, String>,
        unreadable: &BTreeSet<i64>,
    ) -> Result<Nodes> {
        let (chassis, allocations) = (
            self.snapshot.uuids("chassis"),
            self.snapshot.uuids("allocations"),
        );
        let around = Surroundings {
            catalogue: self.catalogue,
            chassis: &chassis,
            allocations: &allocations,
            now: self.now,
        };
        let traits = self
            .snapshot
            .grouped("node_traits", "node_id")
            .context("node_traits")?;
        let lines = self
            .snapshot
            .grouped("node_history", "node_id")
            .context("node_history")?;
        let mut nodes = Nodes {
            uuids: self.snapshot.uuids("nodes"),
            ..Nodes::default()
        };
        for row in self.snapshot.rows("nodes") {
            let id = row.required_integer("id").context("a node")?;
            let drafted = node::translate(row, &around).and_then(|mut draft| {
                draft.node.traits = trait_names(traits.get(&id))?;
                draft.node.inventory = inventories.get(&id).cloned();
                if unreadable.contains(&id) {
                    draft.notes.push(Note::changed(
                        "its inventory is not readable JSON and is left behind",
                    ));
                }
                let rows = lines.get(&id).map_or(&[][..], Vec::as_slice);
                let history =
                    history::lines(&draft.node, rows, &draft.notes, Uuid::new_v4(), self.now)?;
                Ok((draft, history))
            });
            match drafted {
                Err(misfit) => {
                    let entry = Entry::refused("node", label(row), misfit.to_string());
                    plan.report.entries.push(entry);
                }
                Ok((draft, history)) => {
                    let uuid = draft.node.uuid;
                    let has_inventory = draft.node.inventory.is_some();
                    let action = self.one_node(plan, draft, history).await?;
                    if action == Action::Take && has_inventory {
                        plan.inventories.insert(id);
                    }
                    nodes.here.insert(uuid, action);
                }
            }
        }
        Ok(nodes)
    }

    async fn one_node(
        &self,
        plan: &mut Plan,
        draft: NodeDraft,
        history: Vec<HistoryEntry>,
    ) -> Result<Action> {
        let NodeDraft {
            mut node,
            config_drive,
            notes,
        } = draft;
        let drive = config_drive.map(|bytes| inventory::large(BlobKind::ConfigDrive, bytes));
        node.config_drive = drive.as_ref().map(|blob| blob.hash.clone());
        let (action, reason) = self.node_here(&node).await?;
        plan.report.entries.push(Entry {
            state: Some(node.provision_state.as_str()),
            reason,
            notes: if action == Action::Take {
                notes
            } else {
                Vec::new()
            },
            ..Entry::new("node", node.label(), action)
        });
        if action == Action::Take {
            let work = Work::Node(Box::new(node), history, drive);
            plan.work.push((plan.report.entries.len() - 1, work));
        }
        Ok(action)
    }

    /// What is here of a node.
    async fn node_here(&self, node: &Node) -> Result<(Action, Option<String>), StoreError> {
        let Some(store) = &self.store else {
            return Ok((Action::Take, None));
        };
        if let Some(here) = store.node(node.uuid).await? {
            return Ok(verdict(compare::nodes(&here, node)));
        }
        if let Some(name) = &node.name
            && let Some(other) = store.node_by_name(name).await?
        {
            let reason = format!("its name is that of node {} here", other.uuid);
            return Ok((Action::Refused, Some(reason)));
        }
        if let Some(instance) = &node.instance_uuid {
            let query = NodeQuery {
                instance_uuid: Some(instance.clone()),
                parentage: Parentage::All,
                page: Page {
                    limit: 1,
                    ..Page::default()
                },
                ..NodeQuery::default()
            };
            if let Some(other) = store.nodes(&query).await?.first() {
                let reason = format!("its instance is on node {} here", other.uuid);
                return Ok((Action::Refused, Some(reason)));
            }
        }
        Ok((Action::Take, None))
    }

    async fn ports(&self, plan: &mut Plan, nodes: &Nodes) -> Result<()> {
        let groups = self.snapshot.uuids("portgroups");
        for row in self.snapshot.rows("ports") {
            let port = match port::translate(row, &nodes.uuids, &groups, self.now) {
                Ok(port) => port,
                Err(misfit) => {
                    plan.report.entries.push(Entry::refused(
                        "port",
                        label(row),
                        misfit.to_string(),
                    ));
                    continue;
                }
            };
            let (action, reason) = match nodes.objection(port.node) {
                Some(objection) => (Action::Refused, Some(objection.to_owned())),
                None => self.port_here(&port).await?,
            };
            plan.report.entries.push(Entry {
                reason,
                ..Entry::new("port", port.address.to_string(), action)
            });
            if action == Action::Take {
                let work = Work::Port(Box::new(port));
                plan.work.push((plan.report.entries.len() - 1, work));
            }
        }
        Ok(())
    }

    async fn port_here(&self, port: &Port) -> Result<(Action, Option<String>), StoreError> {
        let Some(store) = &self.store else {
            return Ok((Action::Take, None));
        };
        if let Some(here) = store.port(port.uuid).await? {
            return Ok(verdict(compare::ports(&here, port)));
        }
        if let Some(other) = store.port_by_address(port.address).await? {
            let reason = format!(
                "its MAC address is that of port {} of node {} here",
                other.uuid, other.node
            );
            return Ok((Action::Refused, Some(reason)));
        }
        if let Some(name) = &port.name
            && let Some(other) = store.port_by_name(name).await?
        {
            let reason = format!("its name is that of port {} here", other.uuid);
            return Ok((Action::Refused, Some(reason)));
        }
        Ok((Action::Take, None))
    }
}

pub(super) fn verdict(differing: Vec<&str>) -> (Action, Option<String>) {
    match differing.is_empty() {
        true => (Action::Present, None),
        false => {
            let reason = format!("in {}; what is here stays as it is", differing.join(", "));
            (Action::Differs, Some(reason))
        }
    }
}

fn trait_names(rows: Option<&Vec<&Row>>) -> Result<Vec<String>, super::row::Misfit> {
    let mut names = Vec::new();
    for row in rows.into_iter().flatten() {
        names.push(row.required_text("trait")?);
    }
    names.sort();
    Ok(names)
}

/// A record's name, else its MAC address, else its UUID, else its number.
pub(super) fn label(row: &Row) -> String {
    ["name", "address", "uuid", "id"]
        .iter()
        .find_map(|column| {
            row.text(column)
                .ok()
                .flatten()
                .filter(|text| !text.is_empty())
        })
        .unwrap_or_else(|| "(unnamed)".to_owned())
}
