//! Partition tables of a disk: reading GPT and MBR, moving GPT's backup to the end, adding a partition at the end, and
//! making the kernel see the result.

use std::io;
use std::path::{Path, PathBuf};

use gptman::{GPT, GPTPartitionEntry};

use super::device::Device;
use super::gpt;
use crate::host::Host;
use crate::log::info;
use crate::sys::block;

/// Type GUID of an EFI system partition, as on disk.
pub const ESP_TYPE: [u8; 16] = [
    0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
];
/// Type GUID of Linux file system data, as on disk.
pub const LINUX_TYPE: [u8; 16] = [
    0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47, 0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4,
];
const MBR_ESP: u8 = 0xef;
const MBR_LINUX: u8 = 0x83;
/// UEFI 2.10, section 5.2.3: an MBR with such an entry stands before a GPT.
const MBR_PROTECTIVE: u8 = 0xee;
const ALIGNMENT: u64 = 1 << 20;

/// Why a table could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Reading or writing the disk failed.
    #[error("the partition table could not be read or written")]
    Io(#[from] io::Error),
    /// The GPT is damaged.
    #[error("the GPT is damaged: {0}")]
    Gpt(#[from] gptman::Error),
    /// The GPT says what no tool writes.
    #[error("the GPT is refused: {0}")]
    OddGpt(String),
    /// The image was made for another sector size.
    #[error(
        "the image's GPT is made for {table}-byte sectors, the disk has {disk}-byte sectors; build the image for this sector size"
    )]
    SectorSize {
        /// In the table.
        table: u64,
        /// Of the disk.
        disk: u64,
    },
    /// The MBR only protects a GPT, and no copy of that is whole.
    #[error(
        "the disk's MBR says that there is a GPT, but neither copy of it is whole; check or rebuild the image"
    )]
    BrokenGpt,
    /// No table at all.
    #[error("the disk has no partition table (neither GPT nor MBR)")]
    None,
    /// No place for a partition.
    #[error("no room: {0}")]
    NoRoom(String),
}

/// Which kind of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// GUID partition table.
    Gpt,
    /// Master boot record.
    Mbr,
}

/// A partition, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Number from 1.
    pub number: u32,
    /// First byte.
    pub start: u64,
    /// Bytes.
    pub length: u64,
    /// GPT name.
    pub label: String,
    /// GPT's unique GUID as on disk; zero on MBR.
    pub guid: [u8; 16],
    /// Whether it is an EFI system partition.
    pub esp: bool,
}

/// Table kind and partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Kind.
    pub kind: TableKind,
    /// Partitions by number.
    pub partitions: Vec<Partition>,
}

/// Reads a disk's table.
pub fn read(device: &Device) -> Result<Table, TableError> {
    match gpt::read(device)? {
        Some(gpt) => Ok(Table {
            kind: TableKind::Gpt,
            partitions: gpt_partitions(&gpt),
        }),
        None => read_mbr(device),
    }
}

fn gpt_partitions(gpt: &GPT) -> Vec<Partition> {
    gpt.iter()
        .filter(|(_, entry)| entry.is_used())
        .filter_map(|(number, entry)| {
            let sectors = entry.size().ok()?;
            Some(Partition {
                number,
                start: entry.starting_lba.checked_mul(gpt.sector_size)?,
                length: sectors.checked_mul(gpt.sector_size)?,
                label: entry.partition_name.as_str().to_owned(),
                guid: entry.unique_partition_guid,
                esp: entry.partition_type_guid == ESP_TYPE,
            })
        })
        .collect()
}

