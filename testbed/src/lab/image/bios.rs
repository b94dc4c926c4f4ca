//! What makes an image bootable by a BIOS: GRUB in a partition of its own, started by the code in the disk's first sector. Debian's GRUB brings
//! the pieces; they are put together as files, without mounting anything and without asking this machine's own disks.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use gptman::GPT;

use super::disk::{Content, Part, SECTOR, guid};
use super::read;
use crate::lab::cache;
use crate::lab::command::{output, tool};

/// Where Debian's grub-pc-bin keeps the pieces.
const PIECES: &str = "/usr/lib/grub/i386-pc";
/// The code of the first sector.
const FIRST_SECTOR: &str = "/usr/lib/grub/i386-pc/boot.img";
/// What GRUB must know to find a kernel on any disk of the lab.
const MODULES: [&str; 8] = [
    "biosdisk",
    "part_gpt",
    "fat",
    "ext2",
    "search_label",
    "linux",
    "normal",
    "configfile",
];

/// Type of a BIOS boot partition, as it stands on disk (GRUB manual, section "BIOS installation").
const KIND: [u8; 16] = guid(
    0x2168_6148,
    0x6449,
    0x6e6f,
    [0x74, 0x4e, 0x65, 0x65, 0x64, 0x45, 0x46, 0x49],
);
/// Behind the code of the first sector stand the disk's signature and the partition table.
const CODE: usize = 440;
/// Where the first sector has the number of the sector that it loads, little-endian in eight bytes (GRUB's boot.S).
const LOADS: usize = 0x5c;
/// Where that sector has the number of the one that follows it (GRUB's diskboot.S: its only block list entry).
const FOLLOWS: u64 = 0x1f4;

/// The part that holds GRUB; `menu` is what GRUB does when it starts.
pub fn part(menu: &str) -> Result<Part> {
    let folder = tempfile::tempdir().context("cannot make a scratch folder")?;
    let core = folder.path().join("core");
    program("i386-pc", menu, &MODULES, &core)?;
    Ok(Part {
        name: "BIOS boot",
        kind: KIND,
        content: Content::Bytes(read(&core)?),
    })
}

/// Puts a GRUB of this format together, as a file of its own.
pub fn program(format: &str, menu: &str, modules: &[&str], core: &Path) -> Result<()> {
    let config = tempfile::NamedTempFile::new().context("cannot make a scratch file")?;
    std::fs::write(config.path(), menu).context("cannot write GRUB's menu")?;
    output(
        tool("grub-mkimage", ["-O", format, "-d", PIECES])
            .args(["-p", "/boot/grub", "-c"])
            .arg(config.path())
            .arg("-o")
            .arg(core)
            .args(modules),
    )
    .map(drop)
    .context("cannot put GRUB together")
}

/// Changes when Debian's GRUB does: part of a cache key.
pub fn version() -> Result<String> {
    let digests = [FIRST_SECTOR, "/usr/lib/grub/i386-pc/kernel.img"]
        .map(|file| cache::sha256(Path::new(file)));
    digests.into_iter().collect()
}

/// Lets the first sector of a raw disk image start the GRUB in its BIOS boot partition.
pub fn make_bootable(raw: &Path) -> Result<()> {
    let code = read(Path::new(FIRST_SECTOR))?;
    let mut disk = OpenOptions::new().read(true).write(true).open(raw)?;
    let table = GPT::read_from(&mut disk, SECTOR).context("the image has no partition table")?;
    let start = table
        .iter()
        .find(|(_, entry)| entry.partition_type_guid == KIND)
        .context("the image has no BIOS boot partition")?
        .1
        .starting_lba;
    let mut first = [0; SECTOR as usize];
    disk.seek(SeekFrom::Start(0))?;
    disk.read_exact(&mut first)?;
    put_code(&mut first, &code, start)?;
    disk.seek(SeekFrom::Start(0))?;
    disk.write_all(&first)?;
    disk.seek(SeekFrom::Start(start * SECTOR + FOLLOWS))?;
    disk.write_all(&(start + 1).to_le_bytes())?;
    disk.flush().context("cannot write the boot code")
}

/// Leaves what the first sector holds behind the code.
fn put_code(first: &mut [u8], code: &[u8], start: u64) -> Result<()> {
    ensure!(
        code.len() == first.len() && first.len() > CODE,
        "GRUB's boot code is not one sector"
    );
    first[..CODE].copy_from_slice(&code[..CODE]);
    first[LOADS..LOADS + 8].copy_from_slice(&start.to_le_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_sector_keeps_its_partition_table() {
        let mut first = [7; 512];
        put_code(&mut first, &[1; 512], 2048).unwrap();
        assert_eq!(first[..LOADS], [1; LOADS]);
        assert_eq!(first[LOADS..LOADS + 8], [0, 8, 0, 0, 0, 0, 0, 0]);
        assert_eq!(first[LOADS + 8..CODE], [1; CODE - LOADS - 8]);
        assert_eq!(first[CODE..], [7; 512 - CODE]);
        put_code(&mut first, &[1; 1024], 2048).unwrap_err();
    }
}
