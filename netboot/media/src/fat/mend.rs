//! Mends what the library leaves in a FAT file system that was just made, and what checkers call damage: `.` and `..` belong into the first two
//! slots of a directory, and `..` of one in the root names no cluster (Microsoft's FAT specification, section 6.5); the library gives both a
//! long name, which takes the slot before, and a checker that repairs it takes the directory apart. Free clusters of FAT32 are to be counted
//! (section 5). It works on file systems that were made here a moment ago, and on nothing else.

use std::io::{self, Read, Seek, SeekFrom, Write};

const SLOT: usize = 32;
const ATTRIBUTES: usize = 11;
const LONG_NAME: u8 = 0x0f;
const DIRECTORY: u8 = 0x10;
const DELETED: u8 = 0xe5;
const DOT: &[u8] = b".          ";
const DOT_DOT: &[u8] = b"..         ";
const BOOT_SECTOR: usize = 512;
/// Fewer clusters mean FAT12, more FAT16 (the same specification, section 3.5).
const FAT16_FROM: u64 = 4085;
/// Entries of the table are read so many at a time when they are counted.
const COUNTED: u64 = 4096;

/// Bits of an entry of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Twelve,
    Sixteen,
    ThirtyTwo,
}

/// Where the root directory is.
#[derive(Clone, Copy)]
enum Root {
    Fixed { at: u64, length: u64 },
    Cluster(u32),
}

/// Where things lie, in bytes.
struct Layout {
    table: u64,
    data: u64,
    cluster: u64,
    clusters: u64,
    width: Width,
    root: Root,
    /// The sector that says how many clusters are free.
    about: u64,
}

fn word(bytes: &[u8], at: usize) -> u64 {
    let pair = bytes.get(at..at + 2).and_then(|it| it.try_into().ok());
    u64::from(u16::from_le_bytes(pair.unwrap_or_default()))
}

fn double(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|it| it.try_into().ok());
    u32::from_le_bytes(four.unwrap_or_default())
}

impl Layout {
    fn of(boot: &[u8; BOOT_SECTOR]) -> io::Result<Self> {
        let sector = word(boot, 11);
        let cluster = u64::from(boot[13]) * sector;
        let (narrow, wide) = (word(boot, 22), u64::from(double(boot, 36)));
        let table = word(boot, 14) * sector;
        let tables = u64::from(boot[16]) * sector * if narrow == 0 { wide } else { narrow };
        let (at, length) = (table + tables, word(boot, 17) * SLOT as u64);
        let data = at + length.next_multiple_of(sector.max(1));
        let sectors = match word(boot, 19) {
            0 => u64::from(double(boot, 32)),
            few => few,
        };
        let clusters = (sectors * sector)
            .saturating_sub(data)
            .checked_div(cluster)
            .ok_or_else(|| io::Error::other("there is no FAT file system"))?;
        let (width, root) = match narrow {
            0 => (Width::ThirtyTwo, Root::Cluster(double(boot, 44))),
            _ if clusters < FAT16_FROM => (Width::Twelve, Root::Fixed { at, length }),
            _ => (Width::Sixteen, Root::Fixed { at, length }),
        };
        Ok(Self {
            table,
            data,
            cluster,
            clusters,
            width,
            root,
            about: word(boot, 48) * sector,
        })
    }

    fn place(&self, cluster: u32) -> u64 {
        self.data + u64::from(cluster.saturating_sub(2)) * self.cluster
    }

    /// The byte that an entry of the table begins at, and how to take the entry out of the four bytes there.
    fn entry(&self, cluster: u32) -> (u64, fn(u32) -> u32) {
        let number = u64::from(cluster);
        match self.width {
            Width::ThirtyTwo => (self.table + 4 * number, |four| four & 0x0fff_ffff),
            Width::Sixteen => (self.table + 2 * number, |four| four & 0xffff),
            Width::Twelve if number.is_multiple_of(2) => {
                (self.table + number + number / 2, |four| four & 0xfff)
            }
            Width::Twelve => (self.table + number + number / 2, |four| four >> 4 & 0xfff),
        }
    }
}

/// The file system.
struct Fat<'d, D> {
    disk: &'d mut D,
    layout: Layout,
}

