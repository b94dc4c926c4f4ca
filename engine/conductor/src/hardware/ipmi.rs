//! `ipmi`: listed, so that a client that looks for it sees what there is of it, and refused for nodes: this engine does not speak IPMI yet.

use super::{HardwareType, Machine, agent_keys, interfaces};
use async_trait::async_trait;
use model::{InterfaceKind as K, Node, Object, Refusal, RefusalKind};
use ports::hardware::HardwareDescription;

/// The `ipmi` type.
pub struct IpmiHardware;

const LACKING: &str = "For hardware type 'ipmi', no default value found for power interface: this engine does not speak IPMI yet. Use driver 'redfish' or 'idrac' if the BMC speaks Redfish, or 'manual-management' if a person switches the machine.";

#[async_trait]
impl HardwareType for IpmiHardware {
    fn name(&self) -> &'static str {
        "ipmi"
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
                (K::Management, &["noop"]),
                (K::Network, &["noop", "flat"]),
                (K::Power, &[]),
                (K::Raid, &["no-raid"]),
                (K::Rescue, &["no-rescue"]),
                (K::Storage, &["noop"]),
                (K::Vendor, &["no-vendor"]),
            ]),
            properties: agent_keys::PROPERTIES.to_vec(),
        }
    }

    fn problems(&self, _driver_info: &Object) -> Vec<String> {
        vec![LACKING.to_owned()]
    }

    fn machine(&self, _node: &Node) -> Result<Machine, Refusal> {
        Err(Refusal::new(RefusalKind::Invalid, LACKING))
    }

    async fn close(&self) {}

    fn lacking(&self) -> Option<&'static str> {
        Some(LACKING)
    }
}
