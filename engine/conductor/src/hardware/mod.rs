//! Hardware types: one file each, and the list of those enabled. A hardware type reads a node's driver_info and says which driver and
//! which BMC it means; the driver itself knows nothing of nodes.

mod agent_keys;
mod fake;
mod idrac;
mod ipmi;
mod management;
mod manual;
mod redfish;

pub use fake::{DelayRange, FakeDelays, FakeHardware};
pub use idrac::IdracHardware;
pub use ipmi::IpmiHardware;
pub(crate) use management::{BootDevices, boot_devices};
pub use manual::ManualManagement;
pub use redfish::RedfishHardware;

use async_trait::async_trait;
use bmc_core::{Driver, Target};
use model::{InterfaceKind, Node, Object, Refusal, RefusalKind};
use ports::hardware::{HardwareDescription, Indicator, VendorMethod};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A node's BMC, ready to be spoken to.
#[derive(Clone)]
pub struct Machine {
    /// How.
    pub driver: Arc<dyn Driver>,
    /// To whom.
    pub target: Target,
}

/// A hardware type.
#[async_trait]
pub trait HardwareType: Send + Sync {
    /// Its name, as in a node's `driver`.
    fn name(&self) -> &'static str;
    /// What of it works here.
    fn describe(&self) -> HardwareDescription;
    /// What is wrong with a node's driver_info, key by key; empty when it is good.
    fn problems(&self, driver_info: &Object) -> Vec<String>;
    /// The node's BMC.
    fn machine(&self, node: &Node) -> Result<Machine, Refusal>;
    /// Logs out everywhere.
    async fn close(&self);

    /// How long pretended work of an interface takes; none: as long as any other pretended step.
    fn delay(&self, _kind: InterfaceKind) -> Option<Duration> {
        None
    }
    /// The machines' lights, where they can be seen.
    fn lights(&self) -> Option<&dyn Lights> {
        None
    }
    /// The methods for vendor passthru, where the node's vendor interface is not `no-vendor`.
    fn vendor(&self) -> Option<&dyn VendorInterface> {
        None
    }
    /// Whether there is a console, where the node's console interface is not `no-console`.
    fn has_console(&self) -> bool {
        false
    }
    /// Why no node can have this type yet, and what to do instead.
    fn lacking(&self) -> Option<&'static str> {
        None
    }
}

/// The lights of a hardware type's machines.
pub trait Lights: Send + Sync {
    /// All of them.
    fn all(&self) -> &'static [Indicator];
    /// The state of one of them.
    fn state(&self, light: &Indicator) -> &'static str;
}

/// Methods for vendor passthru that answer at once and change nothing at the machine.
pub trait VendorInterface: Send + Sync {
    /// All of them.
    fn methods(&self) -> &'static [VendorMethod];
    /// The answer of one of them; its arguments have been checked.
    fn call(&self, method: &VendorMethod, arguments: &Object) -> Value;
}

/// The hardware types that are enabled.
pub struct Catalogue {
    types: Vec<Box<dyn HardwareType>>,
    defaults: BTreeMap<InterfaceKind, String>,
}

impl Catalogue {
    /// The enabled types.
    pub fn new(types: Vec<Box<dyn HardwareType>>) -> Self {
        Self {
            types,
            defaults: BTreeMap::new(),
        }
    }

    /// With an administrator's defaults: each counts for the types in which it works.
    pub fn with_defaults(mut self, defaults: BTreeMap<InterfaceKind, String>) -> Self {
        self.defaults = defaults;
        self
    }

    /// What of each works here, an administrator's defaults first.
    pub fn describe(&self) -> Vec<HardwareDescription> {
        self.types
            .iter()
            .map(|kind| self.described(kind.as_ref()))
            .collect()
    }

    fn described(&self, kind: &dyn HardwareType) -> HardwareDescription {
        let mut description = kind.describe();
        for (interface, preferred) in &self.defaults {
            if let Some(names) = description.interfaces.get_mut(interface) {
                names.sort_by_key(|name| name != preferred);
            }
        }
        description
    }

    /// The type named by a node's `driver`.
    pub fn find(&self, driver: &str) -> Result<&dyn HardwareType, Refusal> {
        let found = self.types.iter().find(|kind| kind.name() == driver);
        found.map(AsRef::as_ref).ok_or_else(|| {
            let names: Vec<&str> = self.types.iter().map(|kind| kind.name()).collect();
            Refusal::new(
                RefusalKind::Invalid,
                format!(
                    "No valid host was found. Reason: no conductor supports driver '{driver}'; enabled here: {}.",
                    names.join(", ")
                ),
            )
        })
    }

    /// The node's BMC.
    pub fn machine(&self, node: &Node) -> Result<Machine, Refusal> {
        self.find(&node.driver)?.machine(node)
    }

    /// The node's interfaces, complete: those it names are checked, the others get the type's default.
    pub fn resolve_interfaces(
        &self,
        node: &Node,
    ) -> Result<BTreeMap<InterfaceKind, String>, Refusal> {
        let hardware = self.find(&node.driver)?;
        if let Some(lacking) = hardware.lacking() {
            return Err(Refusal::new(RefusalKind::Invalid, lacking));
        }
        let description = self.described(hardware);
        let mut resolved = BTreeMap::new();
        for kind in InterfaceKind::ALL {
            let working = description
                .interfaces
                .get(kind)
                .cloned()
                .unwrap_or_default();
            match node.interfaces.get(kind) {
                Some(name) if !working.contains(&name.as_str()) => {
                    return Err(not_enabled(*kind, name, &node.driver, &working));
                }
                Some(name) => {
                    resolved.insert(*kind, name.clone());
                }
                None => {
                    if let Some(default) = working.first() {
                        resolved.insert(*kind, (*default).to_owned());
                    }
                }
            }
        }
        Ok(resolved)
    }

    pub(crate) async fn close(&self) {
        for kind in &self.types {
            kind.close().await;
        }
    }
}

fn not_enabled(kind: InterfaceKind, name: &str, driver: &str, working: &[&str]) -> Refusal {
    let kind = kind.as_str();
    let working = if working.is_empty() {
        "none".to_owned()
    } else {
        working.join(", ")
    };
    Refusal::new(
        RefusalKind::Invalid,
        format!(
            "Could not find the following interface in the 'ironic.hardware.interfaces.{kind}' entrypoint: {name}. Valid {kind} interfaces for driver '{driver}' are: {working}."
        ),
    )
}

/// A table of interfaces for a description.
pub(crate) fn interfaces(
    rows: &[(InterfaceKind, &[&'static str])],
) -> BTreeMap<InterfaceKind, Vec<&'static str>> {
    rows.iter()
        .map(|(kind, names)| (*kind, names.to_vec()))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
