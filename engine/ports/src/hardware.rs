//! Hardware types as a reader sees them: which interfaces work here, and which driver_info keys they take; and what may be asked of one
//! node's hardware besides power and boot device.

use crate::engine::EngineError;
use async_trait::async_trait;
use model::{InterfaceKind, Object};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A key of driver_info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverProperty {
    /// The key.
    pub key: &'static str,
    /// What it is for, its default, whether it is required.
    pub description: &'static str,
}

/// A hardware type and what of it works here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HardwareDescription {
    /// Its name, as in a node's `driver`.
    pub name: &'static str,
    /// For each interface kind the implementations that work, the default first; empty when there is none.
    pub interfaces: BTreeMap<InterfaceKind, Vec<&'static str>>,
    /// The keys of driver_info it reads.
    pub properties: Vec<DriverProperty>,
}

/// What `validate` says of one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Usable.
    Good,
    /// Not usable, and why.
    Bad(String),
    /// The hardware type has no such interface.
    Unsupported,
}

/// A light on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// `chassis`, `system`, `disk`, `power` or `nic`.
    pub component: &'static str,
    /// Its name within the component.
    pub name: &'static str,
    /// Whether it can only be read.
    pub readonly: bool,
    /// The states it can have: `off`, `on`, `blinking`.
    pub states: &'static [&'static str],
}

/// A method of a vendor interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorMethod {
    /// Its name.
    pub name: &'static str,
    /// The HTTP methods by which it is called.
    pub http_methods: &'static [&'static str],
    /// Whether the caller does not wait for its end.
    pub asynchronous: bool,
    /// What it does.
    pub description: &'static str,
    /// Whether nothing else may be done to the node meanwhile.
    pub exclusive: bool,
    /// The arguments that it takes, and that it needs all of; none: whatever it is given.
    pub arguments: Option<&'static [&'static str]>,
}

/// A call of a vendor interface's method.
#[derive(Clone, Debug, PartialEq)]
pub struct VendorCall {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub http_method: String,
    /// The method's name.
    pub method: String,
    /// Its arguments.
    pub arguments: Object,
}

/// What a call of a vendor interface's method gives.
#[derive(Clone, Debug, PartialEq)]
pub enum VendorAnswer {
    /// It was begun.
    Begun,
    /// It is done, and this is its answer.
    Value(Value),
}

/// A virtual network interface to attach to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VifRequest {
    /// Its identity: the networking service's, opaque here.
    pub id: String,
    /// Only this port will do.
    pub port: Option<String>,
    /// Only this port group will do.
    pub portgroup: Option<String>,
}

/// The state of a console.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsoleState {
    /// Whether it was started.
    pub enabled: bool,
    /// How to reach it; none while it is not started.
    pub access: Option<Value>,
}

/// What a machine boots with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirmwareMode {
    /// `uefi` or `bios`.
    Boot(String),
    /// Secure boot on or off.
    SecureBoot(bool),
}

/// A change of virtual media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaChange {
    /// An image is put into a device.
    Attach {
        /// `cdrom`, `disk` or `floppy`.
        device: String,
        /// The image.
        image_url: String,
    },
    /// Devices are emptied; all when none is named.
    Detach {
        /// `cdrom`, `disk` or `floppy`, several.
        devices: Vec<String>,
    },
}

/// What may be asked of one node's hardware besides power and boot device. What a node's driver cannot do is refused in Ironic's words.
#[async_trait]
pub trait NodeHardware: Send + Sync {
    /// Whether the console was started, and how to reach it.
    async fn console(&self, node: Uuid) -> Result<ConsoleState, EngineError>;
    /// Starts or stops the console.
    async fn set_console(&self, node: Uuid, enabled: bool) -> Result<(), EngineError>;
    /// The lights of the machine.
    async fn indicators(&self, node: Uuid) -> Result<Vec<Indicator>, EngineError>;
    /// The state of a light: `off`, `on`, `blinking` or `unknown`.
    async fn indicator(
        &self,
        node: Uuid,
        component: &str,
        name: &str,
    ) -> Result<&'static str, EngineError>;
    /// Switches a light.
    async fn set_indicator(
        &self,
        node: Uuid,
        component: &str,
        name: &str,
        state: &str,
    ) -> Result<(), EngineError>;
    /// Sends the machine a non-maskable interrupt; at most once, whatever happens meanwhile.
    async fn inject_nmi(&self, node: Uuid) -> Result<(), EngineError>;
    /// Asks for a boot mode or secure boot. As in Ironic a driver's inability is told by the node's last_error, not by the answer.
    async fn set_firmware_mode(&self, node: Uuid, mode: FirmwareMode) -> Result<(), EngineError>;
    /// The devices for virtual media, as a document for each.
    async fn virtual_media(&self, node: Uuid) -> Result<Vec<Object>, EngineError>;
    /// Asks for a change of virtual media. As in Ironic a driver's inability is told by the node's last_error, not by the answer.
    async fn change_virtual_media(
        &self,
        node: Uuid,
        change: MediaChange,
    ) -> Result<(), EngineError>;
    /// The identities of the virtual network interfaces that are attached.
    async fn vifs(&self, node: Uuid) -> Result<Vec<String>, EngineError>;
    /// Attaches one to a free port.
    async fn attach_vif(&self, node: Uuid, request: VifRequest) -> Result<(), EngineError>;
    /// Detaches one.
    async fn detach_vif(&self, node: Uuid, id: &str) -> Result<(), EngineError>;
    /// The methods of the node's vendor interface.
    async fn vendor_methods(&self, node: Uuid) -> Result<Vec<VendorMethod>, EngineError>;
    /// Calls one of them.
    async fn call_vendor(&self, node: Uuid, call: VendorCall) -> Result<VendorAnswer, EngineError>;
}
