//! The truth about a machine's disk, read from its file while the machine is off.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::lab::command::{output, tool};
use crate::lab::disk_content::Content;
use crate::lab::image::EFI_SYSTEM;

/// A GPT's head and all its entries with 512-byte sectors; what cleaning must remove at either end.
const TABLE: u64 = 33 * 512;

/// Fails unless the places of a partition table, at both ends of the disk, hold zeros.
pub fn require_no_table(disk: &Path, size: u64) -> Result<()> {
    // The first sector is the protective table's, and not in the copy at the end.
    for (offset, length) in [(0, TABLE + 512), (size - TABLE, TABLE)] {
        let read = format!("read -P 0 {offset} {length}");
        let said = output(tool("qemu-io", ["-r", "-f", "qcow2", "-c", &read]).arg(disk));
        match said {
            Ok(said) if !said.contains("verification failed") => {}
            Ok(_) => bail!("the disk still holds a partition table at byte {offset}"),
            Err(error) if error.to_string().contains("verification failed") => {
                bail!("the disk still holds a partition table at byte {offset}")
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Where ext4 has its identifier (Linux, Documentation/filesystems/ext4, section "The Super Block").
const EXT4_UUID: u64 = 1024 + 0x68;

/// Fails unless the disk has an EFI system partition first and, last, the image's file system, in which nothing is wrong. ironic-python-agent
/// writes into the file system, so its bytes may be others than the image's.
pub fn around_root(disk: &Path, image: &Path) -> Result<String> {
    let content = Content::of(disk)?;
    let partitions = content.partitions()?;
    let (first, last) = (partitions.first(), partitions.last());
    let (first, last) = first.zip(last).context("the disk has no partitions")?;
    ensure!(
        first.kind == EFI_SYSTEM,
        "the first partition is no EFI system partition: {first:?}"
    );
    let root = content.extract(last)?;
    let (found, wanted) = (uuid(root.path())?, uuid(image)?);
    ensure!(
        found == wanted,
        "the last partition's file system is {} instead of {}",
        hex::encode(found),
        hex::encode(wanted)
    );
    output(tool("e2fsck", ["-f", "-n"]).arg(root.path())).context("the root file system")?;
    Ok(format!(
        "{} partitions, the last is the image's",
        partitions.len()
    ))
}

fn uuid(file_system: &Path) -> Result<[u8; 16]> {
    let mut file = File::open(file_system)?;
    file.seek(SeekFrom::Start(EXT4_UUID))?;
    let mut uuid = [0; 16];
    file.read_exact(&mut uuid)?;
    Ok(uuid)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SIZE: u64 = 1 << 20;

    fn disk(folder: &Path, writes: &[&str]) -> std::path::PathBuf {
        let disk = folder.join("disk.qcow2");
        let create = ["create", "-q", "-f", "qcow2"];
        output(tool("qemu-img", create).arg(&disk).arg(SIZE.to_string())).unwrap();
        for write in writes {
            output(tool("qemu-io", ["-f", "qcow2", "-c", write]).arg(&disk)).unwrap();
        }
        disk
    }

    #[test]
    fn a_table_at_either_end_is_found() {
        if tool("qemu-io", ["--version"]).output().is_err() {
            println!("not run: there is no qemu-io");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let empty = disk(folder.path(), &[]);
        require_no_table(&empty, SIZE).unwrap();
        let elsewhere = disk(folder.path(), &["write -P 7 65536 512"]);
        require_no_table(&elsewhere, SIZE).unwrap();
        let first = disk(folder.path(), &["write -P 7 512 512"]);
        assert!(require_no_table(&first, SIZE).is_err());
        let last = disk(folder.path(), &["write -P 7 1048064 512"]);
        assert!(require_no_table(&last, SIZE).is_err());
    }
}
