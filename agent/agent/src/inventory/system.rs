//! Who made the machine and how it booted.

use agent_wire::{Firmware, SystemVendor};

use crate::host::{Host, read_text};

/// Vendor, product, serial and firmware from `/sys/class/dmi/id`.
pub fn vendor(host: &Host) -> SystemVendor {
    let dmi = |name: &str| read_text(&host.sys("class/dmi/id").join(name));
    SystemVendor {
        product_name: dmi("product_name"),
        serial_number: dmi("product_serial"),
        manufacturer: dmi("sys_vendor"),
        firmware: Firmware {
            vendor: dmi("bios_vendor"),
            version: dmi("bios_version"),
            build_date: dmi("bios_date"),
        },
    }
}

/// `uefi` or `bios`.
pub fn boot_mode(host: &Host) -> &'static str {
    if host.sys("firmware/efi").exists() {
        "uefi"
    } else {
        "bios"
    }
}
