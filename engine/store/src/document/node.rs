//! The fields of a node's document. The compiler holds this list against the model: a field that is missing here does not build.

use model::{
    AgentLink, BootTicket, Fault, Flow, Guarded, InterfaceKind, Node, Object, PowerState,
    ProvisionState, Secret, Timestamp,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Node")]
pub(super) struct NodeFields {
    uuid: Uuid,
    name: Option<String>,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    driver: String,
    #[serde(default, with = "guarded")]
    driver_info: Guarded,
    #[serde(default)]
    properties: Object,
    #[serde(default, with = "guarded")]
    instance_info: Guarded,
    #[serde(default)]
    extra: Object,
    #[serde(default)]
    network_data: Object,
    #[serde(default)]
    interfaces: BTreeMap<InterfaceKind, String>,
    chassis: Option<Uuid>,
    instance_uuid: Option<String>,
    instance_name: Option<String>,
    allocation: Option<Uuid>,
    resource_class: Option<String>,
    #[serde(default)]
    traits: Vec<String>,
    #[serde(default)]
    conductor_group: String,
    shard: Option<String>,
    parent_node: Option<Uuid>,
    owner: Option<String>,
    lessee: Option<String>,
    description: Option<String>,
    automated_clean: Option<bool>,
    #[serde(default)]
    disable_power_off: bool,
    #[serde(default)]
    protected: bool,
    protected_reason: Option<String>,
    #[serde(default)]
    retired: bool,
    retired_reason: Option<String>,
    #[serde(default)]
    maintenance: bool,
    maintenance_reason: Option<String>,
    fault: Option<Fault>,
    provision_state: ProvisionState,
    target_provision_state: Option<ProvisionState>,
    provision_updated_at: Option<Timestamp>,
    power_state: Option<PowerState>,
    target_power_state: Option<PowerState>,
    last_error: Option<String>,
    #[serde(default)]
    console_enabled: bool,
    boot_mode: Option<String>,
    secure_boot: Option<bool>,
    health: Option<String>,
    #[serde(default)]
    raid_config: Object,
    #[serde(default)]
    target_raid_config: Object,
    inspection_started_at: Option<Timestamp>,
    inspection_finished_at: Option<Timestamp>,
    inventory: Option<String>,
    config_drive: Option<String>,
    agent_logs: Option<String>,
    flow: Option<Flow>,
    errand: Option<Flow>,
    #[serde(default, with = "agent")]
    agent: Option<AgentLink>,
    #[serde(default, with = "boot")]
    boot: Option<BootTicket>,
    next_effect: u64,
    /// Stands in a column; the store sets it when it reads.
    #[serde(skip)]
    revision: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AgentLink")]
struct AgentFields {
    #[serde(with = "secret_text")]
    token: Secret<String>,
    url: Option<String>,
    certificate: Option<String>,
    version: Option<String>,
    since: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "BootTicket")]
struct BootFields {
    /// Stored under a name of the masking list, by which it is sealed.
    #[serde(rename = "nonce_token", with = "secret_text")]
    nonce: Secret<String>,
    minted_at: Timestamp,
    spent: bool,
}

mod guarded {
    use super::*;

    pub(super) fn serialize<S: Serializer>(value: &Guarded, to: S) -> Result<S::Ok, S::Error> {
        value.expose().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Guarded, D::Error> {
        Object::deserialize(from).map(Guarded::new)
    }
}

mod secret_text {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        value: &Secret<String>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.expose().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Secret<String>, D::Error> {
        String::deserialize(from).map(Secret::new)
    }
}

macro_rules! optional {
    ($module:ident, $type:ident, $fields:literal) => {
        mod $module {
            use super::*;

            #[derive(Serialize)]
            struct Lent<'a>(#[serde(with = $fields)] &'a $type);

            #[derive(Deserialize)]
            struct Owned(#[serde(with = $fields)] $type);

            pub(super) fn serialize<S: Serializer>(
                value: &Option<$type>,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                value.as_ref().map(Lent).serialize(to)
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                from: D,
            ) -> Result<Option<$type>, D::Error> {
                Ok(Option::<Owned>::deserialize(from)?.map(|owned| owned.0))
            }
        }
    };
}

optional!(agent, AgentLink, "AgentFields");
optional!(boot, BootTicket, "BootFields");
