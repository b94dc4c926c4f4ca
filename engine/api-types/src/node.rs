//! The node document.

use crate::{Link, instant};
use model::{Object, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

mod fields;

pub use fields::{FIELDS, NOT_SORTABLE, SUMMARY};

/// A node as a client sees it, secrets masked; what its microversion or a `fields` query leaves out is at its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "the fields are those of Ironic's node document"
)]
pub struct Node {
    pub uuid: Uuid,
    pub name: Option<String>,
    #[serde(with = "instant::optional")]
    pub created_at: Option<Timestamp>,
    #[serde(with = "instant::optional")]
    pub updated_at: Option<Timestamp>,
    pub driver: String,
    pub driver_info: Object,
    pub driver_internal_info: Object,
    pub properties: Object,
    pub instance_info: Object,
    pub instance_uuid: Option<String>,
    pub instance_name: Option<String>,
    pub extra: Object,
    pub chassis_uuid: Option<Uuid>,
    pub power_state: Option<String>,
    pub target_power_state: Option<String>,
    pub provision_state: Option<String>,
    pub target_provision_state: Option<String>,
    #[serde(with = "instant::optional")]
    pub provision_updated_at: Option<Timestamp>,
    pub last_error: Option<String>,
    pub maintenance: bool,
    pub maintenance_reason: Option<String>,
    pub fault: Option<String>,
    pub health: Option<String>,
    pub reservation: Option<String>,
    pub console_enabled: bool,
    pub boot_mode: Option<String>,
    pub secure_boot: Option<bool>,
    pub clean_step: Object,
    pub deploy_step: Object,
    pub service_step: Object,
    pub raid_config: Object,
    pub target_raid_config: Object,
    #[serde(with = "instant::optional")]
    pub inspection_started_at: Option<Timestamp>,
    #[serde(with = "instant::optional")]
    pub inspection_finished_at: Option<Timestamp>,
    pub resource_class: Option<String>,
    pub traits: Vec<String>,
    pub conductor_group: String,
    pub conductor: Option<String>,
    pub automated_clean: Option<bool>,
    pub protected: bool,
    pub protected_reason: Option<String>,
    pub owner: Option<String>,
    pub lessee: Option<String>,
    pub description: Option<String>,
    pub allocation_uuid: Option<Uuid>,
    pub retired: bool,
    pub retired_reason: Option<String>,
    pub network_data: Object,
    pub shard: Option<String>,
    pub parent_node: Option<Uuid>,
    pub disable_power_off: bool,
    pub bios_interface: Option<String>,
    pub boot_interface: Option<String>,
    pub console_interface: Option<String>,
    pub deploy_interface: Option<String>,
    pub firmware_interface: Option<String>,
    pub inspect_interface: Option<String>,
    pub management_interface: Option<String>,
    pub network_interface: Option<String>,
    pub power_interface: Option<String>,
    pub raid_interface: Option<String>,
    pub rescue_interface: Option<String>,
    pub storage_interface: Option<String>,
    pub vendor_interface: Option<String>,
    pub links: Vec<Link>,
    pub ports: Vec<Link>,
    pub states: Vec<Link>,
    pub portgroups: Vec<Link>,
    pub volume: Vec<Link>,
}

/// `POST nodes`: what a client may say of a new node. No `Debug`: it holds credentials.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "the fields are those of Ironic's node document"
)]
pub struct NodeCreate {
    pub driver: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub driver_info: Object,
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub properties: Object,
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub instance_info: Object,
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub extra: Object,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_class: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conductor_group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automated_clean: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_power_off: Option<bool>,
    /// `boot_interface`, `power_interface`, ... and what else the engine takes.
    #[serde(flatten)]
    pub others: BTreeMap<String, serde_json::Value>,
}
