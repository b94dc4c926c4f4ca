//! What the disk of a machine that is off holds, seen from outside: a copy of it, and its partitions.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result};
use gptman::GPT;
use tempfile::{NamedTempFile, TempDir};

use super::command::{output, tool};

const MIB: u64 = 1 << 20;
/// The disks that are looked at have such sectors.
const SECTOR: u64 = 512;

/// A copy of a disk, as a raw file with holes; it goes away with this.
#[derive(Debug)]
pub struct Content {
    folder: TempDir,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its name in the table.
    pub name: String,
    /// Its type, as it stands on disk.
    pub kind: [u8; 16],
    /// Where it begins, in bytes.
    pub start: u64,
    /// How long it is, in bytes.
    pub length: u64,
}

impl Content {
    /// Copies a disk, a qcow2 file.
    pub fn of(disk: &Path) -> Result<Self> {
        let folder = tempfile::tempdir().context("a folder for the disk's content")?;
        let content = Self { folder };
        let convert = ["convert", "-f", "qcow2", "-O", "raw"];
        output(tool("qemu-img", convert).arg(disk).arg(content.path()))?;
        Ok(content)
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("content")
    }

    /// The copy, to be read.
    pub fn open(&self) -> Result<File> {
        File::open(self.path()).context("the disk's content")
    }

    /// The partitions in the order of their places; both copies of the table must be there.
    pub fn partitions(&self) -> Result<Vec<Partition>> {
        let mut disk = self.open()?;
        let table = GPT::read_from(&mut disk, SECTOR).context("the disk has no partition table")?;
        let end = disk.seek(SeekFrom::End(0))?;
        let mut last = [0; 8];
        disk.seek(SeekFrom::Start(end - SECTOR))?;
        disk.read_exact(&mut last)?;
        anyhow::ensure!(
            &last == b"EFI PART",
            "the partition table has no copy at the end"
        );
        let used = table.iter().filter(|(_, entry)| entry.is_used());
        let mut partitions: Vec<Partition> = used
            .map(|(_, entry)| Partition {
                name: entry.partition_name.as_str().to_owned(),
                kind: entry.partition_type_guid,
                start: entry.starting_lba * SECTOR,
                length: (entry.ending_lba + 1 - entry.starting_lba) * SECTOR,
            })
            .collect();
        partitions.sort_by_key(|partition| partition.start);
        Ok(partitions)
    }

    /// A partition as a file of its own, with holes.
    pub fn extract(&self, partition: &Partition) -> Result<NamedTempFile> {
        let mut disk = self.open()?;
        let mut file = NamedTempFile::new_in(self.folder.path())?;
        file.as_file().set_len(partition.length)?;
        let mut bytes = vec![0; 1 << 20];
        for at in (0..partition.length).step_by(1 << 20) {
            let length = usize::try_from(MIB.min(partition.length - at))?;
            disk.seek(SeekFrom::Start(partition.start + at))?;
            disk.read_exact(&mut bytes[..length])?;
            if bytes[..length].iter().any(|byte| *byte != 0) {
                file.seek(SeekFrom::Start(at))?;
                file.write_all(&bytes[..length])?;
            }
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lab::image::{Content as Filling, EFI_SYSTEM, Part, write};

    #[test]
    fn partitions_are_found_in_a_disk_and_taken_out_of_it() {
        if tool("qemu-img", ["--version"]).output().is_err() {
            println!("not run: there is no qemu-img");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let (raw, disk) = (folder.path().join("raw"), folder.path().join("disk"));
        let part = |name, byte| Part {
            name,
            kind: EFI_SYSTEM,
            content: Filling::Bytes(vec![byte; 3 << 20]),
        };
        write(&raw, &[part("one", 1), part("two", 2)]).unwrap();
        let convert = ["convert", "-f", "raw", "-O", "qcow2"];
        output(tool("qemu-img", convert).arg(&raw).arg(&disk)).unwrap();
        let content = Content::of(&disk).unwrap();
        let partitions = content.partitions().unwrap();
        let names: Vec<_> = partitions.iter().map(|it| (&*it.name, it.start)).collect();
        assert_eq!(names, [("one", MIB), ("two", 4 * MIB)]);
        let second = content.extract(&partitions[1]).unwrap();
        assert!(std::fs::read(second.path()).unwrap() == vec![2; 3 << 20]);
        std::fs::write(&raw, vec![0; 4 << 20]).unwrap();
        output(tool("qemu-img", convert).arg(&raw).arg(&disk)).unwrap();
        let empty = Content::of(&disk).unwrap();
        assert!(empty.partitions().is_err());
    }
}