impl<D: Read + Write + Seek> Fat<'_, D> {
    fn read(&mut self, at: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.disk.seek(SeekFrom::Start(at))?;
        self.disk.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.seek(SeekFrom::Start(at))?;
        self.disk.write_all(bytes)
    }

    /// The clusters of a chain; no more than there are, so that it ends.
    fn chain(&mut self, first: u32) -> io::Result<Vec<u32>> {
        let mut chain = Vec::new();
        let mut next = first;
        let exists = |it: u32| it >= 2 && u64::from(it) < self.layout.clusters + 2;
        while exists(next) && (chain.len() as u64) < self.layout.clusters {
            chain.push(next);
            let (at, of) = self.layout.entry(next);
            // Behind the table's last entry there is more of the file system.
            self.disk.seek(SeekFrom::Start(at))?;
            let mut four = [0; 4];
            self.disk.read_exact(&mut four)?;
            next = of(u32::from_le_bytes(four));
        }
        Ok(chain)
    }

    /// The directories that a directory names.
    fn folders(&mut self, first: u32) -> io::Result<Vec<u32>> {
        let mut found = Vec::new();
        for cluster in self.chain(first)? {
            let bytes = self.read(self.layout.place(cluster), self.layout.cluster)?;
            found.extend(named(&bytes));
        }
        Ok(found)
    }

    /// The directories in the root.
    fn top(&mut self) -> io::Result<Vec<u32>> {
        match self.layout.root {
            Root::Fixed { at, length } => Ok(named(&self.read(at, length)?)),
            Root::Cluster(first) => self.folders(first),
        }
    }

    fn put_first(&mut self, folder: u32, in_root: bool) -> io::Result<()> {
        let at = self.layout.place(folder);
        let mut slots = self.read(at, 4 * SLOT as u64)?;
        if reorder(&mut slots) {
            if in_root {
                // Both halves of the cluster's number.
                slots[SLOT + 20..SLOT + 22].fill(0);
                slots[SLOT + 26..SLOT + 28].fill(0);
            }
            self.write(at, &slots)?;
        }
        Ok(())
    }

    /// Writes the number of free clusters where it is looked for.
    fn count_free(&mut self) -> io::Result<()> {
        let (first, end) = (2, self.layout.clusters + 2);
        let mut free = 0_u32;
        for at in (first..end).step_by(COUNTED as usize) {
            let count = COUNTED.min(end - at);
            let entries = self.read(self.layout.table + 4 * at, 4 * count)?;
            let (entries, _) = entries.as_chunks::<4>();
            let unused = |entry: &&[u8; 4]| u32::from_le_bytes(**entry) & 0x0fff_ffff == 0;
            free += entries.iter().filter(unused).count() as u32;
        }
        self.write(self.layout.about + 488, &free.to_le_bytes())
    }
}

/// First clusters of the directories that are named here.
fn named(slots: &[u8]) -> Vec<u32> {
    let (slots, _) = slots.as_chunks::<SLOT>();
    let folders = slots.iter().filter(|slot| {
        slot[ATTRIBUTES] != LONG_NAME
            && slot[ATTRIBUTES] & DIRECTORY != 0
            && !matches!(slot[0], 0 | DELETED | b'.')
    });
    folders
        .map(|slot| (word(slot, 20) << 16 | word(slot, 26)) as u32)
        .collect()
}

/// Long name, `.`, long name, `..` becomes `.`, `..` and two free slots. Whether it did.
fn reorder(slots: &mut [u8]) -> bool {
    let (list, _) = slots.as_chunks_mut::<SLOT>();
    let [first, second, third, fourth] = list else {
        return false;
    };
    let long = first[ATTRIBUTES] == LONG_NAME && third[ATTRIBUTES] == LONG_NAME;
    if !long || !second.starts_with(DOT) || !fourth.starts_with(DOT_DOT) {
        return false;
    }
    *first = *second;
    *second = *fourth;
    for free in [third, fourth] {
        *free = [0; SLOT];
        free[0] = DELETED;
    }
    true
}

/// Mends every directory below the root of the file system that `disk` begins with.
///
/// # Errors
/// It cannot be read or written, or there is none.
pub fn mend(disk: &mut (impl Read + Write + Seek)) -> io::Result<()> {
    let mut boot = [0; BOOT_SECTOR];
    disk.seek(SeekFrom::Start(0))?;
    disk.read_exact(&mut boot)?;
    let layout = Layout::of(&boot)?;
    let mut fat = Fat { disk, layout };
    let mut open: Vec<(u32, bool)> = fat.top()?.into_iter().map(|it| (it, true)).collect();
    while let Some((folder, in_root)) = open.pop() {
        fat.put_first(folder, in_root)?;
        open.extend(fat.folders(folder)?.into_iter().map(|it| (it, false)));
    }
    match fat.layout.width {
        Width::ThirtyTwo => fat.count_free(),
        Width::Twelve | Width::Sixteen => Ok(()),
    }
}
