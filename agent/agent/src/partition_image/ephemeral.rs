//! An empty ext4 file system with a journal, as `mke2fs` would make it in few strokes: the layout is that of the kernel's
//! Documentation/filesystems/ext4 (superblock, group descriptors, bitmaps, inode tables), blocks of 4096 bytes, extents, no checksums.

use std::io;

use crate::disk::device::Device;

const BLOCK: u64 = 4096;
const PER_GROUP: u64 = 32768;
const INODES_PER_GROUP: u64 = 2048;
const INODE: usize = 256;
const TABLE_BLOCKS: u64 = INODES_PER_GROUP * INODE as u64 / BLOCK;
/// A last group with less room than this behind its own tables is left away.
const LEAST_DATA: u64 = 64;
/// Block numbers have 32 bits.
const MOST_BLOCKS: u64 = u32::MAX as u64;
const LOST_BLOCKS: u64 = 4;
const FIRST_INODE: u32 = 11;
const ROOT: u32 = 2;
const JOURNAL: u32 = 8;

/// Where things are.
struct Shape {
    blocks: u64,
    groups: u64,
    descriptors: u64,
    journal: u64,
}

impl Shape {
    fn of(bytes: u64) -> io::Result<Self> {
        let mut blocks = (bytes / BLOCK).min(MOST_BLOCKS);
        let descriptors = |blocks: u64| (blocks.div_ceil(PER_GROUP) * 32).div_ceil(BLOCK);
        let last = blocks % PER_GROUP;
        if last > 0 && last < 1 + descriptors(blocks) + 2 + TABLE_BLOCKS + LEAST_DATA {
            blocks -= last;
        }
        let journal = match blocks {
            0..8192 => {
                return Err(io::Error::other(
                    "an ext4 file system of less than 32 MiB is not made",
                ));
            }
            8192..131_072 => 1024,
            _ => 8192,
        };
        Ok(Self {
            blocks,
            groups: blocks.div_ceil(PER_GROUP),
            descriptors: descriptors(blocks),
            journal,
        })
    }

    fn length(&self, group: u64) -> u64 {
        (self.blocks - group * PER_GROUP).min(PER_GROUP)
    }

    /// Blocks in front of a group's own tables: the copies of superblock and descriptors.
    fn front(&self, group: u64) -> u64 {
        if has_superblock(group) {
            1 + self.descriptors
        } else {
            0
        }
    }

    fn bitmap(&self, group: u64) -> u64 {
        group * PER_GROUP + self.front(group)
    }

    fn table(&self, group: u64) -> u64 {
        self.bitmap(group) + 2
    }

    /// The first block of the first group that holds files.
    fn data(&self) -> u64 {
        self.table(0) + TABLE_BLOCKS
    }

    fn used(&self, group: u64) -> u64 {
        let files = if group == 0 {
            1 + LOST_BLOCKS + self.journal
        } else {
            0
        };
        self.front(group) + 2 + TABLE_BLOCKS + files
    }

    fn free(&self) -> u64 {
        (0..self.groups)
            .map(|group| self.length(group) - self.used(group))
            .sum()
    }
}

/// With `sparse_super` the copies are in groups 0, 1 and the powers of 3, 5 and 7.
fn has_superblock(group: u64) -> bool {
    let power = |of: u64| {
        let mut n = of;
        while n < group {
            n *= of;
        }
        n == group
    };
    group <= 1 || power(3) || power(5) || power(7)
}

/// Makes the file system in this part of a disk.
///
/// # Errors
/// Writing failed, or the part is too small.
pub fn format(part: &Device, uuid: [u8; 16], label: &str) -> io::Result<()> {
    let shape = Shape::of(part.size)?;
    part.zero(0, BLOCK)?;
    for group in 0..shape.groups {
        part.write(&bitmaps(&shape, group), shape.bitmap(group) * BLOCK)?;
        part.zero(shape.table(group) * BLOCK, TABLE_BLOCKS * BLOCK)?;
    }
    files(part, &shape)?;
    let descriptors = descriptors(&shape);
    for group in (0..shape.groups)
        .rev()
        .filter(|group| has_superblock(*group))
    {
        let start = group * PER_GROUP * BLOCK;
        part.write(&descriptors, start + BLOCK)?;
        let at = if group == 0 { 1024 } else { start };
        part.write(&superblock(&shape, group, uuid, label), at)?;
    }
    part.sync()
}

