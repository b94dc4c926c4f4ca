//! `idrac`: Dell's iDRAC by Redfish. The driver knows a Dell by what the BMC says of itself, so both names of the power interface mean the
//! same here; what Dell adds to Redfish (configuration jobs, OEM actions) is not used.

use super::{HardwareType, Machine, interfaces, redfish};
use async_trait::async_trait;
use bmc_core::Driver;
use model::{InterfaceKind as K, Node, Object, Refusal};
use ports::hardware::HardwareDescription;
use std::sync::Arc;

/// The `idrac` type.
pub struct IdracHardware {
    driver: Arc<dyn Driver>,
}

impl IdracHardware {
    /// With the driver that speaks to the BMCs.
    pub fn new(driver: Arc<dyn Driver>) -> Self {
        Self { driver }
    }
}

#[async_trait]
impl HardwareType for IdracHardware {
    fn name(&self) -> &'static str {
        "idrac"
    }

    fn describe(&self) -> HardwareDescription {
        HardwareDescription {
            name: self.name(),
            interfaces: interfaces(&[
                (K::Bios, &["no-bios"]),
                (K::Boot, &["ipxe"]),
                (K::Console, &["no-console"]),
                (K::Deploy, &["direct", "custom-agent", "ramdisk"]),
                (K::Firmware, &["no-firmware"]),
                (K::Inspect, &["agent", "no-inspect"]),
                (K::Management, &["idrac-redfish"]),
                (K::Network, &["noop", "flat"]),
                (K::Power, &["idrac-redfish", "redfish"]),
                (K::Raid, &["no-raid"]),
                (K::Rescue, &["no-rescue"]),
                (K::Storage, &["noop"]),
                (K::Vendor, &["no-vendor"]),
            ]),
            properties: redfish::properties(),
        }
    }

    fn problems(&self, info: &Object) -> Vec<String> {
        redfish::problems(info)
    }

    fn machine(&self, node: &Node) -> Result<Machine, Refusal> {
        redfish::machine(&self.driver, node)
    }

    async fn close(&self) {
        self.driver.close().await;
    }
}
