//! A node: one machine as the engine knows it.

use crate::{Flow, Guarded, InterfaceKind, Object, PowerState, ProvisionState, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// Why a node is out of service until it is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// The BMC does not answer.
    #[serde(rename = "power failure")]
    Power,
    /// A clean step failed.
    #[serde(rename = "clean failure")]
    Clean,
    /// Clean-up after an aborted rescue failed.
    #[serde(rename = "rescue abort failure")]
    RescueAbort,
    /// A service step failed.
    #[serde(rename = "service failure")]
    Service,
}

impl Fault {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Power => "power failure",
            Fault::Clean => "clean failure",
            Fault::RescueAbort => "rescue abort failure",
            Fault::Service => "service failure",
        }
    }

    /// The fault named by the text.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Fault::Power,
            Fault::Clean,
            Fault::RescueAbort,
            Fault::Service,
        ]
        .into_iter()
        .find(|fault| fault.as_str() == text)
    }
}

/// The agent that runs on the machine.
#[derive(Clone, PartialEq)]
pub struct AgentLink {
    /// Proves that a heartbeat comes from the agent of this boot.
    pub token: Secret<String>,
    /// Where its API is; known from the first heartbeat on.
    pub url: Option<String>,
    /// Its certificate in PEM form; calls are pinned to it.
    pub certificate: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// When it looked itself up.
    pub since: Timestamp,
}

impl fmt::Debug for AgentLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentLink")
            .field("url", &self.url)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Leave to boot the agent from the network, given per power-on.
#[derive(Clone, PartialEq)]
pub struct BootTicket {
    /// Proves which boot it is; handed out in the second initrd.
    pub nonce: Secret<String>,
    /// When it was minted.
    pub minted_at: Timestamp,
    /// Whether an agent has looked itself up with it.
    pub spent: bool,
}

impl fmt::Debug for BootTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BootTicket")
            .field("minted_at", &self.minted_at)
            .field("spent", &self.spent)
            .finish_non_exhaustive()
    }
}

/// One machine as the engine knows it. Field names follow Ironic's node document where it has them.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    missing_docs,
    reason = "fields not documented here are those of Ironic's node document, same meaning"
)]
pub struct Node {
    pub uuid: Uuid,
    pub name: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
    pub driver: String,
    pub driver_info: Guarded,
    pub properties: Object,
    pub instance_info: Guarded,
    pub extra: Object,
    pub network_data: Object,
    pub interfaces: BTreeMap<InterfaceKind, String>,
    pub chassis: Option<Uuid>,
    pub instance_uuid: Option<String>,
    pub instance_name: Option<String>,
    pub allocation: Option<Uuid>,
    pub resource_class: Option<String>,
    pub traits: Vec<String>,
    pub conductor_group: String,
    pub shard: Option<String>,
    pub parent_node: Option<Uuid>,
    pub owner: Option<String>,
    pub lessee: Option<String>,
    pub description: Option<String>,
    pub automated_clean: Option<bool>,
    pub disable_power_off: bool,
    pub protected: bool,
    pub protected_reason: Option<String>,
    pub retired: bool,
    pub retired_reason: Option<String>,
    pub maintenance: bool,
    pub maintenance_reason: Option<String>,
    pub fault: Option<Fault>,
    pub provision_state: ProvisionState,
    pub target_provision_state: Option<ProvisionState>,
    pub provision_updated_at: Option<Timestamp>,
    pub power_state: Option<PowerState>,
    pub target_power_state: Option<PowerState>,
    pub last_error: Option<String>,
    pub console_enabled: bool,
    pub boot_mode: Option<String>,
    pub secure_boot: Option<bool>,
    pub health: Option<String>,
    pub raid_config: Object,
    pub target_raid_config: Object,
    pub inspection_started_at: Option<Timestamp>,
    pub inspection_finished_at: Option<Timestamp>,
    /// Hash of the inventory document in the blob table.
    pub inventory: Option<String>,
    /// Hash of the config drive (JSON or text, as the client sent it) in the blob table.
    pub config_drive: Option<String>,
    /// Hash of the newest logs of an agent (a gzipped tar archive) in the blob table: kept when one of its steps failed.
    pub agent_logs: Option<String>,
    /// What the engine is doing; none when the node is at rest.
    pub flow: Option<Flow>,
    /// A power change beside the flow.
    pub errand: Option<Flow>,
    /// The agent that runs on the machine, if one does.
    pub agent: Option<AgentLink>,
    /// Leave to boot the agent from the network.
    pub boot: Option<BootTicket>,
    /// The number the next effect gets.
    pub next_effect: u64,
    /// Counts every stored change: a turn that was computed from an older one is refused.
    pub revision: u64,
}

impl Node {
    /// A new node in `enroll` with everything at its default.
    pub fn new(uuid: Uuid, driver: &str, created_at: Timestamp) -> Self {
        Self {
            uuid,
            name: None,
            created_at,
            updated_at: None,
            driver: driver.to_owned(),
            driver_info: Guarded::default(),
            properties: Object::new(),
            instance_info: Guarded::default(),
            extra: Object::new(),
            network_data: Object::new(),
            interfaces: BTreeMap::new(),
            chassis: None,
            instance_uuid: None,
            instance_name: None,
            allocation: None,
            resource_class: None,
            traits: Vec::new(),
            conductor_group: String::new(),
            shard: None,
            parent_node: None,
            owner: None,
            lessee: None,
            description: None,
            automated_clean: None,
            disable_power_off: false,
            protected: false,
            protected_reason: None,
            retired: false,
            retired_reason: None,
            maintenance: false,
            maintenance_reason: None,
            fault: None,
            provision_state: ProvisionState::Enroll,
            target_provision_state: None,
            provision_updated_at: None,
            power_state: None,
            target_power_state: None,
            last_error: None,
            console_enabled: false,
            boot_mode: None,
            secure_boot: None,
            health: None,
            raid_config: Object::new(),
            target_raid_config: Object::new(),
            inspection_started_at: None,
            inspection_finished_at: None,
            inventory: None,
            config_drive: None,
            agent_logs: None,
            flow: None,
            errand: None,
            agent: None,
            boot: None,
            next_effect: 1,
            revision: 0,
        }
    }

    /// The implementation chosen for an interface kind; empty when the driver has none.
    pub fn interface(&self, kind: InterfaceKind) -> &str {
        self.interfaces.get(&kind).map_or("", String::as_str)
    }

    /// Whether the engine itself is at work: clients see a `reservation`.
    pub fn is_busy(&self) -> bool {
        let at_work = |flow: &Flow| flow.pending.is_some();
        self.provision_state.class() == crate::StateClass::Working
            || self.flow.as_ref().is_some_and(at_work)
            || self.errand.as_ref().is_some_and(at_work)
    }

    /// As people name it: its name, else its UUID.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.uuid.to_string())
    }
}
