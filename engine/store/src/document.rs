//! The stored form of nodes, ports and effects: versioned JSON with secrets sealed. Fields that a newer engine added are passed
//! over, fields that an older one did not write get their default.

mod node;
mod port;

use crate::fault::Fault;
use crate::seal::Sealer;
use model::{Effect, HistoryEntry, Node, Port, ResourceKind};
use ports::netboot::Lease;
use ports::resources::StoredResource;
use ports::store::StoreError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// The version that this engine writes. A document of a higher one is not read.
const VERSION: u64 = 1;

#[derive(Serialize)]
struct Written<T> {
    v: u64,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize)]
struct NodeWritten<'a> {
    #[serde(with = "node::NodeFields")]
    node: &'a Node,
}

#[derive(Deserialize)]
struct NodeRead {
    #[serde(with = "node::NodeFields")]
    node: Node,
}

#[derive(Deserialize)]
struct UsualNode {
    v: u64,
    #[serde(with = "node::NodeFields")]
    node: Node,
}

#[derive(Serialize)]
struct PortWritten<'a> {
    #[serde(with = "port::PortFields")]
    port: &'a Port,
}

#[derive(Deserialize)]
struct PortRead {
    #[serde(with = "port::PortFields")]
    port: Port,
}

#[derive(Serialize)]
struct EffectWritten<'a> {
    effect: &'a Effect,
}

#[derive(Deserialize)]
struct EffectRead {
    effect: Effect,
}

#[derive(Serialize)]
struct HistoryWritten<'a> {
    history: &'a HistoryEntry,
}

#[derive(Deserialize)]
struct HistoryRead {
    history: HistoryEntry,
}

#[derive(Serialize)]
struct ResourceWritten<'a> {
    resource: &'a Value,
}

#[derive(Deserialize)]
struct ResourceRead {
    resource: Value,
}

#[derive(Serialize)]
struct LeaseWritten<'a> {
    lease: &'a Lease,
}

#[derive(Deserialize)]
struct LeaseRead {
    lease: Lease,
}

impl Sealer {
    pub(crate) fn write_node(&self, node: &Node) -> Result<String, StoreError> {
        self.write_lean(&record(node.uuid), "node", NodeWritten { node })
    }

    /// The node without its revision, which stands in a column.
    pub(crate) fn read_node(&self, uuid: Uuid, text: &str) -> Result<Node, StoreError> {
        if let Some(node) = self.read_usual_node(uuid, text) {
            return Ok(node);
        }
        let read: NodeRead = self.read(&record(uuid), text, "reading a node's document")?;
        Ok(read.node)
    }

    /// Most nodes have sealed values in `driver_info` and `instance_info` only: such a document is read in one pass, without a
    /// tree of values in between. None for every other document, whatever is with it: the general way reads it and tells.
    fn read_usual_node(&self, uuid: Uuid, text: &str) -> Option<Node> {
        // Every seal has a mark; so has a text or key that begins like one.
        let marks = memchr::memmem::find_iter(text.as_bytes(), b"\"$").count();
        let read: UsualNode = serde_json::from_str(text).ok()?;
        if read.v != VERSION {
            return None;
        }
        let (mut node, record, mut opened) = (read.node, record(uuid), 0);
        for (path, guarded) in [
            ("/node/driver_info", &mut node.driver_info),
            ("/node/instance_info", &mut node.instance_info),
        ] {
            opened += self.open_in_place(&record, path, guarded.expose_mut())?;
        }
        (opened == marks).then_some(node)
    }

    pub(crate) fn write_port(&self, port: &Port) -> Result<String, StoreError> {
        self.write_lean(&record(port.uuid), "port", PortWritten { port })
    }

    pub(crate) fn read_port(&self, uuid: Uuid, text: &str) -> Result<Port, StoreError> {
        let read: PortRead = self.read(&record(uuid), text, "reading a port's document")?;
        Ok(read.port)
    }

    pub(crate) fn write_effect(&self, effect: &Effect) -> Result<String, StoreError> {
        let record = effect_record(effect.id.node, effect.id.number);
        self.write(&record, EffectWritten { effect })
    }

