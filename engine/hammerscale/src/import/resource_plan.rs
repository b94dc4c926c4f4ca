//! The plan for everything besides nodes and ports: one way for all kinds.

use super::plan::{Nodes, Plan, Planner, Work, label, verdict};
use super::report::{Action, Entry, LeftBehind, Note};
use super::resources::{self, References};
use super::row::{Misfit, Row};
use anyhow::Result;
use model::Resource;
use ports::resources::{create, find, find_by};
use ports::store::StoreError;
use serde_json::Value;
use std::collections::BTreeMap;

/// Tables whose rows have no place here, and why.
const LEFT: &[(&str, &str, &str)] = &[
    (
        "node_tags",
        "node tags",
        "Ironic's API does not show them either",
    ),
    (
        "firmware_information",
        "firmware components",
        "this engine lists no firmware components yet",
    ),
];

impl Planner<'_> {
    /// What nodes refer to.
    pub(super) async fn before_nodes(&self, plan: &mut Plan) -> Result<()> {
        let nobody = Nodes::default();
        self.table(plan, &nobody, "chassis", "chassis", resources::chassis)
            .await
    }

    /// What ports refer to.
    pub(super) async fn before_ports(&self, plan: &mut Plan, nodes: &Nodes) -> Result<()> {
        self.table(
            plan,
            nodes,
            "portgroups",
            "port group",
            resources::port_group,
        )
        .await
    }

    /// What refers to nodes, or to nothing.
    pub(super) async fn after_nodes(&self, plan: &mut Plan, nodes: &Nodes) -> Result<()> {
        self.table(
            plan,
            nodes,
            "allocations",
            "allocation",
            resources::allocation,
        )
        .await?;
        self.table(
            plan,
            nodes,
            "volume_connectors",
            "volume connector",
            resources::volume_connector,
        )
        .await?;
        self.table(
            plan,
            nodes,
            "volume_targets",
            "volume target",
            resources::volume_target,
        )
        .await?;
        self.table(
            plan,
            nodes,
            "bios_settings",
            "BIOS setting",
            resources::bios_setting,
        )
        .await?;
        self.table(
            plan,
            nodes,
            "deploy_templates",
            "deploy template",
            resources::deploy_template,
        )
        .await?;
        self.table(plan, nodes, "runbooks", "runbook", resources::runbook)
            .await?;
        self.table(
            plan,
            nodes,
            "inspection_rules",
            "inspection rule",
            resources::inspection_rule,
        )
        .await
    }

    async fn table<R: Resource>(
        &self,
        plan: &mut Plan,
        nodes: &Nodes,
        table: &str,
        kind: &'static str,
        translate: impl Fn(&Row, &References<'_>) -> Result<(R, Vec<Note>), Misfit>,
    ) -> Result<()> {
        let around = References {
            snapshot: self.snapshot,
            nodes: &nodes.uuids,
            now: self.now,
        };
        for row in self.snapshot.rows(table) {
            let (resource, notes) = match translate(row, &around) {
                Ok(drafted) => drafted,
                Err(misfit) => {
                    let entry = Entry::refused(kind, label(row), misfit.to_string());
                    plan.report.entries.push(entry);
                    continue;
                }
            };
            let objection = resource.node().and_then(|node| nodes.objection(node));
            let (action, reason) = match objection {
                Some(objection) => (Action::Refused, Some(objection.to_owned())),
                None => self.resource_here(&resource).await?,
            };
            plan.report.entries.push(Entry {
                reason,
                notes: if action == Action::Take {
                    notes
                } else {
                    Vec::new()
                },
                ..Entry::new(kind, label(row), action)
            });
            if action == Action::Take {
                let work = Work::Resource(Box::new(create(&resource)?));
                plan.work.push((plan.report.entries.len() - 1, work));
            }
        }
        Ok(())
    }

    /// What is here of a resource.
    async fn resource_here<R: Resource>(
        &self,
        resource: &R,
    ) -> Result<(Action, Option<String>), StoreError> {
        let Some(store) = self.store.as_deref() else {
            return Ok((Action::Take, None));
        };
        if let Some(here) = find::<R>(store, resource.uuid()).await? {
            let fields = differing(&here.resource, resource);
            return Ok(verdict(fields.iter().map(String::as_str).collect()));
        }
        for (what, value) in resource.unique() {
            if let Some(other) = find_by::<R>(store, what, &value).await? {
                let reason = format!("its {what} is that of {} here", other.resource.uuid());
                return Ok((Action::Refused, Some(reason)));
            }
        }
        Ok((Action::Take, None))
    }

    /// Rows that have no place here, table by table.
    pub(super) fn left_behind(&self, plan: &mut Plan) {
        for (table, what, why) in LEFT {
            let count = self.snapshot.rows(table).len();
            if count > 0 {
                plan.report
                    .left_behind
                    .push(LeftBehind { what, count, why });
            }
        }
    }
}

/// The names of the fields in which two resources differ; when they were made and last changed does not count.
fn differing<R: Resource>(here: &R, there: &R) -> Vec<String> {
    let fields = |resource: &R| match serde_json::to_value(resource) {
        Ok(Value::Object(object)) => object.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    let (here, mut there) = (fields(here), fields(there));
    there.retain(|name, value| !name.ends_with("ed_at") && here.get(name) != Some(value));
    there.into_keys().collect()
}
