//! A cell of the table: what is deployed, how, and on what. It runs nothing.

use std::fmt;

use crate::lab::image::packed::Format;
use crate::lab::machine::{Disk, Firmware, Shape};

/// How an instance gets onto a machine: Ironic's deploy interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// The agent writes an image to the disk.
    Direct,
    /// The machine boots the instance from the network; nothing is written.
    Ramdisk,
    /// The agent runs the steps that the user asks for.
    CustomAgent,
}

impl Interface {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Ramdisk, Self::CustomAgent];

    /// As the API names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Ramdisk => "ramdisk",
            Self::CustomAgent => "custom-agent",
        }
    }

    /// What it deploys.
    pub fn forms(self) -> &'static [Form] {
        const IMAGES: &[Form] = &[
            Form::Image(Format::Raw),
            Form::Image(Format::RawGzip),
            Form::Image(Format::RawZstd),
            Form::Image(Format::RawXz),
            Form::Image(Format::Qcow2),
            Form::Image(Format::Qcow2Deflate),
            Form::Image(Format::Qcow2Zstd),
            Form::Partition(Format::Raw),
            Form::Partition(Format::Qcow2Deflate),
        ];
        match self {
            Self::Direct | Self::CustomAgent => IMAGES,
            Self::Ramdisk => &[Form::KernelAndRamdisk, Form::Iso],
        }
    }
}

/// The form in which an instance comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A disk image.
    Image(Format),
    /// An image of a root file system alone.
    Partition(Format),
    /// A kernel and its ramdisk.
    KernelAndRamdisk,
    /// A bootable ISO image.
    Iso,
}

impl Form {
    /// Its name in a cell's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image(format) => format.name(),
            Self::Partition(Format::Raw) => "partition.raw",
            Self::Partition(_) => "partition.qcow2",
            Self::KernelAndRamdisk => "kernel+ramdisk",
            Self::Iso => "iso",
        }
    }
}

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Firmware of the machine.
    pub firmware: Firmware,
    /// Its disk.
    pub disk: Disk,
    /// The deploy interface.
    pub interface: Interface,
    /// The form of what is deployed.
    pub form: Form,
}

const FIRMWARE: [Firmware; 2] = [Firmware::Uefi, Firmware::Bios];
const DISKS: [Disk; 3] = [Disk::Virtio, Disk::Sata, Disk::Nvme];

impl Cell {
    /// All of them, in the table's order.
    pub fn all() -> Vec<Self> {
        let mut cells = Vec::new();
        for interface in Interface::ALL {
            for (firmware, disk) in Self::machines() {
                for form in interface.forms() {
                    cells.push(Self {
                        firmware,
                        disk,
                        interface,
                        form: *form,
                    });
                }
            }
        }
        cells
    }

    /// The machines that the cells need.
    pub fn machines() -> Vec<(Firmware, Disk)> {
        let all = FIRMWARE.into_iter();
        all.flat_map(|firmware| DISKS.map(|disk| (firmware, disk)))
            .collect()
    }

    /// Why it cannot be run; empty when it can.
    pub fn obstacle(&self) -> &'static str {
        match (self.form, self.firmware) {
            (Form::Partition(_), Firmware::Bios) => {
                "in BIOS mode programs of the image would have to be run to make it bootable, which the agent refuses"
            }
            _ => "",
        }
    }

    /// Whether it can be run.
    pub fn can_run(&self) -> bool {
        self.obstacle().is_empty()
    }

    /// Whether this is it: parts between slashes, and `*` stands for any.
    pub fn matches(&self, pattern: &str) -> bool {
        let name = self.to_string();
        let (parts, wanted) = (name.split('/'), pattern.split('/'));
        wanted.clone().count() == 4
            && parts
                .zip(wanted)
                .all(|(part, wanted)| wanted == "*" || wanted == part)
    }

    /// The machine that it needs.
    pub fn shape(&self, memory_mib: u32) -> Shape {
        Shape {
            firmware: self.firmware,
            disk: self.disk,
            memory_mib,
            ..Shape::default()
        }
    }

    /// A host name that no other cell has.
    pub fn host_name(&self) -> String {
        self.to_string().replace(['/', '.', '+'], "-")
    }

    /// The disk that the deployed system runs from, by the system's name for it; none where it runs from memory.
    pub fn device(&self) -> &'static str {
        match (self.form, self.disk) {
            (Form::KernelAndRamdisk | Form::Iso, _) => "",
            (_, Disk::Virtio) => "/dev/vda",
            (_, Disk::Sata) => "/dev/sda",
            (_, Disk::Nvme) => "/dev/nvme0n1",
        }
    }
}

/// `uefi` or `bios`, as systems and the API say it.
pub fn firmware_name(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Uefi => "uefi",
        Firmware::Bios => "bios",
    }
}

/// The disk's name in a cell's.
pub fn disk_name(disk: Disk) -> &'static str {
    match disk {
        Disk::Virtio => "virtio",
        Disk::Sata => "sata",
        Disk::Nvme => "nvme",
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (firmware, disk) = (firmware_name(self.firmware), disk_name(self.disk));
        let text = format!(
            "{firmware}/{disk}/{}/{}",
            self.interface.name(),
            self.form.name()
        );
        out.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_cell_has_a_name_of_its_own() {
        let all = Cell::all();
        assert_eq!(all.len(), 2 * 3 * (9 + 2 + 9));
        let names: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
        let hosts: BTreeSet<String> = all.iter().map(Cell::host_name).collect();
        assert_eq!((names.len(), hosts.len()), (all.len(), all.len()));
    }

    #[test]
    fn a_star_stands_for_one_part() {
        let all = Cell::all();
        let count = |pattern: &str| all.iter().filter(|cell| cell.matches(pattern)).count();
        assert_eq!(count("uefi/virtio/direct/raw"), 1);
        assert_eq!(count("*/*/direct/qcow2"), 6);
        assert_eq!(count("*"), 0);
        assert_eq!(count("uefi/virtio/direct"), 0);
        assert_eq!(count("uefi/scsi/direct/raw"), 0);
    }
}
