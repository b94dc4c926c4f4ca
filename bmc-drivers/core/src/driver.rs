//! A driver: a name and the capabilities it has.

use async_trait::async_trait;

use crate::{BootDevice, Identity, Power};

/// A BMC protocol spoken by this process. One driver serves all BMCs; the [`crate::Target`] says which.
#[async_trait]
pub trait Driver: Send + Sync {
    /// The protocol's name (`redfish`).
    fn name(&self) -> &'static str;

    /// Power control, if the driver has it.
    fn power(&self) -> Option<&dyn Power>;

    /// Boot override control, if the driver has it.
    fn boot_device(&self) -> Option<&dyn BootDevice>;

    /// Identification, if the driver has it.
    fn identity(&self) -> Option<&dyn Identity>;

    /// Logs out everywhere, as far as that succeeds within a few seconds: BMCs have few session slots.
    async fn close(&self);
}
