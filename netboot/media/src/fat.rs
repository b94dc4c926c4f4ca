//! FAT images that hold given files: EFI system partitions, small configuration disks. Sized from the content;
//! an image is made whole in memory and is not meant to be edited later.

mod mend;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Cursor, Write};

pub use mend::mend;

/// Bytes of a sector where nothing else is asked for.
pub const SECTOR: u32 = 512;
/// The largest sector that FAT knows, and that disks have.
pub const LARGEST_SECTOR: u32 = 4096;
/// Images are rounded up to this, so that the sector count divides by the geometry below (mtools insists).
const ROUND: u64 = 64 * 1024;
const SECTORS_PER_TRACK: u16 = 32;
const HEADS: u16 = 64;
/// Bytes of one directory entry; a long name of up to 255 characters takes at most 21 of them.
const ENTRY: u64 = 32;
const ENTRIES_PER_NAME: u64 = 21;
const ROOT_ENTRIES: u16 = 512;
/// FAT's largest file.
const FILE_MAX: u64 = u32::MAX as u64;
/// Larger images are not what this writer is for: they are built in memory.
const IMAGE_MAX: u64 = 1 << 30;

/// Why an image could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FatError {
    /// Labels have 1 to 11 printable ASCII characters.
    #[error("{0:?} is not a FAT label: it needs 1 to 11 printable ASCII characters, no lower case")]
    Label(String),
    /// The path is empty, absolute, or has a part that FAT cannot hold.
    #[error("{0:?} is not a path that a FAT image can hold")]
    Path(String),
    /// Two files collide (FAT ignores case), or a file is named like a directory.
    #[error("{0:?} is in the list twice, or is both a file and a directory")]
    Duplicate(String),
    /// FAT has sectors of 512 to 4096 bytes.
    #[error("FAT has sectors of 512, 1024, 2048 or 4096 bytes, not {0}")]
    Sector(u32),
    /// The content is larger than 1 GiB.
    #[error("{0} bytes do not fit in an image of at most 1 GiB")]
    TooLarge(u64),
    /// The root directory holds at most 20 names.
    #[error("the root directory holds {0} names; at most 20 are possible")]
    RootFull(usize),
    /// Formatting failed.
    #[error("formatting the FAT image")]
    Format(#[source] io::Error),
    /// Writing a file failed.
    #[error("writing {path} into the FAT image")]
    Write {
        /// Path in the image.
        path: String,
        /// What the file system writer said.
        #[source]
        source: io::Error,
    },
}

/// One file of an image: its path with `/` between parts, and its content.
#[derive(Debug, Clone, Copy)]
pub struct FatFile<'a> {
    /// Relative path, e.g. `EFI/BOOT/BOOTX64.EFI`.
    pub path: &'a str,
    /// Content.
    pub content: &'a [u8],
}

