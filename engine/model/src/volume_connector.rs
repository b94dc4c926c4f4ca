//! A volume connector: by which name a node reaches storage over the network.

use crate::{Object, Resource, ResourceKind, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A volume connector. Field names are those of Ironic's document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VolumeConnector {
    /// Its identity.
    pub uuid: Uuid,
    /// The node it belongs to.
    pub node_uuid: Uuid,
    /// What kind of name it is: `iqn`, `ip`, `mac`, `wwnn`, `wwpn`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// The name; unique among those of its kind.
    pub connector_id: String,
    /// Free-form data of the client.
    pub extra: Object,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

impl VolumeConnector {
    /// A connector without a name yet.
    pub fn new(uuid: Uuid, node: Uuid, created_at: Timestamp) -> Self {
        Self {
            uuid,
            node_uuid: node,
            kind: String::new(),
            connector_id: String::new(),
            extra: Object::new(),
            created_at,
            updated_at: None,
        }
    }
}

impl Resource for VolumeConnector {
    const KIND: ResourceKind = ResourceKind::VolumeConnector;

    fn uuid(&self) -> Uuid {
        self.uuid
    }

    fn node(&self) -> Option<Uuid> {
        Some(self.node_uuid)
    }

    fn unique(&self) -> Vec<(&'static str, String)> {
        let name = format!("{} {}", self.kind, self.connector_id);
        vec![("type and connector_id", name)]
    }
}
