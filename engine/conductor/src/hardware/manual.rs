//! `manual-management`: machines without a BMC that anybody speaks to. A person switches them on and off and sees to it that they try the
//! network before their disk; the agent does the rest. Power is pretended: the engine's record says what a person was to do.

use super::fake::{self, FakeDriver};
use super::{HardwareType, Machine, agent_keys, interfaces};
use async_trait::async_trait;
use model::{InterfaceKind as K, Node, Object, Refusal};
use ports::hardware::HardwareDescription;
use std::sync::Arc;

/// The `manual-management` type.
#[derive(Default)]
pub struct ManualManagement {
    driver: Arc<FakeDriver>,
}

#[async_trait]
impl HardwareType for ManualManagement {
    fn name(&self) -> &'static str {
        "manual-management"
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
                (K::Management, &["noop", "fake"]),
                (K::Network, &["noop", "flat"]),
                (K::Power, &["fake"]),
                (K::Raid, &["no-raid"]),
                (K::Rescue, &["no-rescue"]),
                (K::Storage, &["noop"]),
                (K::Vendor, &["no-vendor"]),
            ]),
            properties: agent_keys::PROPERTIES.to_vec(),
        }
    }

    fn problems(&self, _driver_info: &Object) -> Vec<String> {
        Vec::new()
    }

    fn machine(&self, node: &Node) -> Result<Machine, Refusal> {
        fake::machine(&self.driver, node)
    }

    async fn close(&self) {}
}
