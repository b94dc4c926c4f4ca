//! A port group: ports of one node that are bonded into one link.

use crate::{MacAddress, Object, Resource, ResourceKind, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How the ports of a group share the traffic unless told otherwise: a mode of Linux' bonding driver, and Ironic's default.
pub const DEFAULT_MODE: &str = "active-backup";

/// A port group. Field names are those of Ironic's document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PortGroup {
    /// Its identity.
    pub uuid: Uuid,
    /// The node it belongs to.
    pub node_uuid: Uuid,
    /// A unique name, if any.
    pub name: Option<String>,
    /// The address of the bonded link; unique among port groups.
    pub address: Option<MacAddress>,
    /// Whether each of its ports may also be used alone, as for booting from the network.
    pub standalone_ports_supported: bool,
    /// How the ports share the traffic.
    pub mode: String,
    /// Settings of the bond, as whoever configures the instance's network understands them.
    pub properties: Object,
    /// The physical network that all its ports are on.
    pub physical_network: Option<String>,
    /// What the operator sorts it under.
    pub category: Option<String>,
    /// Whether it was made for one instance and goes with it.
    pub dynamic_portgroup: bool,
    /// Free-form data of the client.
    pub extra: Object,
    /// The engine's own notes.
    pub internal_info: Object,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

impl PortGroup {
    /// A port group with everything at its default.
    pub fn new(uuid: Uuid, node: Uuid, created_at: Timestamp) -> Self {
        Self {
            uuid,
            node_uuid: node,
            name: None,
            address: None,
            standalone_ports_supported: true,
            mode: DEFAULT_MODE.to_owned(),
            properties: Object::new(),
            physical_network: None,
            category: None,
            dynamic_portgroup: false,
            extra: Object::new(),
            internal_info: Object::new(),
            created_at,
            updated_at: None,
        }
    }
}

impl Resource for PortGroup {
    const KIND: ResourceKind = ResourceKind::PortGroup;

    fn uuid(&self) -> Uuid {
        self.uuid
    }

    fn node(&self) -> Option<Uuid> {
        Some(self.node_uuid)
    }

    fn unique(&self) -> Vec<(&'static str, String)> {
        let name = self.name.clone().map(|name| ("name", name));
        let address = self.address.map(|it| ("MAC address", it.to_string()));
        name.into_iter().chain(address).collect()
    }
}
