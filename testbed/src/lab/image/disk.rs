//! Disk images with a GUID partition table, as plain files.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use gptman::{GPT, GPTPartitionEntry};
use sha2::{Digest, Sha256};

/// Bytes of a sector.
pub const SECTOR: u64 = 512;
/// Partitions begin at multiples of this, in bytes.
const ALIGNMENT: u64 = 1 << 20;

/// Type of an EFI system partition (UEFI specification 2.10, section 5.3.3), as it stands on disk.
pub const EFI_SYSTEM: [u8; 16] = guid(
    0xc12a_7328,
    0xf81f,
    0x11d2,
    [0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b],
);
/// Type of a Linux file system partition, as it stands on disk.
pub const LINUX: [u8; 16] = guid(
    0x0fc6_3daf,
    0x8483,
    0x4772,
    [0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4],
);

/// What fills a partition; the partition is as large as its content, in whole MiB.
#[derive(Debug, Clone)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// This file's bytes.
    File(PathBuf),
    /// So many zeros, which take no room.
    Empty(u64),
}

/// A partition to write.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name in the table.
    pub name: &'static str,
    /// Its type, as it stands on disk.
    pub kind: [u8; 16],
    /// What is in it.
    pub content: Content,
}

/// Writes a raw disk image that holds `parts` one after the other. Its identifiers follow from the parts' names and sizes.
pub fn write(path: &Path, parts: &[Part]) -> Result<()> {
    write_for(SECTOR, path, parts)
}

/// The same for disks with sectors of so many bytes.
pub fn write_for(sector: u64, path: &Path, parts: &[Part]) -> Result<()> {
    let sizes = parts.iter().map(Part::size).collect::<Result<Vec<_>>>()?;
    // One MiB for the table in front, one for its copy at the end.
    let total = sizes.iter().sum::<u64>() + 2 * ALIGNMENT;
    let mut disk = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    disk.set_len(total)?;
    let mut table = GPT::new_from(&mut disk, sector, identifier("disk", total))
        .context("cannot make a partition table")?;
    let mut start = ALIGNMENT;
    for (number, (part, size)) in (1..).zip(parts.iter().zip(&sizes)) {
        table[number] = part.entry(start, *size, sector);
        disk.seek(SeekFrom::Start(start))?;
        part.content.copy_to(&mut disk)?;
        start += size;
    }
    finish(&mut table, &mut disk, sector)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Makes a raw image of a disk of `size` bytes as it is after a deployment: `image`, with its partition table moved
/// to the disk's end, and a config drive in a partition of its own behind the others.
pub fn deployed(image: &Path, config_drive: Vec<u8>, size: u64, path: &Path) -> Result<()> {
    fs::copy(image, path).with_context(|| format!("cannot copy {}", image.display()))?;
    let mut disk = OpenOptions::new().read(true).write(true).open(path)?;
    let mut table =
        GPT::read_from(&mut disk, SECTOR).context("the image has no partition table")?;
    disk.set_len(size)?;
    table
        .header
        .update_from(&mut disk, SECTOR)
        .context("cannot move the partition table")?;
    let part = Part {
        name: "config-2",
        kind: LINUX,
        content: Content::Bytes(config_drive),
    };
    let start = table
        .iter()
        .map(|(_, entry)| (entry.ending_lba + 1) * SECTOR)
        .max()
        .unwrap_or(0)
        .max(ALIGNMENT)
        .next_multiple_of(ALIGNMENT);
    let number = table
        .iter()
        .filter(|(_, entry)| entry.is_used())
        .map(|(number, _)| number)
        .max()
        .unwrap_or(0)
        + 1;
    table[number] = part.entry(start, part.size()?, SECTOR);
    disk.seek(SeekFrom::Start(start))?;
    part.content.copy_to(&mut disk)?;
    finish(&mut table, &mut disk, SECTOR)
}

fn finish(table: &mut GPT, disk: &mut File, sector: u64) -> Result<()> {
    GPT::write_protective_mbr_into(disk, sector).context("cannot write the protective MBR")?;
    table
        .write_into(disk)
        .context("cannot write the partition table")?;
    disk.flush().context("cannot write the disk")
}

impl Part {
    fn size(&self) -> Result<u64> {
        let bytes = match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(path) => fs::metadata(path)
                .with_context(|| format!("cannot look at {}", path.display()))?
                .len(),
            Content::Empty(length) => *length,
        };
        Ok(bytes.max(1).next_multiple_of(ALIGNMENT))
    }

    fn entry(&self, start: u64, size: u64, sector: u64) -> GPTPartitionEntry {
        GPTPartitionEntry {
            partition_type_guid: self.kind,
            unique_partition_guid: identifier(self.name, start),
            starting_lba: start / sector,
            ending_lba: (start + size) / sector - 1,
            attribute_bits: 0,
            partition_name: self.name.into(),
        }
    }
}

impl Content {
    fn copy_to(&self, disk: &mut File) -> Result<()> {
        match self {
            Self::Bytes(bytes) => disk.write_all(bytes).context("cannot write a partition"),
            Self::File(path) => std::io::copy(&mut File::open(path)?, disk)
                .map(drop)
                .context("cannot write a partition"),
            // The file is new and as long as it will be: what nobody wrote is zero.
            Self::Empty(_) => Ok(()),
        }
    }
}

/// The mixed byte order of GUIDs on disk: the first three fields are little-endian.
pub const fn guid(first: u32, second: u16, third: u16, rest: [u8; 8]) -> [u8; 16] {
    let (a, b, c, d) = (
        first.to_le_bytes(),
        second.to_le_bytes(),
        third.to_le_bytes(),
        rest,
    );
    [
        a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6],
        d[7],
    ]
}

/// An identifier that is the same for the same image, marked as version 8 of RFC 9562 (content of one's own).
fn identifier(name: &str, salt: u64) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update(name)
        .chain_update(salt.to_be_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[7] = bytes[7] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn image(folder: &Path) -> PathBuf {
        let path = folder.join("image");
        let part = |name, byte| Part {
            name,
            kind: EFI_SYSTEM,
            content: Content::Bytes(vec![byte; 1000]),
        };
        write(&path, &[part("one", 1), part("two", 2)]).unwrap();
        path
    }

    fn table(path: &Path) -> GPT {
        GPT::read_from(&mut File::open(path).unwrap(), SECTOR).unwrap()
    }

    #[test]
    fn an_image_holds_its_partitions() {
        let folder = tempfile::tempdir().unwrap();
        let path = image(folder.path());
        let bytes = fs::read(&path).unwrap();
        let second = table(&path)[2].clone();
        assert_eq!(
            (second.partition_name.as_str(), second.starting_lba),
            ("two", 4096)
        );
        assert_eq!(bytes[2 << 20..][..1001], [vec![2; 1000], vec![0]].concat());
        assert_eq!(bytes.len(), 4 << 20);
    }

    #[test]
    fn the_same_parts_make_the_same_image() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let bytes = folders
            .each_ref()
            .map(|folder| fs::read(image(folder.path())).unwrap());
        assert!(bytes[0] == bytes[1]);
    }

    #[test]
    fn a_deployed_disk_has_a_config_drive_and_its_table_copy_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        deployed(&image(folder.path()), vec![7; 3000], 64 << 20, &path).unwrap();
        let table = table(&path);
        assert_eq!(table.header.backup_lba, (64 << 20) / SECTOR - 1);
        assert_eq!(
            (table[3].partition_name.as_str(), table[3].starting_lba),
            ("config-2", 6144)
        );
        assert_eq!(fs::read(&path).unwrap()[3 << 20..][..3000], vec![7; 3000]);
    }
}
