//! An allocation: the wish for a node of some kind, and the node that was found for it.

use crate::{Object, Resource, ResourceKind, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How far an allocation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AllocationState {
    /// A node is being looked for.
    Allocating,
    /// It has its node.
    Active,
    /// There was none.
    Error,
}

impl AllocationState {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allocating => "allocating",
            Self::Active => "active",
            Self::Error => "error",
        }
    }
}

/// An allocation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    /// Its identity; the node's `instance_uuid` while it has one.
    pub uuid: Uuid,
    /// What it is called; no other has this name. A node of the same name is preferred.
    pub name: Option<String>,
    /// Its node.
    pub node_uuid: Option<Uuid>,
    /// How far it has come.
    pub state: AllocationState,
    /// Why there was no node.
    pub last_error: Option<String>,
    /// Nodes of this class only. None only when it was made for a node that has none.
    pub resource_class: Option<String>,
    /// One of these nodes only; empty: any.
    pub candidate_nodes: Vec<Uuid>,
    /// Nodes that have all of these only.
    pub traits: Vec<String>,
    /// The project that it is for; only nodes of which this is owner or lessee.
    pub owner: Option<String>,
    /// Free-form data of the client.
    pub extra: Object,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

impl Allocation {
    /// One that looks for a node, with everything else at its default.
    pub fn new(uuid: Uuid, created_at: Timestamp) -> Self {
        Self {
            uuid,
            name: None,
            node_uuid: None,
            state: AllocationState::Allocating,
            last_error: None,
            resource_class: None,
            candidate_nodes: Vec::new(),
            traits: Vec::new(),
            owner: None,
            extra: Object::new(),
            created_at,
            updated_at: None,
        }
    }
}

impl Resource for Allocation {
    const KIND: ResourceKind = ResourceKind::Allocation;

    fn uuid(&self) -> Uuid {
        self.uuid
    }

    fn node(&self) -> Option<Uuid> {
        self.node_uuid
    }

    fn unique(&self) -> Vec<(&'static str, String)> {
        let name = self.name.iter();
        name.map(|name| ("name", name.clone())).collect()
    }
}
