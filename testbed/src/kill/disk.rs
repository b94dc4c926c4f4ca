//! The truth about a machine's disk, read from its file while the machine is off: no table at all, or the whole image. Anything else is an error.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use gptman::GPT;

use super::plan::Deploy;
use crate::lab::command::{output, tool};

const MIB: u64 = 1 << 20;
const SECTOR: u64 = 512;

/// What a disk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing that a firmware or a kernel takes for a table.
    NoTable,
    /// The image, every byte of it.
    WholeImage,
}

/// Makes the disk as good as new.
pub fn blank(disk: &Path, gib: u32) -> Result<()> {
    output(
        tool("qemu-img", ["create", "-q", "-f", "qcow2"])
            .arg(disk)
            .arg(format!("{gib}G")),
    )
    .map(drop)
    .context("cannot make the disk anew")
}

/// Looks. The error says what is wrong with a disk that is neither.
pub fn look(disk: &Path, deploy: Deploy, image: &[u8]) -> Result<Found> {
    let folder = tempfile::tempdir().context("a folder for the disk's content")?;
    let content = folder.path().join("content");
    let convert = ["convert", "-f", "qcow2", "-O", "raw"];
    output(tool("qemu-img", convert).arg(disk).arg(&content))?;
    judge(&File::open(&content)?, deploy, image)
}

fn judge(content: &File, deploy: Deploy, image: &[u8]) -> Result<Found> {
    let mut reader = content.try_clone()?;
    let Ok(table) = GPT::read_from(&mut reader, SECTOR) else {
        return no_table(content);
    };
    match deploy {
        Deploy::Ramdisk => bail!("a deployment that writes nothing left a partition table"),
        Deploy::Direct => whole_disk(content, &table, image)?,
        Deploy::Partition => root(content, &table, image)?,
    }
    Ok(Found::WholeImage)
}

/// Both ends, where tables, boot code and their copies stand, must be zero.
fn no_table(content: &File) -> Result<Found> {
    let size = content.metadata()?.len();
    for start in [0, size.saturating_sub(MIB)] {
        let mut bytes = vec![0; usize::try_from(MIB.min(size))?];
        content.read_exact_at(&mut bytes, start)?;
        if let Some(at) = bytes.iter().position(|byte| *byte != 0) {
            bail!(
                "the disk has no whole partition table, but 0x{:02x} at byte {}",
                bytes[at],
                start + at as u64
            );
        }
    }
    Ok(Found::NoTable)
}

/// All but the ends, where the table is made for the disk's size; the partitions of the image must be in it.
fn whole_disk(content: &File, table: &GPT, image: &[u8]) -> Result<()> {
    let mut reader = std::io::Cursor::new(image);
    let wanted = GPT::read_from(&mut reader, SECTOR).context("the image's own table")?;
    for (number, entry) in wanted.iter().filter(|(_, entry)| entry.is_used()) {
        let found = &table[number];
        ensure!(
            found.unique_partition_guid == entry.unique_partition_guid
                && found.starting_lba == entry.starting_lba,
            "partition {number} is not the image's"
        );
    }
    let end = image.len() - usize::try_from(MIB)?;
    same(content, MIB, &image[usize::try_from(MIB)?..end])
}

fn root(content: &File, table: &GPT, image: &[u8]) -> Result<()> {
    let found = table
        .iter()
        .find(|(_, entry)| entry.partition_name.as_str() == "root")
        .context("the table has no root partition")?;
    same(content, found.1.starting_lba * SECTOR, image)
}

fn same(content: &File, start: u64, wanted: &[u8]) -> Result<()> {
    let mut at = start;
    for piece in wanted.chunks(usize::try_from(MIB)?) {
        let mut bytes = vec![0; piece.len()];
        content
            .read_exact_at(&mut bytes, at)
            .context("the disk is too short")?;
        if let Some(first) = (0..piece.len()).find(|index| bytes[*index] != piece[*index]) {
            bail!(
                "half an image: the disk has a partition table, and 0x{:02x} at byte {} where the image has 0x{:02x}",
                bytes[first],
                at + first as u64,
                piece[first]
            );
        }
        at += piece.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lab::image::{Content, Part, write};

    fn image(folder: &Path) -> Vec<u8> {
        let path = folder.join("image");
        let part = Part {
            name: "data",
            kind: crate::lab::image::EFI_SYSTEM,
            content: Content::Bytes(vec![7; 3 << 20]),
        };
        write(&path, &[part]).unwrap();
        std::fs::read(path).unwrap()
    }

    fn disk(bytes: &[u8]) -> File {
        let disk = tempfile::tempfile().unwrap();
        disk.set_len(8 << 20).unwrap();
        disk.write_all_at(bytes, 0).unwrap();
        disk
    }

    #[test]
    fn half_an_image_is_told_from_a_whole_one_and_from_none() {
        let folder = tempfile::tempdir().unwrap();
        let image = image(folder.path());
        let look = |disk: &File| judge(disk, Deploy::Direct, &image);
        assert_eq!(look(&disk(&[])).unwrap(), Found::NoTable);
        assert_eq!(look(&disk(&image)).unwrap(), Found::WholeImage);
        let mut half = image.clone();
        half[2 << 20..3 << 20].fill(0);
        let error = look(&disk(&half)).unwrap_err().to_string();
        assert!(error.contains("half an image"), "{error}");
        // The protective table alone.
        let error = look(&disk(&image[..512])).unwrap_err().to_string();
        assert!(error.contains("no whole partition table"), "{error}");
        assert!(judge(&disk(&image), Deploy::Ramdisk, &image).is_err());
    }
}