fn read_mbr(device: &Device) -> Result<Table, TableError> {
    if device.size < 512 {
        return Err(TableError::None);
    }
    let sector = device.read(512, 0)?;
    if sector[510..512] != [0x55, 0xaa] {
        return Err(TableError::None);
    }
    if (0..4).any(|i| sector.get(450 + 16 * i) == Some(&MBR_PROTECTIVE)) {
        return Err(TableError::BrokenGpt);
    }
    let partitions: Vec<_> = (0..4u32)
        .filter_map(|i| {
            let entry = sector.get(446 + 16 * i as usize..462 + 16 * i as usize)?;
            let word = |at: usize| {
                entry
                    .get(at..at + 4)
                    .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            };
            let (start, length) = (u64::from(word(8)?), u64::from(word(12)?));
            (entry[4] != 0 && length > 0).then_some(Partition {
                number: i + 1,
                start: start * device.sector,
                length: length * device.sector,
                label: String::new(),
                guid: [0; 16],
                esp: entry[4] == MBR_ESP,
            })
        })
        .collect();
    // A FAT boot sector carries the same signature; without entries it is no table.
    if partitions.is_empty() {
        Err(TableError::None)
    } else {
        Ok(Table {
            kind: TableKind::Mbr,
            partitions,
        })
    }
}

/// Moves GPT's backup header to the end of a disk that is larger than the image; `true` when there was one to move.
pub fn move_backup_to_end(device: &Device) -> Result<bool, TableError> {
    let Some(mut gpt) = gpt::read(device)? else {
        return Ok(false);
    };
    let sectors = device.size / device.sector;
    let entries = u64::from(gpt.header.number_of_partition_entries) * 128;
    // Both copies of header and entries, the MBR, and at least one sector to use.
    if sectors < 2 * entries.div_ceil(device.sector) + 4 {
        return Err(TableError::NoRoom(format!(
            "a disk of {} bytes cannot hold this GPT twice; use a larger disk",
            device.size
        )));
    }
    let last = sectors - 1;
    let moved = gpt.header.backup_lba != last && gpt.header.primary_lba != last;
    gpt.header.update_from(&mut &device.file, device.sector)?;
    gpt.write_into(&mut &device.file)?;
    device.sync()?;
    Ok(moved)
}

/// Adds a partition at the end of the disk and returns it.
pub fn add_at_end(device: &Device, length: u64, label: &str) -> Result<Partition, TableError> {
    match gpt::read(device)? {
        Some(gpt) => add_gpt(device, gpt, length, label),
        None => add_mbr(device, length),
    }
}

fn add_gpt(
    device: &Device,
    mut gpt: GPT,
    length: u64,
    label: &str,
) -> Result<Partition, TableError> {
    let end = (gpt.header.last_usable_lba + 1) * device.sector;
    if end.max((gpt.header.backup_lba + 1) * device.sector) > device.size {
        return Err(TableError::NoRoom(
            "the GPT reaches beyond the end of the disk; use a larger disk".to_owned(),
        ));
    }
    let start = place_at_end(end, length, &gpt_partitions(&gpt))?;
    let number = (1..=gpt.header.number_of_partition_entries)
        .find(|n| gpt[*n].is_unused())
        .ok_or_else(|| TableError::NoRoom("the GPT has no free entry".to_owned()))?;
    let guid = *uuid::Uuid::new_v4().as_bytes();
    gpt[number] = GPTPartitionEntry {
        partition_type_guid: LINUX_TYPE,
        unique_partition_guid: guid,
        starting_lba: start / device.sector,
        ending_lba: (start + length) / device.sector - 1,
        attribute_bits: 0,
        partition_name: label.into(),
    };
    gpt.write_into(&mut &device.file)?;
    device.sync()?;
    Ok(Partition {
        number,
        start,
        length,
        label: label.to_owned(),
        guid,
        esp: false,
    })
}

