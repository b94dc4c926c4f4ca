//! The store: what survives the process. Every write is one transaction; the turns of many nodes may share a commit.

use crate::blob::{Blob, BlobKind};
use crate::query::{NodeQuery, PortQuery};
use crate::resources::{ResourceChange, ResourceQuery, StoredResource};
use async_trait::async_trait;
use model::{Effect, EffectId, HistoryEntry, MacAddress, Node, Port, ResourceKind};
use std::time::Duration;
use uuid::Uuid;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another node or port has this value already.
    #[error("{what} '{value}' is in use already")]
    Duplicate {
        /// `name`, `uuid`, `MAC address`, `instance UUID`.
        what: &'static str,
        /// The value.
        value: String,
    },
    /// The row changed since it was read: compute again from the new one.
    #[error("the record was changed by someone else meanwhile")]
    Conflict,
    /// There is no such row.
    #[error("{what} '{value}' does not exist")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// By which name.
        value: String,
    },
    /// A list took longer than it may, and was given up.
    #[error("the list was not read within {} s", .0.as_secs_f32())]
    TooLong(Duration),
    /// The list cannot be sorted so.
    #[error("'{0}' is not a field to sort by")]
    SortKey(String),
    /// A sealed value cannot be opened: wrong or missing key.
    #[error("cannot open the sealed field '{field}': {reason}")]
    Sealed {
        /// Which.
        field: String,
        /// Why.
        reason: String,
    },
    /// The database refused or is gone.
    #[error("{attempt}")]
    Database {
        /// What was attempted.
        attempt: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A change to the ports of a node, within a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum PortChange {
    /// Add.
    Create(Port),
    /// Replace.
    Update(Port),
    /// Remove.
    Delete(Uuid),
}

/// All that one turn writes, in one transaction.
pub struct TurnRecord {
    /// The node after the turn. Its `revision` is still the one that was read; the store checks it and counts it up.
    pub node: Node,
    /// Effects to add to the outbox.
    pub effects: Vec<Effect>,
    /// Effects to remove from the outbox: finished or cancelled.
    pub finished: Vec<EffectId>,
    /// Lines to add to the history.
    pub history: Vec<HistoryEntry>,
    /// Changes to its ports.
    pub ports: Vec<PortChange>,
    /// Large values that the node refers to from now on.
    pub blobs: Vec<Blob>,
    /// Changes to other resources that hang on it.
    pub resources: Vec<ResourceChange>,
}

impl TurnRecord {
    /// A turn that writes the node and nothing else.
    pub fn of(node: Node) -> Self {
        Self {
            node,
            effects: Vec::new(),
            finished: Vec::new(),
            history: Vec::new(),
            ports: Vec::new(),
            blobs: Vec::new(),
            resources: Vec::new(),
        }
    }
}

/// Takes what is read, one after the other, on the thread that reads.
pub type Take<T> = Box<dyn Fn(T) + Send>;

/// What survives the process.
#[async_trait]
pub trait Store: Send + Sync {
    /// Adds a node (revision 0). `Duplicate` for uuid, name or instance UUID.
    async fn create_node(&self, node: Node, history: Vec<HistoryEntry>) -> Result<(), StoreError>;
    /// Writes a turn and returns the node's new revision. `Conflict` when the row has another revision than the turn read.
    async fn commit(&self, record: TurnRecord) -> Result<u64, StoreError>;
    /// Removes a node with its ports, effects, history and blobs that nobody else refers to. `Conflict` as in `commit`.
    async fn delete_node(&self, node: Uuid, revision: u64) -> Result<(), StoreError>;
    /// Stores that an effect is about to be acted on for the given time.
    async fn begin_attempt(&self, effect: EffectId, attempt: u32) -> Result<(), StoreError>;
    /// Stores why an effect's last attempt failed (its `retry`), and nothing else of it. `NotFound` when it was finished or cancelled.
    async fn note_retry(&self, effect: &Effect) -> Result<(), StoreError>;

    /// One node.
    async fn node(&self, uuid: Uuid) -> Result<Option<Node>, StoreError>;
    /// One node by its name.
    async fn node_by_name(&self, name: &str) -> Result<Option<Node>, StoreError>;
    /// A page of nodes, in order of creation unless the page says otherwise. A marker that does not exist is `NotFound`.
    async fn nodes(&self, query: &NodeQuery) -> Result<Vec<Node>, StoreError>;
    /// The same page, each node given to `take` as soon as it is read: a long page is never whole in memory. After an error `take` may
    /// have been given a part of the page.
    async fn each_node(&self, query: &NodeQuery, take: Take<Node>) -> Result<(), StoreError> {
        for node in self.nodes(query).await? {
            take(node);
        }
        Ok(())
    }
    /// The shards that nodes are in, and how many are in each; none stands for no shard. The largest first, then by name.
    async fn shards(&self) -> Result<Vec<(Option<String>, u64)>, StoreError>;
    /// Nodes with a flow or an errand: what a starting engine takes up again.
    async fn nodes_at_work(&self) -> Result<Vec<Node>, StoreError>;
    /// The outbox of one node, oldest first.
    async fn effects(&self, node: Uuid) -> Result<Vec<Effect>, StoreError>;
    /// One effect of the outbox; none when it was finished or cancelled.
    async fn effect(&self, id: EffectId) -> Result<Option<Effect>, StoreError>;
    /// The newest `limit` history lines of a node, oldest first.
    async fn history(&self, node: Uuid, limit: usize) -> Result<Vec<HistoryEntry>, StoreError>;

    /// Adds a port. `Duplicate` for uuid, MAC address or name.
    async fn create_port(&self, port: Port) -> Result<(), StoreError>;
    /// Replaces a port. `NotFound`, `Duplicate`.
    async fn update_port(&self, port: Port) -> Result<(), StoreError>;
    /// Removes a port. `NotFound`.
    async fn delete_port(&self, port: Uuid) -> Result<(), StoreError>;
    /// One port.
    async fn port(&self, uuid: Uuid) -> Result<Option<Port>, StoreError>;
    /// One port by its name.
    async fn port_by_name(&self, name: &str) -> Result<Option<Port>, StoreError>;
    /// The port with a MAC address.
    async fn port_by_address(&self, address: MacAddress) -> Result<Option<Port>, StoreError>;
    /// A page of ports, in order of creation unless the page says otherwise.
    async fn ports(&self, query: &PortQuery) -> Result<Vec<Port>, StoreError>;

    /// Changes resources, all of them or none.
    async fn change_resources(&self, changes: Vec<ResourceChange>) -> Result<(), StoreError>;
    /// One resource.
    async fn resource(
        &self,
        kind: ResourceKind,
        uuid: Uuid,
    ) -> Result<Option<StoredResource>, StoreError>;
    /// One resource by one of its unique values.
    async fn resource_by(
        &self,
        kind: ResourceKind,
        what: &'static str,
        value: &str,
    ) -> Result<Option<StoredResource>, StoreError>;
    /// A page of resources, in order of creation unless the page says otherwise.
    async fn resources(
        &self,
        kind: ResourceKind,
        query: &ResourceQuery,
    ) -> Result<Vec<StoredResource>, StoreError>;

    /// Stores a large value; storing it twice is one.
    async fn put_blob(&self, blob: Blob) -> Result<(), StoreError>;
    /// A large value by its hash.
    async fn blob(&self, kind: BlobKind, hash: &str) -> Result<Option<Vec<u8>>, StoreError>;
}
