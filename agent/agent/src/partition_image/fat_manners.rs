//! Mends what the library leaves in a FAT32 file system that was just made here, and what checkers call damage: `.` and `..` belong into the first
//! two slots of a directory, `..` of one below the root names no cluster (Microsoft's FAT specification, section 6.5), and the free clusters
//! are to be counted (section 5). It works on nothing else.

use std::io;

use crate::disk::device::Device;

const SLOT: usize = 32;
const ATTRIBUTES: usize = 11;
const LONG_NAME: u8 = 0x0f;
const DIRECTORY: u8 = 0x10;
const DELETED: u8 = 0xe5;
const DOT: &[u8] = b".          ";
const DOT_DOT: &[u8] = b"..         ";
const LAST: u32 = 0x0fff_fff8;
const CLUSTER_BITS: u32 = 0x0fff_ffff;

/// Where things lie.
struct Layout<'d> {
    device: &'d Device,
    fat: u64,
    data: u64,
    cluster: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(bytes[at]) | u64::from(bytes[at + 1]) << 8
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

impl Layout<'_> {
    fn place(&self, cluster: u32) -> u64 {
        self.data + u64::from(cluster.saturating_sub(2)) * self.cluster
    }

    fn next(&self, cluster: u32) -> io::Result<Option<u32>> {
        let entry = self.device.read(4, self.fat + 4 * u64::from(cluster))?;
        let next = u32_at(&entry, 0) & CLUSTER_BITS;
        Ok((2..LAST).contains(&next).then_some(next))
    }

    /// Whether a cluster belongs to the root directory.
    fn is_root(&self, root: u32, cluster: u32) -> io::Result<bool> {
        let mut at = Some(root);
        while let Some(found) = at {
            if found == cluster {
                return Ok(true);
            }
            at = self.next(found)?;
        }
        Ok(false)
    }

    /// Writes the number of free clusters where it is looked for.
    fn count_free(&self, boot: &[u8], sector: u64) -> io::Result<()> {
        let bytes = u64::from(u32_at(boot, 32)) * sector;
        let clusters = bytes.saturating_sub(self.data) / self.cluster.max(1);
        let length = usize::try_from(4 * clusters).map_err(io::Error::other)?;
        let table = self.device.read(length, self.fat + 8)?;
        let entries = table.chunks_exact(4);
        let free = entries
            .filter(|entry| u32_at(entry, 0) & CLUSTER_BITS == 0)
            .count();
        let free = u32::try_from(free).map_err(io::Error::other)?;
        let about = u16_at(boot, 48) * sector;
        let mut info = self.device.read(512, about)?;
        info[488..492].copy_from_slice(&free.to_le_bytes());
        self.device.write(&info, about)
    }

    /// Mends one cluster of a directory; gives the directories that it names.
    fn mend(
        &self,
        Visit {
            cluster,
            first,
            top,
        }: Visit,
    ) -> io::Result<Vec<u32>> {
        let length = usize::try_from(self.cluster).map_err(io::Error::other)?;
        let mut bytes = self.device.read(length, self.place(cluster))?;
        if first {
            put_first(&mut bytes);
            if top {
                // Both halves of the cluster's number.
                bytes[SLOT + 20..SLOT + 22].fill(0);
                bytes[SLOT + 26..SLOT + 28].fill(0);
            }
            self.device.write(&bytes, self.place(cluster))?;
        }
        let slots = bytes.chunks_exact(SLOT);
        let folders = slots.filter(|slot| {
            slot[ATTRIBUTES] & DIRECTORY != 0
                && slot[ATTRIBUTES] != LONG_NAME
                && ![0, DELETED, b'.'].contains(&slot[0])
        });
        let start = |slot: &[u8]| (u16_at(slot, 20) << 16 | u16_at(slot, 26)) as u32;
        Ok(folders.map(start).filter(|cluster| *cluster >= 2).collect())
    }
}

/// A cluster of a directory: whether it is its first, and whether the directory is in the root.
#[derive(Clone, Copy)]
struct Visit {
    cluster: u32,
    first: bool,
    top: bool,
}

fn put_first(bytes: &mut [u8]) {
    let slots: Vec<Vec<u8>> = bytes
        .chunks_exact(SLOT)
        .take(4)
        .map(<[u8]>::to_vec)
        .collect();
    let named = |name: &[u8]| slots.iter().find(|slot| slot.starts_with(name)).cloned();
    let (Some(dot), Some(dot_dot)) = (named(DOT), named(DOT_DOT)) else {
        return;
    };
    if slots[0] == dot && slots[1] == dot_dot {
        return;
    }
    for (at, slot) in bytes.chunks_exact_mut(SLOT).take(4).enumerate() {
        match at {
            0 => slot.copy_from_slice(&dot),
            1 => slot.copy_from_slice(&dot_dot),
            _ => {
                slot.fill(0);
                slot[0] = DELETED;
            }
        }
    }
}

/// Mends every directory below the root.
///
/// # Errors
/// The disk cannot be read or written.
pub fn mend(device: &Device) -> io::Result<()> {
    let boot = device.read(512, 0)?;
    let sector = u16_at(&boot, 11);
    let fat = u16_at(&boot, 14) * sector;
    let tables = u64::from(boot[16]) * u64::from(u32_at(&boot, 36)) * sector;
    let layout = Layout {
        device,
        fat,
        data: fat + tables,
        cluster: u64::from(boot[13]) * sector,
    };
    let root = u32_at(&boot, 44);
    let mut open = vec![(root, false, false)];
    while let Some((cluster, first, top)) = open.pop() {
        let folders = layout.mend(Visit {
            cluster,
            first,
            top,
        })?;
        let in_root = layout.is_root(root, cluster)?;
        open.extend(folders.into_iter().map(|it| (it, true, in_root)));
        open.extend(layout.next(cluster)?.map(|next| (next, false, top)));
    }
    layout.count_free(&boot, sector)
}
