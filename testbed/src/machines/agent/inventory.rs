//! The inventory of a model machine: plausible, and different for each in what identifies it.

use agent_wire::{
    BootInfo, Cpu, Disk, Firmware, InspectionConfiguration, InspectionData, Interface, Inventory,
    ManagerVersion, Memory, SystemVendor,
};

use super::steps::{MANAGER, MANAGER_VERSION};
use crate::machines::machine::Machine;
use crate::machines::truth::BootMode;

/// The disk that images are written to.
pub(super) const DISK: &str = "/dev/nvme0n1";
const DISK_BYTES: u64 = 1_920_383_410_176;
const MEMORY_MB: u64 = 65_536;

/// What inspection sends.
pub(super) fn document(machine: &Machine, mode: BootMode, bootif: Option<&str>) -> InspectionData {
    let inventory = inventory(machine, mode, bootif);
    InspectionData {
        root_disk: inventory.disks.first().cloned(),
        boot_interface: bootif.map(str::to_owned),
        configuration: Some(InspectionConfiguration {
            collectors: vec!["default".to_owned()],
            managers: vec![ManagerVersion {
                name: MANAGER.to_owned(),
                version: MANAGER_VERSION.to_owned(),
            }],
        }),
        inventory,
        ..InspectionData::default()
    }
}

/// The hardware.
pub(super) fn inventory(machine: &Machine, mode: BootMode, bootif: Option<&str>) -> Inventory {
    let text = |text: &str| Some(text.to_owned());
    Inventory {
        interfaces: vec![interface(machine)],
        cpu: Cpu {
            model_name: text("Model processor"),
            frequency: text("2400.0000"),
            count: 32,
            architecture: text("x86_64"),
            flags: ["lm", "sse4_2", "vmx"].map(str::to_owned).to_vec(),
            socket_count: Some(2),
        },
        disks: vec![disk(machine)],
        memory: Memory {
            total: Some((MEMORY_MB - 1024) << 20),
            physical_mb: Some(MEMORY_MB),
        },
        system_vendor: SystemVendor {
            product_name: text("Machine"),
            serial_number: Some(format!("M{:07}", machine.index)),
            manufacturer: text("Model"),
            firmware: Firmware {
                vendor: text("Model"),
                version: text("1.0"),
                build_date: text("01/01/2026"),
            },
        },
        boot: BootInfo {
            current_boot_mode: text(match mode {
                BootMode::Uefi => "uefi",
                BootMode::Legacy => "bios",
            }),
            pxe_interface: bootif.map(str::to_owned),
        },
        hostname: Some(machine.name()),
        ..Inventory::default()
    }
}

fn interface(machine: &Machine) -> Interface {
    Interface {
        name: "enp1s0".to_owned(),
        mac_address: Some(machine.mac.clone()),
        ipv4_address: Some("127.0.0.1".to_owned()),
        has_carrier: true,
        vendor: Some("0x15b3".to_owned()),
        product: Some("0x1017".to_owned()),
        speed_mbps: Some(10_000),
        pci_address: Some("0000:01:00.0".to_owned()),
        driver: Some("mlx5_core".to_owned()),
        ..Interface::default()
    }
}

fn disk(machine: &Machine) -> Disk {
    let wwn = format!("eui.{:016x}", 0x0025_3800_0000_0000 + machine.index as u64);
    Disk {
        name: DISK.to_owned(),
        model: Some("Model NVMe".to_owned()),
        size: DISK_BYTES,
        rotational: false,
        wwn: Some(wwn.clone()),
        serial: Some(format!("D{:07}", machine.index)),
        wwn_with_extension: Some(wwn),
        by_path: Some("/dev/disk/by-path/pci-0000:02:00.0-nvme-1".to_owned()),
        logical_sectors: Some(512),
        physical_sectors: Some(4096),
        tran: Some("nvme".to_owned()),
        ..Disk::default()
    }
}
