//! Removes what makes a disk look used: partition tables at both ends and file system signatures of the disk and of each
//! partition. It does not erase data.

use std::io;

use super::device::Device;
use super::partitions;
use crate::host::Host;

/// How much is zeroed at both ends of the disk.
const ENDS: u64 = 1 << 20;
/// How much is zeroed at both ends of each partition: superblocks of ext4, xfs, btrfs (64 KiB), LVM, md (1.x at the start,
/// 0.9 and 1.0 within the last 128 KiB), swap and ISO 9660 (32 KiB) all lie inside.
const PARTITION_ENDS: u64 = 1 << 20;

/// Wipes a whole disk and its partitions, and makes the kernel forget the latter.
pub fn metadata(host: &Host, device: &Device) -> io::Result<()> {
    let known = partitions::read(device)
        .map(|table| table.partitions)
        .unwrap_or_default();
    for partition in known {
        let end = partition
            .start
            .saturating_add(partition.length)
            .min(device.size);
        if partition.start < end {
            ends(
                device,
                partition.start,
                end - partition.start,
                PARTITION_ENDS,
            )?;
        }
    }
    table(host, device)?;
    verify(device)
}

/// Wipes only the table: both ends of the disk.
pub fn table(host: &Host, device: &Device) -> io::Result<()> {
    ends(device, 0, device.size, ENDS)?;
    device.sync()?;
    partitions::forget(host, device);
    Ok(())
}

fn ends(device: &Device, start: u64, length: u64, width: u64) -> io::Result<()> {
    let width = width.min(length);
    device.zero(start, width)?;
    device.zero(start + length - width, width)
}

/// Reads both ends back: an acknowledged write proves nothing.
fn verify(device: &Device) -> io::Result<()> {
    device.flush_buffers()?;
    let width = ENDS.min(device.size);
    for offset in [0, device.size - width] {
        let bytes = device.read(usize::try_from(width).map_err(io::Error::other)?, offset)?;
        if let Some(at) = bytes.iter().position(|b| *b != 0) {
            return Err(io::Error::other(format!(
                "byte {} still reads {:#04x} after it was zeroed; the device does not keep what is written",
                offset + at as u64,
                bytes[at]
            )));
        }
    }
    Ok(())
}