fn put32(bytes: &mut [u8], at: usize, value: u64) {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn put16(bytes: &mut [u8], at: usize, value: u64) {
    let value = u16::try_from(value).unwrap_or(u16::MAX);
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
}

fn superblock(shape: &Shape, group: u64, uuid: [u8; 16], label: &str) -> Vec<u8> {
    let mut s = vec![0; 1024];
    let inodes = shape.groups * INODES_PER_GROUP;
    for (at, value) in [
        (0x00, inodes),
        (0x04, shape.blocks),
        (0x0c, shape.free()),
        (0x10, inodes - u64::from(FIRST_INODE)),
        (0x18, 2),
        (0x1c, 2),
        (0x20, PER_GROUP),
        (0x24, PER_GROUP),
        (0x28, INODES_PER_GROUP),
        (0x4c, 1),
        (0x54, u64::from(FIRST_INODE)),
        // has_journal; filetype and extents; sparse_super, large_file and extra_isize.
        (0x5c, 0x4),
        (0x60, 0x2 | 0x40),
        (0x64, 0x1 | 0x2 | 0x40),
        (0xe0, u64::from(JOURNAL)),
    ] {
        put32(&mut s, at, value);
    }
    for (at, value) in [
        (0x36, 0xffff),
        (0x38, 0xef53),
        (0x3a, 1),
        (0x3c, 1),
        (0x58, INODE as u64),
        (0x5a, group),
        (0x15c, 32),
        (0x15e, 32),
    ] {
        put16(&mut s, at, value);
    }
    s[0x68..0x78].copy_from_slice(&uuid);
    for (place, byte) in s[0x78..0x88].iter_mut().zip(label.bytes()) {
        *place = byte;
    }
    s[0xec..0xfc].copy_from_slice(&uuid);
    s[0xfc] = 1;
    s
}

fn descriptors(shape: &Shape) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(shape.descriptors * BLOCK).unwrap_or_default()];
    for (group, entry) in (0..shape.groups).zip(bytes.chunks_exact_mut(32)) {
        let first = group == 0;
        put32(entry, 0, shape.bitmap(group));
        put32(entry, 4, shape.bitmap(group) + 1);
        put32(entry, 8, shape.table(group));
        put16(entry, 12, shape.length(group) - shape.used(group));
        let inodes = if first { u64::from(FIRST_INODE) } else { 0 };
        put16(entry, 14, INODES_PER_GROUP - inodes);
        // The root folder and lost+found.
        put16(entry, 16, if first { 2 } else { 0 });
    }
    bytes
}

/// A group's two bitmaps: of its blocks and of its inodes. What is behind the end counts as used.
fn bitmaps(shape: &Shape, group: u64) -> Vec<u8> {
    let mut bytes = vec![0; 2 * BLOCK as usize];
    let (blocks, inodes) = bytes.split_at_mut(BLOCK as usize);
    mark(blocks, 0, shape.used(group));
    mark(blocks, shape.length(group), PER_GROUP);
    if group == 0 {
        mark(inodes, 0, u64::from(FIRST_INODE));
    }
    mark(inodes, INODES_PER_GROUP, PER_GROUP);
    bytes
}

fn mark(bitmap: &mut [u8], from: u64, to: u64) {
    for bit in from..to {
        if let Some(byte) = bitmap.get_mut(usize::try_from(bit / 8).unwrap_or(usize::MAX)) {
            *byte |= 1 << (bit % 8);
        }
    }
}

/// The root folder, lost+found in it, and the journal.
fn files(part: &Device, shape: &Shape) -> io::Result<()> {
    let root = shape.data();
    let lost = root + 1;
    let journal = lost + LOST_BLOCKS;
    let inode = |number: u32| (shape.table(0) * BLOCK) + u64::from(number - 1) * INODE as u64;
    part.write(&file(0o040_755, 3, root, 1), inode(ROOT))?;
    part.write(&file(0o040_700, 2, lost, LOST_BLOCKS), inode(FIRST_INODE))?;
    part.write(&file(0o100_600, 1, journal, shape.journal), inode(JOURNAL))?;
    let mut folder = entry(ROOT, 12, ".");
    folder.extend(entry(ROOT, 12, ".."));
    folder.extend(entry(FIRST_INODE, BLOCK - 24, "lost+found"));
    folder.resize(BLOCK as usize, 0);
    let mut empty = entry(FIRST_INODE, 12, ".");
    empty.extend(entry(ROOT, BLOCK - 12, ".."));
    empty.resize(BLOCK as usize, 0);
    for _ in 1..LOST_BLOCKS {
        let mut unused = vec![0; BLOCK as usize];
        put16(&mut unused, 4, BLOCK);
        empty.extend(unused);
    }
    part.write(&folder, root * BLOCK)?;
    part.write(&empty, lost * BLOCK)?;
    part.zero(journal * BLOCK, shape.journal * BLOCK)?;
    part.write(&journal_superblock(shape.journal), journal * BLOCK)
}

/// An inode of a file whose blocks follow one another.
fn file(mode: u64, links: u64, start: u64, blocks: u64) -> Vec<u8> {
    let mut inode = vec![0; INODE];
    put16(&mut inode, 0, mode);
    put32(&mut inode, 4, blocks * BLOCK);
    put16(&mut inode, 0x1a, links);
    put32(&mut inode, 0x1c, blocks * (BLOCK / 512));
    // EXT4_EXTENTS_FL, then the extents' header and one extent.
    put32(&mut inode, 0x20, 0x80000);
    put16(&mut inode, 0x28, 0xf30a);
    put16(&mut inode, 0x2a, 1);
    put16(&mut inode, 0x2c, 4);
    put16(&mut inode, 0x38, blocks);
    put32(&mut inode, 0x3c, start);
    put16(&mut inode, 0x80, 32);
    inode
}

/// An entry of a folder for another folder.
fn entry(inode: u32, length: u64, name: &str) -> Vec<u8> {
    let mut bytes = vec![0; 8];
    put32(&mut bytes, 0, u64::from(inode));
    put16(&mut bytes, 4, length);
    bytes[6] = u8::try_from(name.len()).unwrap_or_default();
    bytes[7] = 2;
    bytes.extend(name.bytes());
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// JBD2's superblock of version 2; its numbers are big-endian. It says that there is nothing to replay.
fn journal_superblock(blocks: u64) -> Vec<u8> {
    let mut bytes = vec![0; BLOCK as usize];
    let blocks = u32::try_from(blocks).unwrap_or_default();
    for (at, value) in [
        (0, 0xc03b_3998),
        (4, 4),
        (12, BLOCK as u32),
        (16, blocks),
        (20, 1),
        (24, 1),
        (64, 1),
    ] {
        let value: u32 = value;
        bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
    }
    bytes
}
