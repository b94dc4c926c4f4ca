//! The machine's inventory from sysfs and procfs, with the fields of ironic-python-agent. It reads files and starts
//! nothing; what cannot be read is null.

pub mod cpu;
pub mod disks;
pub mod interfaces;
pub mod memory;
pub mod system;

use agent_wire::{BootInfo, Inventory};

use crate::cmdline::Params;
use crate::host::{Host, read_text};

/// Collects everything but LLDP.
pub fn collect(host: &Host, params: &Params) -> Inventory {
    Inventory {
        interfaces: interfaces::collect(host),
        cpu: cpu::collect(host),
        disks: disks::collect(host),
        memory: memory::collect(host),
        bmc_address: None,
        bmc_v6address: None,
        bmc_mac: None,
        system_vendor: system::vendor(host),
        boot: BootInfo {
            current_boot_mode: Some(system::boot_mode(host).to_owned()),
            pxe_interface: params.bootif.clone(),
        },
        hostname: read_text(&host.proc("sys/kernel/hostname")).filter(|name| name != "(none)"),
    }
}
