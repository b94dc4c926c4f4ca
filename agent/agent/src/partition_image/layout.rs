//! Where each partition goes: a GUID partition table with what the firmware needs in front and the root file system last, so that the deployed
//! system can make it larger. Pure but for writing the table itself.

use gptman::{GPT, GPTPartitionEntry};

use super::wishes::Wishes;
use crate::disk::device::Device;
use crate::disk::partitions::{ESP_TYPE, LINUX_TYPE, Partition, TableError};
use crate::failure::Failure;

const MIB: u64 = 1 << 20;
/// As in ironic-python-agent: room for several boot loaders, and enough for FAT32.
const ESP_BYTES: u64 = 550 * MIB;
/// Smaller ones have no middle between the ends that are held back until the digest is right.
const LEAST_ROOT: u64 = 4 * MIB;
/// Type GUID of Linux swap, as on disk.
const SWAP_TYPE: [u8; 16] = [
    0x6d, 0xfd, 0x57, 0x06, 0xab, 0xa4, 0xc4, 0x43, 0x84, 0xe5, 0x09, 0x33, 0xc8, 0x4b, 0x4f, 0x4f,
];

/// What a partition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The firmware's.
    Esp,
    /// Space for whatever may be lost.
    Ephemeral,
    /// Swap space.
    Swap,
    /// The config drive.
    ConfigDrive,
    /// The image.
    Root,
}

impl Role {
    /// Its name in the table, as ironic-python-agent has them.
    pub fn label(self) -> &'static str {
        match self {
            Role::Esp => "efi-part",
            Role::Ephemeral => "ephemeral0",
            Role::Swap => "swap1",
            Role::ConfigDrive => "config-2",
            Role::Root => "root",
        }
    }

    /// How conductors are told of it.
    pub fn key(self) -> &'static str {
        match self {
            Role::Esp => "efi system partition",
            Role::Ephemeral => "ephemeral",
            Role::Swap => "swap",
            Role::ConfigDrive => "configdrive",
            Role::Root => "root",
        }
    }

    fn kind(self) -> [u8; 16] {
        match self {
            Role::Esp => ESP_TYPE,
            Role::Swap => SWAP_TYPE,
            Role::Ephemeral | Role::ConfigDrive | Role::Root => LINUX_TYPE,
        }
    }
}

/// The partitions of a disk, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    parts: Vec<(Role, Partition)>,
    sector: u64,
}

impl Layout {
    /// Places the partitions. `drive` is the config drive's size, `guid` gives a new identifier each time.
    ///
    /// # Errors
    /// They do not fit on a disk of so many bytes.
    pub fn plan(
        wishes: &Wishes,
        drive: Option<u64>,
        (disk, sector): (u64, u64),
        mut guid: impl FnMut() -> [u8; 16],
    ) -> Result<Self, Failure> {
        if wishes.root < LEAST_ROOT {
            return Err(Failure::image(format!(
                "a root partition of {} bytes is too small for a file system; correct instance_info/root_gb",
                wishes.root
            )));
        }
        let wanted = [
            (Role::Esp, ESP_BYTES),
            (Role::Ephemeral, wishes.ephemeral),
            (Role::Swap, wishes.swap),
            (Role::ConfigDrive, drive.unwrap_or_default()),
            (Role::Root, wishes.root),
        ];
        let mut parts: Vec<(Role, Partition)> = Vec::new();
        let mut start = MIB;
        for (role, bytes) in wanted.into_iter().filter(|(_, bytes)| *bytes > 0) {
            let partition = Partition {
                number: u32::try_from(parts.len()).unwrap_or(u32::MAX) + 1,
                start,
                length: bytes.next_multiple_of(MIB),
                label: role.label().to_owned(),
                guid: guid(),
                esp: role == Role::Esp,
            };
            start += partition.length;
            parts.push((role, partition));
        }
        // The second copy of the table: its entries and one sector.
        let end = disk.saturating_sub(16384_u64.next_multiple_of(sector) + sector);
        if start > end {
            return Err(Failure::image(format!(
                "the partitions that were asked for end at byte {start}, but the disk can be used up to byte {end} only; a smaller root_gb, swap_mb or ephemeral_gb, or a larger disk (root device hint \"size\")"
            )));
        }
        Ok(Self { parts, sector })
    }

    /// The partition with this role.
    pub fn get(&self, role: Role) -> Option<&Partition> {
        let found = self.parts.iter().find(|(it, _)| *it == role);
        found.map(|(_, partition)| partition)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Role, &Partition)> {
        self.parts
            .iter()
            .map(|(role, partition)| (*role, partition))
    }

    /// Writes the table: from now on there is something on this disk.
    pub fn write(&self, device: &Device, disk_guid: [u8; 16]) -> Result<(), TableError> {
        let mut gpt = GPT::new_from(&mut &device.file, self.sector, disk_guid)?;
        for (role, partition) in &self.parts {
            gpt[partition.number] = GPTPartitionEntry {
                partition_type_guid: role.kind(),
                unique_partition_guid: partition.guid,
                starting_lba: partition.start / self.sector,
                ending_lba: (partition.start + partition.length) / self.sector - 1,
                attribute_bits: 0,
                partition_name: role.label().into(),
            };
        }
        gpt.write_into(&mut &device.file)?;
        GPT::write_protective_mbr_into(&mut &device.file, self.sector)?;
        device.sync()?;
        Ok(())
    }
}
