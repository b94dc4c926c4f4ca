//! The engine as its front doors see it: the API, the agents' listener and the boot servers ask; the conductor answers.

use crate::allocations::Allocator;
use crate::event::{Cursor, Event};
use crate::hardware::{HardwareDescription, NodeHardware, Validation};
use crate::resources::ResourceChange;
use crate::store::{PortChange, StoreError};
use agent_wire::{HeartbeatRequest, InspectionData};
use async_trait::async_trait;
use model::{
    InterfaceKind, MacAddress, Node, Object, Port, PowerTarget, Refusal, Secret, Step, Verb,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Why a request did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no such thing.
    #[error("{what} {name} could not be found.")]
    NotFound {
        /// `Node`, `Port`.
        what: &'static str,
        /// As it was named.
        name: String,
    },
    /// The request was refused; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The BMC or the agent did not do it; the text says why and what to do.
    #[error("{0}")]
    Hardware(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine is shutting down.
    #[error("the engine is shutting down; ask again when it is back")]
    ShuttingDown,
}

/// A change of a node computed from the node as it is when its turn comes.
pub type NodeEdit = Box<dyn FnOnce(&Node) -> Result<Node, Refusal> + Send>;
/// The same for a port; the node it belongs to stands beside it.
pub type PortEdit = Box<dyn FnOnce(&Node, &Port) -> Result<Port, Refusal> + Send>;

/// Changes of a node's other resources (port groups, volumes, ...) and of its ports, computed in the node's turn from the node and its
/// ports as they are then. All of them are written, or none.
pub type ResourcesEdit = Box<dyn FnOnce(&Node, &[Port]) -> Result<ResourcesChange, Refusal> + Send>;

/// What a [`ResourcesEdit`] wants written.
#[derive(Default)]
pub struct ResourcesChange {
    /// Changes of resources.
    pub resources: Vec<ResourceChange>,
    /// Changes of the node's ports that go with them.
    pub ports: Vec<PortChange>,
    /// The node as it shall be, when it changes too.
    pub node: Option<Node>,
}

/// `PUT states/provision`.
#[derive(Clone)]
pub struct ProvisionRequest {
    /// What is asked.
    pub verb: Verb,
    /// The config drive as the client sent it (object, base64 text or URL); none when absent or empty.
    pub config_drive: Option<Value>,
    /// Clean, deploy or service steps, by verb.
    pub steps: Vec<Step>,
    /// Run the steps without booting the agent.
    pub disable_ramdisk: bool,
    /// For `rescue`.
    pub rescue_password: Option<Secret<String>>,
}

impl ProvisionRequest {
    /// A request without arguments.
    pub fn new(verb: Verb) -> Self {
        Self {
            verb,
            config_drive: None,
            steps: Vec::new(),
            disable_ramdisk: false,
            rescue_password: None,
        }
    }
}

/// The boot device that the BMC has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootDeviceSetting {
    /// `pxe`, `disk`, ...; none when the BMC has no override.
    pub device: Option<String>,
    /// For good or once; none when the BMC does not say.
    pub persistent: Option<bool>,
}

/// Where an agent's call comes from, and how it proves itself.
#[derive(Clone)]
pub struct AgentOrigin {
    /// The nonce of its boot, when it carries one.
    pub nonce: Option<Secret<String>>,
    /// Its address.
    pub from: IpAddr,
    /// Whether it came in by the agents' own listener: only there a MAC address may stand for a nonce.
    pub agents_listener: bool,
}

/// An agent that introduces itself.
pub struct AgentLookup {
    /// Its MAC addresses.
    pub addresses: Vec<MacAddress>,
    /// The node it believes to be.
    pub node: Option<Uuid>,
    /// Where it calls from.
    pub origin: AgentOrigin,
}

/// What a looked-up agent is told.
pub struct AgentGrant {
    /// The node.
    pub node: Node,
    /// The token, only at the first lookup of a boot.
    pub token: Option<Secret<String>>,
    /// Seconds within which a heartbeat is expected.
    pub heartbeat_timeout: u32,
    /// Whether images may be known by MD5 digests.
    pub md5_checksums: bool,
    /// The announcement of our protocol extensions.
    pub extension: Value,
}

