//! Running the inspection rules on what an inspection found, before it is stored. What rules mean is the lifecycle's; here they are
//! loaded, what they made of names and interfaces is checked against what else there is, and their log lines are written.

use crate::conductor::Conductor;
use lifecycle::rules::{self, Inspection, LogLevel, LogLine, NodeChanges, Ran};
use lifecycle::{Inspected, RuleResults};
use model::inspection_rule::MAIN_PHASE;
use model::{InspectionRule, Node, Port};
use ports::engine::EngineError;
use ports::query::Page;
use ports::resources::{self, ResourceQuery};
use serde_json::{Value, json};

/// More rules are not run.
const MOST_RULES: usize = 1000;

impl Conductor {
    /// Runs the rules. `found` gets what they made of node and ports; the answer is the document to store, `{inventory, plugin_data}`.
    pub(crate) async fn run_rules(
        &self,
        node: &Node,
        found: &mut Inspected,
        mut document: Value,
    ) -> Result<Value, EngineError> {
        let rules = self.main_rules().await?;
        if rules.is_empty() || found.error.is_some() {
            return Ok(document);
        }
        let after = lifecycle::with_findings(node, found);
        let mut ports = self.ports_of(node.uuid).await?;
        ports.extend(found.new_ports.iter().cloned());
        let inventory = document["inventory"].take();
        let plugin_data = document["plugin_data"].take();
        // Bounded, but not short enough for a thread that serves others.
        let work = tokio::task::spawn_blocking(move || {
            let inspection = Inspection {
                node: &after,
                ports: &ports,
                inventory: &inventory,
                plugin_data,
            };
            let ran = rules::run(&rules, inspection);
            (ran, after, inventory)
        });
        let (ran, after, inventory) = work
            .await
            .map_err(|_| EngineError::Hardware("the inspection rules were interrupted".into()))?;
        ran.log.iter().for_each(|line| write(node, line));
        let document = json!({"inventory": inventory, "plugin_data": ran.plugin_data});
        self.take_over(&after, found, ran).await?;
        Ok(document)
    }

    async fn main_rules(&self) -> Result<Vec<InspectionRule>, EngineError> {
        let query = ResourceQuery {
            page: Page {
                limit: MOST_RULES,
                ..Page::default()
            },
            equal: vec![("phase", json!(MAIN_PHASE))],
            ..ResourceQuery::default()
        };
        let all = resources::list::<InspectionRule>(&*self.inner.store, &query).await?;
        Ok(all.into_iter().map(|known| known.resource).collect())
    }

    /// What the rules did, unless something else stands against it: then the inspection fails, and nothing of it is kept.
    async fn take_over(
        &self,
        after: &Node,
        found: &mut Inspected,
        ran: Ran,
    ) -> Result<(), EngineError> {
        let (changes, problem) = match self.settled(after, &ran.changes).await? {
            Ok(changes) => (changes, self.taken_port_name(&ran.ports).await?),
            Err(problem) => (NodeChanges::default(), Some(problem)),
        };
        if let Some(problem) = problem {
            found.rules = RuleResults {
                failure: Some(format!("inspection rules: {problem}")),
                ..RuleResults::default()
            };
            return Ok(());
        }
        found.rules.changes = changes;
        found.rules.failure = ran.failure;
        for mut port in ran.ports {
            match found.new_ports.iter_mut().find(|new| new.uuid == port.uuid) {
                Some(new) => *new = port,
                None => {
                    port.updated_at = Some(self.now());
                    found.rules.ports.push(port);
                }
            }
        }
        Ok(())
    }

    /// The changes with what follows from them for the interfaces; or what stands against them.
    async fn settled(
        &self,
        before: &Node,
        changes: &NodeChanges,
    ) -> Result<Result<NodeChanges, String>, EngineError> {
        let mut after = before.clone();
        if let Err(problem) = changes.apply(&mut after) {
            return Ok(Err(problem));
        }
        if let Some(name) = after.name.as_deref().filter(|_| after.name != before.name) {
            let other = self.inner.store.node_by_name(name).await?;
            if other.is_some_and(|other| other.uuid != before.uuid) {
                return Ok(Err(format!("another node has the name {name} already")));
            }
        }
        // A new driver's interfaces are its own, but for those that rules chose.
        if after.driver != before.driver {
            after
                .interfaces
                .retain(|kind, name| before.interfaces.get(kind) != Some(name));
        }
        if after.driver != before.driver || after.interfaces != before.interfaces {
            match self.inner.hardware.resolve_interfaces(&after) {
                Ok(interfaces) => after.interfaces = interfaces,
                Err(refusal) => return Ok(Err(refusal.message)),
            }
        }
        Ok(Ok(NodeChanges::between(before, &after)))
    }

    async fn taken_port_name(&self, ports: &[Port]) -> Result<Option<String>, EngineError> {
        for port in ports {
            let Some(name) = &port.name else { continue };
            let other = self.inner.store.port_by_name(name).await?;
            if other.is_some_and(|other| other.uuid != port.uuid) {
                return Ok(Some(format!("another port has the name {name} already")));
            }
        }
        Ok(None)
    }
}

fn write(node: &Node, line: &LogLine) {
    let (node, rule, text) = (node.uuid, line.rule, line.text.as_str());
    match line.level {
        LogLevel::Debug => tracing::debug!(%node, %rule, text, "inspection rule"),
        LogLevel::Info => tracing::info!(%node, %rule, text, "inspection rule"),
        LogLevel::Warning => tracing::warn!(%node, %rule, text, "inspection rule"),
        LogLevel::Error => tracing::error!(%node, %rule, text, "inspection rule"),
    }
}
