//! The fields of a port's document. The compiler holds this list against the model.

use model::{MacAddress, Object, Port, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Port")]
pub(super) struct PortFields {
    uuid: Uuid,
    node: Uuid,
    address: MacAddress,
    name: Option<String>,
    description: Option<String>,
    #[serde(default = "yes")]
    pxe_enabled: bool,
    #[serde(default)]
    local_link_connection: Object,
    physical_network: Option<String>,
    portgroup: Option<Uuid>,
    #[serde(default)]
    is_smartnic: bool,
    vendor: Option<String>,
    category: Option<String>,
    #[serde(default = "yes")]
    available_for_dynamic_portgroup: bool,
    #[serde(default)]
    extra: Object,
    #[serde(default)]
    internal_info: Object,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
}

fn yes() -> bool {
    true
}
