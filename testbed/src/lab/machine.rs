//! A virtual machine of the lab: what it is made of, before and after libvirt knows it.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Firmware of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Firmware {
    /// OVMF with its own network stack, as on a real server.
    #[default]
    Uefi,
    /// SeaBIOS; the network card's ROM is iPXE.
    Bios,
}

/// Network card of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Nic {
    /// Paravirtual.
    #[default]
    Virtio,
    /// An Intel card; Debian's cloud kernel has no driver for it.
    E1000e,
}

/// Disk of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Disk {
    /// Paravirtual, `/dev/vda`.
    #[default]
    Virtio,
    /// On an AHCI controller, `/dev/sda`; Debian's cloud kernel has no driver for it.
    Sata,
    /// `/dev/nvme0n1`.
    Nvme,
}

/// What a machine shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Firmware.
    pub firmware: Firmware,
    /// Network card.
    pub nic: Nic,
    /// Disk.
    pub disk: Disk,
    /// Memory, in MiB.
    pub memory_mib: u32,
    /// Disk size, in GiB.
    pub disk_gib: u32,
    /// Bytes of a sector of the disk: 512 or 4096.
    pub sector_bytes: u32,
    /// By how many days the machine's clock is behind.
    pub days_behind: u32,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            firmware: Firmware::default(),
            nic: Nic::default(),
            disk: Disk::default(),
            memory_mib: 1024,
            disk_gib: 4,
            sector_bytes: 512,
            days_behind: 0,
        }
    }
}

/// A machine that libvirt knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    /// Its name, `node-0` and so on.
    pub name: String,
    /// Its UUID, which is also its Redfish system id.
    pub uuid: String,
    /// Address of its network card, in lower case with colons.
    pub mac: String,
    /// What it is made of.
    pub shape: Shape,
    /// Its disk, a qcow2 file.
    pub disk_file: PathBuf,
    /// What its serial port said.
    pub serial_log: PathBuf,
}

/// The address of the machine with this number, within the locally administered range that QEMU uses.
pub fn mac_of(number: u8) -> String {
    format!("52:54:00:22:00:{number:02x}")
}

impl fmt::Display for Firmware {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Uefi => "UEFI",
            Self::Bios => "BIOS",
        })
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}, {} MiB, {:?} nic, {} GiB {:?} disk",
            self.firmware, self.memory_mib, self.nic, self.disk_gib, self.disk
        )
    }
}
