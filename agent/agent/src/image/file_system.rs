//! Recognises the file systems that config drives come in, ISO 9660 and FAT, by their first bytes: label and block size.
//! Reads nothing else of them.

use crate::disk::device::Device;
use crate::disk::partitions::Partition;

/// Where ISO 9660's first volume descriptor is (ECMA-119, section 8.4).
const ISO_DESCRIPTOR: u64 = 32768;
const ISO_BLOCK: u32 = 2048;

/// What was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// Without the spaces behind it.
    pub label: String,
    /// Bytes of its smallest unit: a disk with larger sectors cannot mount it.
    pub block: u32,
    /// Whether it is ISO 9660; else it is FAT.
    pub iso: bool,
}

/// In an image.
pub fn in_memory(image: &[u8]) -> Option<FileSystem> {
    recognise(|length, at| {
        let at = usize::try_from(at).ok()?;
        image.get(at..at + length).map(<[u8]>::to_vec)
    })
}

/// In a partition.
pub fn in_partition(device: &Device, partition: &Partition) -> Option<FileSystem> {
    recognise(|length, at| {
        let inside = at + length as u64 <= partition.length;
        inside.then(|| device.read(length, partition.start + at).ok())?
    })
}

fn recognise(read: impl Fn(usize, u64) -> Option<Vec<u8>>) -> Option<FileSystem> {
    if let Some(volume) = read(2048, ISO_DESCRIPTOR)
        && volume.starts_with(b"\x01CD001")
    {
        return Some(FileSystem {
            label: text(volume.get(40..72)?),
            block: ISO_BLOCK,
            iso: true,
        });
    }
    let boot = read(512, 0)?;
    // Microsoft's FAT specification: the label's place depends on the width of the entries.
    let label = if boot.get(54..57) == Some(b"FAT") {
        boot.get(43..54)?
    } else if boot.get(82..87) == Some(b"FAT32") {
        boot.get(71..82)?
    } else {
        return None;
    };
    let sector = u32::from(u16::from_le_bytes([*boot.get(11)?, *boot.get(12)?]));
    let possible = (512..=4096).contains(&sector) && sector.is_power_of_two();
    possible.then(|| FileSystem {
        label: text(label),
        block: sector,
        iso: false,
    })
}

fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim_matches([' ', '\0']).to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use netboot_media::fat::fat_image_for;
    use netboot_media::iso::iso_image;

    #[test]
    fn both_kinds_are_recognised() {
        let iso = iso_image("config-2", &[("a", b"b")], None).unwrap();
        let found = in_memory(&iso).unwrap();
        assert_eq!(
            (found.label.as_str(), found.block, found.iso),
            ("config-2", 2048, true)
        );
        let fat = fat_image_for(4096, "CONFIG-2", &[]).unwrap();
        let found = in_memory(&fat).unwrap();
        assert_eq!(
            (found.label.as_str(), found.block, found.iso),
            ("CONFIG-2", 4096, false)
        );
        assert_eq!(in_memory(&[0; 65536]), None);
        assert_eq!(in_memory(b""), None);
    }
}
