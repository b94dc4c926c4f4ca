//! The driver's face: the capability traits, each call handed to the module that knows how.

use async_trait::async_trait;
use bmc_core::{
    BmcError, BmcFacts, BootDevice, BootDeviceKind, BootManners, BootOverride, BootRequest, Driver,
    Identity, Power, PowerAction, PowerState, Target,
};

use crate::{boot, connections::Connections, identity, options::Options, power};

/// Speaks Redfish to all BMCs. Keep one for the life of the process, and [`Driver::close`] it at the end: it holds the
/// sessions.
pub struct RedfishDriver {
    connections: Connections,
}

impl RedfishDriver {
    /// A driver that behaves so; it connects nowhere yet.
    pub fn new(options: Options) -> Self {
        Self {
            connections: Connections::new(options),
        }
    }
}

#[async_trait]
impl Driver for RedfishDriver {
    fn name(&self) -> &'static str {
        "redfish"
    }

    fn power(&self) -> Option<&dyn Power> {
        Some(self)
    }

    fn boot_device(&self) -> Option<&dyn BootDevice> {
        Some(self)
    }

    fn identity(&self) -> Option<&dyn Identity> {
        Some(self)
    }

    async fn close(&self) {
        self.connections.close().await;
    }
}

#[async_trait]
impl Power for RedfishDriver {
    async fn power_state(&self, target: &Target) -> Result<PowerState, BmcError> {
        power::state(&self.connections.get(target), target).await
    }

    async fn set_power(&self, target: &Target, action: PowerAction) -> Result<(), BmcError> {
        power::set(&self.connections.get(target), target, action).await
    }

    async fn supported_actions(&self, target: &Target) -> Result<Vec<PowerAction>, BmcError> {
        power::supported(&self.connections.get(target), target).await
    }
}

#[async_trait]
impl BootDevice for RedfishDriver {
    async fn get(&self, target: &Target) -> Result<BootOverride, BmcError> {
        boot::get(&self.connections.get(target), target).await
    }

    async fn set(&self, target: &Target, request: &BootRequest) -> Result<BootOverride, BmcError> {
        boot::set(&self.connections.get(target), target, request).await
    }

    async fn supported(&self, target: &Target) -> Result<Vec<BootDeviceKind>, BmcError> {
        boot::supported(&self.connections.get(target), target).await
    }

    async fn manners(&self, target: &Target) -> Result<BootManners, BmcError> {
        boot::manners(&self.connections.get(target), target).await
    }
}

#[async_trait]
impl Identity for RedfishDriver {
    async fn facts(&self, target: &Target) -> Result<BmcFacts, BmcError> {
        identity::facts(&self.connections.get(target), target).await
    }
}
