//! The disk of a machine that is off, seen from outside: filled with old data before a deployment, compared with the image after it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::lab::command::{output, tool};
use crate::lab::disk_content::Content;

const MIB: u64 = 1 << 20;
/// What the disk's last owner left.
const OLD: u8 = 0xa5;

/// Fills the first `bytes` of the disk, and some beyond, with somebody's data.
pub fn fill(disk: &Path, bytes: u64) -> Result<()> {
    let write = format!("write -P {OLD} 0 {}", bytes + 16 * MIB);
    output(tool("qemu-io", ["-f", "qcow2", "-c", &write]).arg(disk))
        .map(drop)
        .context("cannot fill the disk")
}

/// Fails unless the disk still holds what [`fill`] wrote.
pub fn untouched(disk: &Path, bytes: u64) -> Result<()> {
    let read = format!("read -P {OLD} 0 {}", bytes + 16 * MIB);
    let said = output(tool("qemu-io", ["-r", "-f", "qcow2", "-c", &read]).arg(disk));
    match said {
        Ok(said) if !said.contains("verification failed") => Ok(()),
        Ok(_) => bail!("the disk was written to"),
        Err(error) if error.to_string().contains("verification failed") => {
            bail!("the disk was written to")
        }
        Err(error) => Err(error),
    }
}

/// Fails unless the disk begins with the image. The first and the last MiB of the image are left out: there the partition table is, which is
/// made for the disk's size and has the config drive's partition besides.
pub fn compare(disk: &Path, image: &Path) -> Result<()> {
    let size = std::fs::metadata(image).context("the image")?.len();
    let content = Content::of(disk)?;
    same(&content, 0, image, MIB..size - MIB)
}

/// Fails unless the last partition begins with the whole image.
pub fn compare_root(disk: &Path, image: &Path) -> Result<()> {
    let size = std::fs::metadata(image).context("the image")?.len();
    let content = Content::of(disk)?;
    let partitions = content.partitions()?;
    let root = partitions.last().context("the disk has no partition")?;
    ensure!(root.length >= size, "the last partition is too small");
    same(&content, root.start, image, 0..size)
}

/// Whether this range of the image stands on the disk, the image beginning at `start` there.
fn same(disk: &Content, start: u64, image: &Path, range: Range<u64>) -> Result<()> {
    let (mut found, mut wanted) = (disk.open()?, File::open(image)?);
    let (mut left, mut right) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    for at in range.clone().step_by(1 << 20) {
        let length = usize::try_from(MIB.min(range.end - at))?;
        for (file, from, bytes) in [
            (&mut found, start + at, &mut left),
            (&mut wanted, at, &mut right),
        ] {
            file.seek(SeekFrom::Start(from))?;
            file.read_exact(&mut bytes[..length])
                .context("the disk is too short")?;
        }
        if let Some(first) = (0..length).find(|index| left[*index] != right[*index]) {
            bail!(
                "the disk has 0x{:02x} at byte {} where the image has 0x{:02x}",
                left[first],
                start + at + first as u64,
                right[first]
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn old_data_in_a_hole_is_found() {
        if tool("qemu-io", ["--version"]).output().is_err() {
            println!("not run: there is no qemu-io");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let (disk, image) = (folder.path().join("disk"), folder.path().join("image"));
        std::fs::write(&image, vec![0; 4 << 20]).unwrap();
        let create = ["create", "-q", "-f", "qcow2"];
        output(tool("qemu-img", create).arg(&disk).arg("64M")).unwrap();
        compare(&disk, &image).unwrap();
        fill(&disk, 4 << 20).unwrap();
        untouched(&disk, 4 << 20).unwrap();
        output(tool("qemu-io", ["-f", "qcow2", "-c", "write -P 0 1M 512"]).arg(&disk)).unwrap();
        untouched(&disk, 4 << 20).unwrap_err();
        fill(&disk, 4 << 20).unwrap();
        let error = compare(&disk, &image).unwrap_err().to_string();
        assert!(error.contains("0xa5 at byte 1048576"), "{error}");
    }
}