/// Makes an image labelled `label` (up to 11 characters of upper-case ASCII) that holds `files`.
pub fn fat_image(label: &str, files: &[FatFile<'_>]) -> Result<Vec<u8>, FatError> {
    fat_image_for(SECTOR, label, files)
}

/// The same for a disk with sectors of this many bytes: a file system with smaller ones cannot be mounted there.
pub fn fat_image_for(sector: u32, label: &str, files: &[FatFile<'_>]) -> Result<Vec<u8>, FatError> {
    if !(SECTOR..=LARGEST_SECTOR).contains(&sector) || !sector.is_power_of_two() {
        return Err(FatError::Sector(sector));
    }
    let label = padded_label(label)?;
    let directories = directories(files)?;
    let (size, cluster) = geometry(files, &directories, u64::from(sector))?;
    let mut disk = vec![0; usize::try_from(size).map_err(|_| FatError::TooLarge(size))?];
    format(&mut disk, label, sector, cluster).map_err(FatError::Format)?;
    fill(&mut disk, &directories, files)?;
    mend(&mut Cursor::new(disk.as_mut_slice())).map_err(FatError::Format)?;
    Ok(disk)
}

fn padded_label(label: &str) -> Result<[u8; 11], FatError> {
    let plain = |b: u8| {
        (b.is_ascii_graphic() || b == b' ')
            && !b.is_ascii_lowercase()
            && !b"\"*+,./:;<=>?[\\]|".contains(&b)
    };
    let bytes = label.as_bytes();
    if bytes.is_empty() || bytes.len() > 11 || bytes[0] == b' ' || !bytes.iter().all(|&b| plain(b))
    {
        return Err(FatError::Label(label.to_owned()));
    }
    let mut padded = [b' '; 11];
    padded
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    Ok(padded)
}

/// Checks all paths and lists the directories that they need (lower-cased path to path as first spelt), parents
/// first, each with how many names it holds. The root is the empty path.
fn directories(files: &[FatFile<'_>]) -> Result<BTreeMap<String, (String, u64)>, FatError> {
    let mut found: BTreeMap<String, (String, u64)> =
        BTreeMap::from([(String::new(), (String::new(), 0))]);
    let mut names = BTreeMap::new();
    for file in files {
        if !file.path.split('/').all(is_plain_name) {
            return Err(FatError::Path(file.path.to_owned()));
        }
        if names.insert(file.path.to_ascii_lowercase(), ()).is_some() {
            return Err(FatError::Duplicate(file.path.to_owned()));
        }
        let mut parent = "";
        for (at, _) in file.path.match_indices('/') {
            let folder = file.path.get(..at).unwrap_or_default();
            if let Entry::Vacant(new) = found.entry(folder.to_ascii_lowercase()) {
                new.insert((folder.to_owned(), 0));
                count_in(&mut found, parent);
            }
            parent = folder;
        }
        count_in(&mut found, parent);
    }
    match names.keys().find(|name| found.contains_key(*name)) {
        Some(name) => Err(FatError::Duplicate(name.clone())),
        None => Ok(found),
    }
}

fn count_in(directories: &mut BTreeMap<String, (String, u64)>, folder: &str) {
    if let Some((_, names)) = directories.get_mut(&folder.to_ascii_lowercase()) {
        *names += 1;
    }
}

/// A conservative set: what every firmware's FAT driver reads.
fn is_plain_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-+ ".contains(&b);
    !name.is_empty()
        && name.len() <= 128
        && name.bytes().all(plain)
        && !name.starts_with([' ', '.'])
        && !name.ends_with([' ', '.'])
}

/// Size of the image and of a cluster, in bytes.
fn geometry(
    files: &[FatFile<'_>],
    directories: &BTreeMap<String, (String, u64)>,
    sector: u64,
) -> Result<(u64, u32), FatError> {
    let in_root = directories.get("").map_or(0, |(_, names)| *names);
    let root_limit = u64::from(ROOT_ENTRIES) / (ENTRIES_PER_NAME + 4);
    if in_root > root_limit {
        return Err(FatError::RootFull(
            usize::try_from(in_root).unwrap_or(usize::MAX),
        ));
    }
    let content: u64 = files.iter().map(|f| f.content.len() as u64).sum();
    if content > IMAGE_MAX.min(FILE_MAX) {
        return Err(FatError::TooLarge(content));
    }
    // Few enough clusters for FAT16 up to 128 MiB: the variant that firmware has read for longest.
    let cluster: u64 = if content < 1 << 20 {
        sector
    } else if content < 128 << 20 {
        4096
    } else {
        16384
    };
    let file_clusters: u64 = files
        .iter()
        .map(|f| (f.content.len() as u64).div_ceil(cluster))
        .sum();
    let folder_clusters: u64 = directories
        .values()
        .map(|(_, names)| ((names * ENTRIES_PER_NAME + 3) * ENTRY).div_ceil(cluster))
        .sum();
    let clusters = file_clusters + folder_clusters + 4;
    // Two tables of at most four bytes a cluster, the root directory, reserved sectors.
    let overhead =
        2 * (clusters * 4).next_multiple_of(sector) + u64::from(ROOT_ENTRIES) * ENTRY + 16 * sector;
    let size = (clusters * cluster + overhead).next_multiple_of(ROUND);
    Ok((size, u32::try_from(cluster).unwrap_or(u32::MAX)))
}

fn format(disk: &mut [u8], label: [u8; 11], sector: u32, cluster: u32) -> io::Result<()> {
    let options = fatfs::FormatVolumeOptions::new()
        .bytes_per_sector(u16::try_from(sector).unwrap_or(u16::MAX))
        .bytes_per_cluster(cluster)
        .max_root_dir_entries(ROOT_ENTRIES)
        .sectors_per_track(SECTORS_PER_TRACK)
        .heads(HEADS)
        .volume_id(0x4853_4653)
        .volume_label(label);
    fatfs::format_volume(Cursor::new(disk), options)
}

fn fill(
    disk: &mut [u8],
    directories: &BTreeMap<String, (String, u64)>,
    files: &[FatFile<'_>],
) -> Result<(), FatError> {
    let options = fatfs::FsOptions::new()
        .time_provider(&FIXED)
        .update_accessed_date(false);
    let system = fatfs::FileSystem::new(Cursor::new(disk), options).map_err(FatError::Format)?;
    let failed = |path: &str| {
        let path = path.to_owned();
        move |source| FatError::Write { path, source }
    };
    for (path, _) in directories.values().filter(|(path, _)| !path.is_empty()) {
        system.root_dir().create_dir(path).map_err(failed(path))?;
    }
    for file in files {
        let mut entry = system
            .root_dir()
            .create_file(file.path)
            .map_err(failed(file.path))?;
        entry
            .write_all(file.content)
            .and_then(|()| entry.flush())
            .map_err(failed(file.path))?;
    }
    system.unmount().map_err(FatError::Format)
}

/// Gives every directory entry the first moment that FAT can express.
#[derive(Debug)]
struct FixedTime;
static FIXED: FixedTime = FixedTime;

impl fatfs::TimeProvider for FixedTime {
    fn get_current_date(&self) -> fatfs::Date {
        fatfs::Date {
            year: 1980,
            month: 1,
            day: 1,
        }
    }
    fn get_current_date_time(&self) -> fatfs::DateTime {
        fatfs::DateTime {
            date: self.get_current_date(),
            time: fatfs::Time {
                hour: 0,
                min: 0,
                sec: 0,
                millis: 0,
            },
        }
    }
}

#[cfg(test)]
mod tests;