fn add_mbr(device: &Device, length: u64) -> Result<Partition, TableError> {
    let table = read_mbr(device)?;
    let number = (1..=4u32)
        .find(|n| table.partitions.iter().all(|p| p.number != *n))
        .ok_or_else(|| TableError::NoRoom("all four entries of the MBR are in use".to_owned()))?;
    // An MBR counts sectors in 32 bits.
    let end = device.size.min(u64::from(u32::MAX) * device.sector);
    let start = place_at_end(end, length, &table.partitions)?;
    let mut sector = device.read(512, 0)?;
    let entry = &mut sector[446 + 16 * (number as usize - 1)..462 + 16 * (number as usize - 1)];
    let lba = |bytes: u64| {
        u32::try_from(bytes / device.sector)
            .unwrap_or(u32::MAX)
            .to_le_bytes()
    };
    entry.copy_from_slice(&[
        0, 0xfe, 0xff, 0xff, MBR_LINUX, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    entry[8..12].copy_from_slice(&lba(start));
    entry[12..16].copy_from_slice(&lba(length));
    device.write(&sector, 0)?;
    device.sync()?;
    Ok(Partition {
        number,
        start,
        length,
        label: String::new(),
        guid: [0; 16],
        esp: false,
    })
}

fn place_at_end(end: u64, length: u64, taken: &[Partition]) -> Result<u64, TableError> {
    let start = end
        .checked_sub(length)
        .map(|s| s - s % ALIGNMENT)
        .unwrap_or_default();
    let used = taken
        .iter()
        .map(|p| p.start + p.length)
        .max()
        .unwrap_or(ALIGNMENT);
    if start < used.max(ALIGNMENT) {
        return Err(TableError::NoRoom(format!(
            "{length} bytes are needed at the end of the disk, but the partitions of the image end at byte {used} of {end}; use a larger disk or a smaller image"
        )));
    }
    Ok(start)
}

/// The device node of a disk's partition.
pub fn node_of(disk: &Path, number: u32) -> String {
    let disk = disk.display().to_string();
    let between = match disk.chars().next_back() {
        Some(last) if last.is_ascii_digit() => "p",
        _ => "",
    };
    format!("{disk}{between}{number}")
}

/// Makes the kernel know the table: by reading it anew, and by telling it of each partition it did not find.
pub fn tell_kernel(host: &Host, device: &Device) -> Result<(), TableError> {
    if !device.is_block() {
        return Ok(());
    }
    if let Err(error) = block::reread_partitions(&device.file) {
        info!(
            "{}: the kernel did not reread the partition table: {error}",
            device.path.display()
        );
    }
    let Ok(table) = read(device) else {
        return Ok(());
    };
    for partition in &table.partitions {
        match known_to_kernel(host, device, partition.number) {
            Some(place) if place == (partition.start, partition.length) => {}
            known => {
                if known.is_some() {
                    drop_one(device, partition.number);
                }
                add_one(device, partition);
            }
        }
    }
    Ok(())
}

fn add_one(device: &Device, partition: &Partition) {
    let (number, start, length) = (partition.number, partition.start, partition.length);
    if let Err(error) = block::add_partition(&device.file, number, start, length) {
        info!(
            "{}: partition {number} was not added: {error}",
            device.path.display()
        );
    }
}

fn drop_one(device: &Device, number: u32) {
    if let Err(error) = block::delete_partition(&device.file, number) {
        info!(
            "{}: partition {number} stays known to the kernel: {error}",
            device.path.display()
        );
    }
}

/// Makes the kernel forget all partitions of a disk.
pub fn forget(host: &Host, device: &Device) {
    if device.is_block() {
        for folder in kernel_partitions(host, device) {
            if let Some(number) = partition_number(&folder) {
                drop_one(device, number);
            }
        }
    }
}

/// First byte and bytes of a partition as the kernel knows it; sysfs counts in units of 512 bytes whatever the disk.
fn known_to_kernel(host: &Host, device: &Device, number: u32) -> Option<(u64, u64)> {
    let mut folders = kernel_partitions(host, device).into_iter();
    let folder = folders.find(|folder| partition_number(folder) == Some(number))?;
    let bytes = |name: &str| crate::host::read_number(&folder.join(name))?.checked_mul(512);
    Some((bytes("start")?, bytes("size")?))
}

fn partition_number(folder: &Path) -> Option<u32> {
    u32::try_from(crate::host::read_number(&folder.join("partition"))?).ok()
}

/// The sysfs folders of a disk's partitions.
fn kernel_partitions(host: &Host, device: &Device) -> Vec<PathBuf> {
    let Some(name) = device.path.file_name() else {
        return Vec::new();
    };
    let folder = host.sys("class/block").join(name);
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("partition").exists())
        .collect()
}
