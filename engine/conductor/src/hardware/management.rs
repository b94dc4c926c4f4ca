//! Management interfaces that ask no BMC for boot devices: what they answer instead.

use model::{InterfaceKind, Node};

/// What a node's management interface does about boot devices.
pub(crate) enum BootDevices {
    /// It asks the BMC and tells it.
    Bmc,
    /// It always says the same, and takes only some.
    Fixed {
        /// What it takes; the first is what it says is set.
        supported: &'static [&'static str],
        /// Whether it says that the device is set for good.
        persistent: bool,
    },
}

/// What a node's management interface does about boot devices. `noop` trusts that the machine tries the network before its disk.
pub(crate) fn boot_devices(node: &Node) -> BootDevices {
    match node.interface(InterfaceKind::Management) {
        "noop" => BootDevices::Fixed {
            supported: &["pxe", "disk"],
            persistent: true,
        },
        "fake" => BootDevices::Fixed {
            supported: &["pxe"],
            persistent: false,
        },
        _ => BootDevices::Bmc,
    }
}
