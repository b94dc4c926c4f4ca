//! A network port of a node.

use crate::{MacAddress, Object, Timestamp};
use uuid::Uuid;

/// A network port of a node, known by its MAC address.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// Its identity.
    pub uuid: Uuid,
    /// The node it belongs to.
    pub node: Uuid,
    /// Its hardware address; unique over all nodes.
    pub address: MacAddress,
    /// A unique name, if any.
    pub name: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether the machine may network boot from it.
    pub pxe_enabled: bool,
    /// The switch port it is connected to.
    pub local_link_connection: Object,
    /// The physical network it is on.
    pub physical_network: Option<String>,
    /// The port group it belongs to.
    pub portgroup: Option<Uuid>,
    /// Whether it is a smart NIC.
    pub is_smartnic: bool,
    /// Vendor of the NIC.
    pub vendor: Option<String>,
    /// Category of the NIC.
    pub category: Option<String>,
    /// Whether dynamic port groups may take it.
    pub available_for_dynamic_portgroup: bool,
    /// Free-form data of the client.
    pub extra: Object,
    /// The engine's own notes.
    pub internal_info: Object,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

impl Port {
    /// A port with everything at its default.
    pub fn new(uuid: Uuid, node: Uuid, address: MacAddress, created_at: Timestamp) -> Self {
        Self {
            uuid,
            node,
            address,
            name: None,
            description: None,
            pxe_enabled: true,
            local_link_connection: Object::new(),
            physical_network: None,
            portgroup: None,
            is_smartnic: false,
            vendor: None,
            category: None,
            available_for_dynamic_portgroup: true,
            extra: Object::new(),
            internal_info: Object::new(),
            created_at,
            updated_at: None,
        }
    }
}
