//! The port document.

use crate::field::{Field, field};
use crate::{Link, instant};
use model::{Object, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A port as a client sees it; what its microversion or a `fields` query leaves out is at its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "the fields are those of Ironic's port document"
)]
pub struct Port {
    pub uuid: Uuid,
    pub address: String,
    pub node_uuid: Option<Uuid>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub pxe_enabled: bool,
    pub local_link_connection: Object,
    pub physical_network: Option<String>,
    pub portgroup_uuid: Option<Uuid>,
    pub is_smartnic: bool,
    pub vendor: Option<String>,
    pub category: Option<String>,
    pub available_for_dynamic_portgroup: bool,
    pub extra: Object,
    pub internal_info: Object,
    #[serde(with = "instant::optional")]
    pub created_at: Option<Timestamp>,
    #[serde(with = "instant::optional")]
    pub updated_at: Option<Timestamp>,
    pub links: Vec<Link>,
}

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 1),
    field("address", 1),
    field("node_uuid", 1),
    field("extra", 1),
    field("created_at", 1),
    field("updated_at", 1),
    field("links", 1),
    field("internal_info", 18),
    field("local_link_connection", 19),
    field("pxe_enabled", 19),
    field("portgroup_uuid", 24),
    field("physical_network", 34),
    field("is_smartnic", 53),
    field("name", 88),
    field("description", 97),
    field("vendor", 100),
    field("category", 101),
    field("available_for_dynamic_portgroup", 111),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["uuid", "address"];

/// `POST ports`: what a client may say of a new port.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "the fields are those of Ironic's port document"
)]
pub struct PortCreate {
    pub address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_uuid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_ident: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pxe_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_network: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_link_connection: Option<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Object>,
}