    pub(crate) fn read_effect(
        &self,
        node: Uuid,
        number: u64,
        text: &str,
    ) -> Result<Effect, StoreError> {
        let record = effect_record(node, number);
        let read: EffectRead = self.read(&record, text, "reading an effect's document")?;
        Ok(read.effect)
    }

    pub(crate) fn write_history(
        &self,
        node: Uuid,
        history: &HistoryEntry,
    ) -> Result<String, StoreError> {
        self.write(&record(node), HistoryWritten { history })
    }

    pub(crate) fn read_history(&self, node: Uuid, text: &str) -> Result<HistoryEntry, StoreError> {
        let read: HistoryRead = self.read(&record(node), text, "reading a history line")?;
        Ok(read.history)
    }

    pub(crate) fn write_resource(&self, stored: &StoredResource) -> Result<String, StoreError> {
        let resource = &stored.document;
        self.write(
            &resource_record(stored.kind, stored.uuid),
            ResourceWritten { resource },
        )
    }

    pub(crate) fn read_resource(
        &self,
        kind: ResourceKind,
        uuid: Uuid,
        text: &str,
    ) -> Result<Value, StoreError> {
        let record = resource_record(kind, uuid);
        let read: ResourceRead = self.read(&record, text, "reading a resource's document")?;
        Ok(read.resource)
    }

    pub(crate) fn write_lease(&self, lease: &Lease) -> Result<String, StoreError> {
        self.write(&lease.mac.to_string(), LeaseWritten { lease })
    }

    pub(crate) fn read_lease(&self, mac: &str, text: &str) -> Result<Lease, StoreError> {
        let read: LeaseRead = self.read(mac, text, "reading a lease")?;
        Ok(read.lease)
    }

    fn write(&self, record: &str, body: impl Serialize) -> Result<String, StoreError> {
        Ok(self.seal_document(record, document(body)?)?.to_string())
    }

    /// Without those fields of `of` that hold nothing: half of a node's are unset, and reading what is not there costs nothing. Every
    /// field that can hold nothing reads as that when it is missing.
    fn write_lean(
        &self,
        record: &str,
        of: &str,
        body: impl Serialize,
    ) -> Result<String, StoreError> {
        let mut document = document(body)?;
        if let Some(Value::Object(fields)) = document.get_mut(of) {
            fields.retain(|_, value| !holds_nothing(value));
        }
        Ok(self.seal_document(record, document)?.to_string())
    }

    fn read<T: DeserializeOwned>(
        &self,
        record: &str,
        text: &str,
        attempt: &'static str,
    ) -> Result<T, StoreError> {
        let value: Value = serde_json::from_str(text).map_err(|e| misfit(&e).during(attempt))?;
        let version = value.get("v").and_then(Value::as_u64).unwrap_or(0);
        if version == 0 || version > VERSION {
            let reason = format!(
                "the document of {record} has version {version}, this engine reads up to {VERSION}: a newer engine wrote it"
            );
            return Err(Fault::other(reason).during(attempt));
        }
        serde_json::from_value(self.open_document(record, value)?)
            .map_err(|e| Fault::other(format!("of {record}: {}", misfit(&e))).during(attempt))
    }
}

fn document(body: impl Serialize) -> Result<Value, StoreError> {
    let document = Written { v: VERSION, body };
    serde_json::to_value(document).map_err(|error| misfit(&error).during("writing a document"))
}

fn holds_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn record(uuid: Uuid) -> String {
    uuid.to_string()
}

fn resource_record(kind: ResourceKind, uuid: Uuid) -> String {
    format!("{kind}/{uuid}")
}

fn effect_record(node: Uuid, number: u64) -> String {
    format!("{node}/effect/{number}")
}

/// What is wrong with a document, without serde's own words: they quote values.
fn misfit(error: &serde_json::Error) -> Fault {
    Fault::other(format!(
        "the document does not fit ({:?} error, line {}, column {})",
        error.classify(),
        error.line(),
        error.column()
    ))
}

#[cfg(test)]
mod tests;
