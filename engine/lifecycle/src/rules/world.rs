//! What rules work on while they run: copies, and notes of what was changed.

use super::budget::Budget;
use super::interpolation::{Purpose, Scope, size};
use super::node_attributes as node;
use super::port_attributes as port;
use super::{Inspection, Ran};
use model::{InspectionRule, Node, Port};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use uuid::Uuid;

/// Plugin data may grow to so many bytes of JSON.
const LARGEST_DATA: usize = 16 << 20;

/// What a change costs, besides the size of what is changed.
const CHANGE: usize = 512;

/// How important a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// For who looks closely.
    Debug,
    /// Worth knowing.
    Info,
    /// Worth a look.
    Warning,
    /// Something is wrong.
    Error,
}

/// A line that a rule wants logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Which rule.
    pub rule: Uuid,
    /// How important.
    pub level: LogLevel,
    /// The text; of a sensitive rule only that there is one.
    pub text: String,
}

/// What rules made of a node's attributes. `Debug` shows no values: they may be secrets.
#[derive(Clone, Default, PartialEq)]
pub struct NodeChanges(Vec<(&'static str, Value)>);

impl NodeChanges {
    /// What rules may write and is different in `after`.
    pub fn between(before: &Node, after: &Node) -> Self {
        let values = node::all().map(|row| (row.name, (row.read)(before), (row.read)(after)));
        let changed = values.filter(|(_, old, new)| old != new);
        Self(changed.map(|(name, _, new)| (name, new)).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of what is changed.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Makes the changes.
    ///
    /// # Errors
    /// A value does not fit; not possible for changes that rules made.
    pub fn apply(&self, target: &mut Node) -> Result<(), String> {
        self.0
            .iter()
            .try_for_each(|(name, value)| (node::find(name)?.write)(target, value.clone()))
    }
}

impl fmt::Debug for NodeChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// What rules work on.
pub(super) struct World<'a> {
    node: Node,
    ports: Vec<Port>,
    inventory: &'a Value,
    pub plugin_data: Value,
    /// The node as fields read it; none after a change.
    shown: Option<Value>,
    changed: BTreeSet<&'static str>,
    changed_ports: BTreeSet<Uuid>,
    log: Vec<LogLine>,
    rule: Uuid,
    sensitive: bool,
    pub budget: Budget,
}

impl<'a> World<'a> {
    pub fn new(inspection: Inspection<'a>) -> Self {
        Self {
            node: inspection.node.clone(),
            ports: inspection.ports.to_vec(),
            inventory: inspection.inventory,
            plugin_data: inspection.plugin_data,
            shown: None,
            changed: BTreeSet::new(),
            changed_ports: BTreeSet::new(),
            log: Vec::new(),
            rule: Uuid::nil(),
            sensitive: false,
            budget: Budget::new(),
        }
    }

    /// The actions of this rule come now.
    pub fn begin(&mut self, rule: &InspectionRule) {
        self.rule = rule.uuid;
        self.sensitive = rule.sensitive;
    }

    pub fn filled(&mut self, value: &Value, purpose: Purpose) -> Result<Value, String> {
        let shown = match self.shown.take() {
            Some(shown) => shown,
            None => {
                let shown = node::shown(&self.node);
                self.budget.spend(size(&shown) / 4)?;
                shown
            }
        };
        let scope = Scope {
            node: &shown,
            inventory: self.inventory,
            plugin_data: &self.plugin_data,
        };
        let filled = scope.filled(value, purpose, &mut self.budget);
        self.shown = Some(shown);
        filled
    }

    /// Changes one attribute of the node: `change` gets its value, and the rest of the way into it.
    pub fn change_node(
        &mut self,
        way: &[&str],
        change: impl FnOnce(&mut Value, &[&str]) -> Result<(), String>,
    ) -> Result<(), String> {
        let Some((name, rest)) = way.split_first() else {
            return Ok(());
        };
        let attribute = node::find(name)?;
        let mut value = (attribute.read)(&self.node);
        self.budget.spend(CHANGE + size(&value) / 4)?;
        change(&mut value, rest)?;
        (attribute.write)(&mut self.node, value).map_err(|why| format!("{name}: {why}"))?;
        self.changed.insert(attribute.name);
        self.shown = None;
        Ok(())
    }

    /// The same for a port, by its UUID or its MAC address.
    pub fn change_port(
        &mut self,
        named: &str,
        way: &[&str],
        change: impl FnOnce(&mut Value, &[&str]) -> Result<(), String>,
    ) -> Result<(), String> {
        let (uuid, address) = (named.parse::<Uuid>().ok(), named.parse().ok());
        let mut ports = self.ports.iter_mut();
        let port = ports
            .find(|port| Some(port.uuid) == uuid || Some(port.address) == address)
            .ok_or_else(|| {
                let named: String = named.chars().take(80).collect();
                format!("the node has no port '{named}'")
            })?;
        let Some((name, rest)) = way.split_first() else {
            return Ok(());
        };
        let attribute = port::find(name)?;
        let mut value = (attribute.read)(port);
        self.budget.spend(CHANGE + size(&value) / 4)?;
        change(&mut value, rest)?;
        (attribute.write)(port, value).map_err(|why| format!("{name}: {why}"))?;
        self.changed_ports.insert(port.uuid);
        Ok(())
    }

    /// Changes the plugin data.
    pub fn change_data(
        &mut self,
        change: impl FnOnce(&mut Value) -> Result<(), String>,
    ) -> Result<(), String> {
        self.budget.spend(CHANGE)?;
        change(&mut self.plugin_data)
    }

    pub fn log(&mut self, level: LogLevel, text: String) {
        let text = match self.sensitive {
            true => "a message of a sensitive rule, which is not shown".to_owned(),
            false => text.chars().take(1000).collect(),
        };
        self.log.push(LogLine {
            rule: self.rule,
            level,
            text,
        });
    }

    pub fn into_outcome(self, failure: Option<String>) -> Ran {
        let (node, changed_ports) = (self.node, self.changed_ports);
        let too_large = self.plugin_data.to_string().len() > LARGEST_DATA;
        let failure = failure.or_else(|| {
            too_large.then(|| "inspection rules made the plugin data larger than 16 MiB".to_owned())
        });
        let changes = self.changed.into_iter();
        let value = |name| {
            node::find(name)
                .map(|found| (name, (found.read)(&node)))
                .ok()
        };
        let mut ports = self.ports;
        ports.retain(|port| changed_ports.contains(&port.uuid));
        Ran {
            changes: NodeChanges(changes.filter_map(value).collect()),
            ports,
            plugin_data: self.plugin_data,
            log: self.log,
            failure,
        }
    }
}