/// Why an agent is not served. Deliberately says little: strangers read it.
#[derive(Debug, thiserror::Error)]
pub enum AgentRefusal {
    /// No node matches, or it expects no agent.
    #[error("no node that expects an agent matches")]
    NotFound,
    /// The node is being worked on: ask again.
    #[error("the node is busy, ask again")]
    Busy,
    /// The request is wrong.
    #[error("{0}")]
    Invalid(String),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// A subscription to the event stream.
pub struct Subscription {
    /// Events after the cursor that were asked for, already known.
    pub backlog: Vec<Event>,
    /// Where the backlog ends.
    pub cursor: Cursor,
    /// Events from then on.
    pub live: broadcast::Receiver<Event>,
}

/// The cursor is older than what is kept, or of another run: list again.
#[derive(Debug, thiserror::Error)]
#[error("the cursor has expired; list the nodes again and follow from the new cursor")]
pub struct CursorExpired;

/// The engine as its front doors see it.
#[async_trait]
pub trait Engine: Allocator + NodeHardware + Send + Sync {
    /// Enrolls a node: checks driver and interfaces, fills in the defaults.
    async fn enroll(&self, node: Node) -> Result<Node, EngineError>;
    /// Changes a node in its turn. `reset_interfaces`: a new driver's defaults replace all interfaces.
    async fn edit(
        &self,
        node: Uuid,
        edit: NodeEdit,
        reset_interfaces: bool,
    ) -> Result<Node, EngineError>;
    /// Forgets a node.
    async fn delete(&self, node: Uuid) -> Result<(), EngineError>;
    /// Asks for a provision verb; returns when the request is accepted and stored.
    async fn provision(&self, node: Uuid, request: ProvisionRequest) -> Result<(), EngineError>;
    /// Asks for a power change; returns when the request is accepted and stored.
    async fn power(
        &self,
        node: Uuid,
        target: PowerTarget,
        timeout_seconds: Option<u32>,
    ) -> Result<(), EngineError>;
    /// Takes a node out of service with a reason, or back.
    async fn set_maintenance(
        &self,
        node: Uuid,
        on: bool,
        reason: Option<String>,
    ) -> Result<(), EngineError>;
    /// Sets the RAID configuration that the next RAID steps bring about.
    async fn set_target_raid(&self, node: Uuid, config: Object) -> Result<(), EngineError>;
    /// Checks each interface without touching the machine.
    async fn validate(
        &self,
        node: Uuid,
    ) -> Result<BTreeMap<InterfaceKind, Validation>, EngineError>;
    /// Asks the BMC for the boot device.
    async fn boot_device(&self, node: Uuid) -> Result<BootDeviceSetting, EngineError>;
    /// The boot devices that may be set.
    async fn supported_boot_devices(&self, node: Uuid) -> Result<Vec<String>, EngineError>;
    /// Sets the boot device and waits until the BMC shows it.
    async fn set_boot_device(
        &self,
        node: Uuid,
        device: String,
        persistent: bool,
    ) -> Result<(), EngineError>;
    /// Adds a port to its node.
    async fn create_port(&self, port: Port) -> Result<Port, EngineError>;
    /// Changes a port.
    async fn edit_port(&self, port: Uuid, edit: PortEdit) -> Result<Port, EngineError>;
    /// Removes a port.
    async fn delete_port(&self, port: Uuid) -> Result<(), EngineError>;

    /// Changes what hangs on a node, in the node's turn.
    async fn change_resources(&self, node: Uuid, edit: ResourcesEdit) -> Result<(), EngineError>;

    /// The hardware types and what of them works here.
    fn hardware_types(&self) -> Vec<HardwareDescription>;
    /// The configured name of this conductor.
    fn conductor_name(&self) -> &str;

    /// An agent introduces itself.
    async fn agent_lookup(&self, lookup: AgentLookup) -> Result<AgentGrant, AgentRefusal>;
    /// An agent's heartbeat.
    async fn agent_heartbeat(
        &self,
        node: Uuid,
        beat: HeartbeatRequest,
        from: IpAddr,
    ) -> Result<(), AgentRefusal>;
    /// An agent's inventory; answers which node it belongs to.
    async fn agent_inspection(
        &self,
        data: InspectionData,
        node: Option<Uuid>,
        origin: AgentOrigin,
    ) -> Result<Node, AgentRefusal>;

    /// Follows the event stream after a cursor, or from now on.
    fn subscribe(&self, after: Option<Cursor>) -> Result<Subscription, CursorExpired>;
}
