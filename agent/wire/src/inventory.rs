//! The hardware inventory, with exactly the keys that ironic-python-agent sends. What is unknown is null.

use serde::{Deserialize, Serialize};

/// All that inspection found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inventory {
    /// Network interfaces: physical ones, bonds and VLANs.
    pub interfaces: Vec<Interface>,
    /// Processors.
    pub cpu: Cpu,
    /// Whole disks.
    pub disks: Vec<Disk>,
    /// Memory.
    pub memory: Memory,
    /// The BMC's IPv4 address.
    pub bmc_address: Option<String>,
    /// The BMC's IPv6 address.
    pub bmc_v6address: Option<String>,
    /// The BMC's MAC address.
    pub bmc_mac: Option<String>,
    /// Who made the machine.
    pub system_vendor: SystemVendor,
    /// How the machine booted.
    pub boot: BootInfo,
    /// The ramdisk's host name.
    pub hostname: Option<String>,
}

/// A network interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Interface {
    /// Kernel name.
    pub name: String,
    /// Lower-case MAC address; the permanent one when known.
    pub mac_address: Option<String>,
    /// First IPv4 address.
    pub ipv4_address: Option<String>,
    /// First IPv6 address that is not link-local.
    pub ipv6_address: Option<String>,
    /// Link state.
    pub has_carrier: bool,
    /// Raw LLDP TLVs: type and value in hex.
    pub lldp: Option<Vec<(u8, String)>>,
    /// PCI vendor id, `0x8086`.
    pub vendor: Option<String>,
    /// PCI device id.
    pub product: Option<String>,
    /// InfiniBand client id.
    pub client_id: Option<String>,
    /// Name that the firmware gives the port.
    pub biosdevname: Option<String>,
    /// Speed in Mbit/s.
    pub speed_mbps: Option<u64>,
    /// PCI address, `0000:01:00.0`.
    pub pci_address: Option<String>,
    /// Kernel driver.
    pub driver: Option<String>,
}

/// Processors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cpu {
    /// The first processor's name.
    pub model_name: Option<String>,
    /// Highest frequency in MHz, as text: `2400.0000`.
    pub frequency: Option<String>,
    /// Logical processors.
    pub count: u64,
    /// `x86_64`, `aarch64`.
    pub architecture: Option<String>,
    /// Feature flags.
    pub flags: Vec<String>,
    /// Sockets in use.
    pub socket_count: Option<u64>,
}

/// A whole disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Disk {
    /// Device node, `/dev/sda`.
    pub name: String,
    /// Model.
    pub model: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Whether it spins.
    pub rotational: bool,
    /// World wide name, `0x` and hex.
    pub wwn: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Vendor.
    pub vendor: Option<String>,
    /// WWN and vendor extension in one.
    pub wwn_with_extension: Option<String>,
    /// The extension alone.
    pub wwn_vendor_extension: Option<String>,
    /// SCSI host:channel:target:lun.
    pub hctl: Option<String>,
    /// `/dev/disk/by-path/...`.
    pub by_path: Option<String>,
    /// Logical sector size in bytes.
    pub logical_sectors: Option<u64>,
    /// Physical sector size in bytes.
    pub physical_sectors: Option<u64>,
    /// Transport: `sata`, `sas`, `nvme`, `usb`, `virtio` ...
    pub tran: Option<String>,
}

/// Memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Bytes the kernel sees.
    pub total: Option<u64>,
    /// MiB installed.
    pub physical_mb: Option<u64>,
}

/// Who made the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SystemVendor {
    /// Product name.
    pub product_name: Option<String>,
    /// Serial number.
    pub serial_number: Option<String>,
    /// Manufacturer.
    pub manufacturer: Option<String>,
    /// System firmware.
    pub firmware: Firmware,
}

/// System firmware.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Firmware {
    /// Who made it.
    pub vendor: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its date as the firmware writes it.
    pub build_date: Option<String>,
}

/// How the machine booted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BootInfo {
    /// `uefi` or `bios`.
    pub current_boot_mode: Option<String>,
    /// MAC of the interface it booted from, as the boot loader gave it (`01-aa-bb-...` or with colons).
    pub pxe_interface: Option<String>,
}
