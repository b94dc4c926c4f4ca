//! An empty swap area (the header of version 1, `union swap_header` in include/linux/swap.h of Linux).

use std::io;

use crate::disk::device::Device;

/// Pages of x86, and of arm64 as Debian and Ubuntu build it; a kernel with other pages refuses the area and goes on without.
const PAGE: u64 = 4096;
const MAGIC: &[u8] = b"SWAPSPACE2";

/// Writes the header of an area that fills this part of a disk.
///
/// # Errors
/// Writing failed.
pub fn format(part: &Device, uuid: [u8; 16], label: &str) -> io::Result<()> {
    let last = u32::try_from(part.size / PAGE)
        .unwrap_or(u32::MAX)
        .saturating_sub(1);
    let mut page = vec![0; PAGE as usize];
    page[1024..1028].copy_from_slice(&1u32.to_ne_bytes());
    page[1028..1032].copy_from_slice(&last.to_ne_bytes());
    page[1036..1052].copy_from_slice(&uuid);
    for (place, byte) in page[1052..1068].iter_mut().zip(label.bytes().take(15)) {
        *place = byte;
    }
    page[PAGE as usize - MAGIC.len()..].copy_from_slice(MAGIC);
    part.write(&page, 0)
}
