//! A volume target: a volume that a node is to reach over the network.

use crate::{Guarded, Object, Resource, ResourceKind, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A volume target. Field names are those of Ironic's document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VolumeTarget {
    /// Its identity.
    pub uuid: Uuid,
    /// The node it belongs to.
    pub node_uuid: Uuid,
    /// `iscsi`, `fibre_channel`, ...
    pub volume_type: String,
    /// The volume's identity where it is kept.
    pub volume_id: String,
    /// Its place in the node's boot order, 0 being the volume to boot from; unique on the node.
    pub boot_index: i64,
    /// How to reach it, credentials among them.
    #[serde(with = "guarded")]
    pub properties: Guarded,
    /// Free-form data of the client.
    pub extra: Object,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

impl VolumeTarget {
    /// A target that names no volume yet.
    pub fn new(uuid: Uuid, node: Uuid, created_at: Timestamp) -> Self {
        Self {
            uuid,
            node_uuid: node,
            volume_type: String::new(),
            volume_id: String::new(),
            boot_index: 0,
            properties: Guarded::default(),
            extra: Object::new(),
            created_at,
            updated_at: None,
        }
    }
}

impl Resource for VolumeTarget {
    const KIND: ResourceKind = ResourceKind::VolumeTarget;

    fn uuid(&self) -> Uuid {
        self.uuid
    }

    fn node(&self) -> Option<Uuid> {
        Some(self.node_uuid)
    }

    fn unique(&self) -> Vec<(&'static str, String)> {
        let place = format!("{} of node {}", self.boot_index, self.node_uuid);
        vec![("boot_index", place)]
    }
}

/// The serde form is the store's, which seals what is secret: the credentials are readable in it.
mod guarded {
    use crate::{Guarded, Object};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &Guarded, to: S) -> Result<S::Ok, S::Error> {
        value.expose().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Guarded, D::Error> {
        Object::deserialize(from).map(Guarded::new)
    }
}
