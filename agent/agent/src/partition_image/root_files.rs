//! Reads files of the root file system that was just written (ext2 to ext4). It is a stranger's: a reader in safe code, sizes judged before
//! anything is reserved for them, and a bound on what is read in all. Writes nothing.

use std::io::{self, Read, Write};

use ext4_view::{Ext4, Ext4Error, Ext4Read, FileType};

use crate::disk::device::Device;

/// Boot loaders and unified kernels are read, once each; a file system that never ends ends here.
const BUDGET: u64 = 2 << 30;
const SUPERBLOCK: u64 = 1024;
/// The most names of a folder that are looked at.
const MOST_NAMES: usize = 4096;
const CHUNK: usize = 1 << 20;
/// Linux: PATH_MAX, and the most links that one path leads over.
const LONGEST_LINK: u64 = 4096;
const MOST_LINKS: usize = 40;

/// Why the root file system cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// It is something else.
    #[error(
        "the image is {0}; partition images with an ext4 file system are supported. Build it with ext4, or use a whole-disk image"
    )]
    Other(&'static str),
    /// It says that it is larger than its partition, or what no tool writes.
    #[error(
        "the root file system is damaged or larger than its partition; set instance_info/root_gb to at least its size"
    )]
    Damaged,
    /// Reading failed.
    #[error("the root file system cannot be read: {0}")]
    Read(#[from] Ext4Error),
    /// What was read could not be put elsewhere, or the disk could not be read.
    #[error("{0}")]
    Io(#[from] io::Error),
}

struct Part {
    device: Device,
    budget: u64,
}

impl Ext4Read for Part {
    fn read(
        &mut self,
        start: u64,
        bytes: &mut [u8],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let length = bytes.len() as u64;
        let inside = start
            .checked_add(length)
            .is_some_and(|end| end <= self.device.size);
        let left = self.budget.checked_sub(length);
        let Some(left) = left.filter(|_| inside) else {
            return Err("it leads beyond its end, or never ends".into());
        };
        self.budget = left;
        self.device.read_into(bytes, start)?;
        Ok(())
    }
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
}

/// The files of a root file system.
pub struct RootFiles {
    fs: Ext4,
}

impl RootFiles {
    /// Opens the file system in a part of a disk.
    ///
    /// # Errors
    /// It is none that is understood, and what it is instead.
    pub fn open(part: Device) -> Result<Self, RootError> {
        Self::open_within(part, BUDGET)
    }

    /// The same with another bound on what is read in all.
    ///
    /// # Errors
    /// As [`RootFiles::open`].
    pub fn open_within(part: Device, budget: u64) -> Result<Self, RootError> {
        judge(&part)?;
        let fs = Ext4::load(Box::new(Part {
            device: part,
            budget,
        }))?;
        Ok(Self { fs })
    }

    /// Its UUID, as systems are told of it.
    pub fn uuid(&self) -> String {
        self.fs.uuid().to_string()
    }

    /// Whether there is a file here (links are followed, within the file system).
    pub fn has_file(&self, path: &str) -> bool {
        let path = self.resolved(path);
        let about = path.and_then(|path| self.fs.symlink_metadata(path.as_str()).ok());
        about.is_some_and(|about| about.file_type() == FileType::Regular)
    }

    /// A whole small file; none when there is none, it is larger, or it cannot be read.
    pub fn small(&self, path: &str, most: u64) -> Option<Vec<u8>> {
        let path = self.resolved(path)?;
        let about = self.fs.symlink_metadata(path.as_str()).ok()?;
        let fits = about.file_type() == FileType::Regular && about.len() <= most;
        fits.then(|| self.fs.read(path.as_str()).ok())?
    }

    /// A small file of text.
    pub fn text(&self, path: &str) -> Option<String> {
        String::from_utf8(self.small(path, 256 << 10)?).ok()
    }

    /// The names in a folder, sorted; none when there is no such folder.
    pub fn names(&self, path: &str) -> Vec<Name> {
        let folder = self.resolved(path);
        let entries = folder.and_then(|path| self.fs.read_dir(path.as_str()).ok());
        let mut names: Vec<Name> = entries
            .into_iter()
            .flatten()
            .take(MOST_NAMES)
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let name = entry.file_name().as_str().ok()?.to_owned();
                let folder = entry.file_type().ok()? == FileType::Directory;
                (name != "." && name != "..").then_some(Name { name, folder })
            })
            .collect();
        names.sort_by(|a, b| a.name.cmp(&b.name));
        names
    }

    /// Where a path leads; none when it leads nowhere. Links are followed here: the reader would reserve as much for one as it says it holds.
    fn resolved(&self, path: &str) -> Option<String> {
        let parts = |path: &str| -> Vec<String> { path.rsplit('/').map(str::to_owned).collect() };
        let (mut left, mut done, mut links) = (parts(path), Vec::new(), 0);
        while let Some(part) = left.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    done.pop();
                    continue;
                }
                _ => done.push(part),
            }
            let here = format!("/{}", done.join("/"));
            let about = self.fs.symlink_metadata(here.as_str()).ok()?;
            if !about.is_symlink() {
                continue;
            }
            links += 1;
            if links > MOST_LINKS || about.len() > LONGEST_LINK {
                return None;
            }
            let target = self.fs.read_link(here.as_str()).ok()?;
            let target = target.to_str().ok()?;
            match target.starts_with('/') {
                true => done.clear(),
                false => drop(done.pop()),
            }
            left.extend(parts(target));
        }
        Some(format!("/{}", done.join("/")))
    }

    /// Copies a file elsewhere, piece by piece.
    ///
    /// # Errors
    /// It cannot be read, or not be written.
    pub fn copy(&self, path: &str, to: &mut impl Write) -> Result<u64, RootError> {
        let path = self.resolved(path).ok_or(Ext4Error::NotFound)?;
        let mut file = self.fs.open(path.as_str())?;
        let mut chunk = vec![0; CHUNK];
        let mut copied = 0;
        loop {
            let n = file.read(&mut chunk)?;
            if n == 0 {
                return Ok(copied);
            }
            to.write_all(&chunk[..n])?;
            copied += n as u64;
        }
    }
}

/// Looks at the superblock before the reader does: it would reserve memory for as many groups as that names.
fn judge(part: &Device) -> Result<(), RootError> {
    let head = part.read(4096, 0)?;
    let magic = |at: usize, bytes: &[u8]| head.get(at..at + bytes.len()) == Some(bytes);
    if !magic(SUPERBLOCK as usize + 56, &[0x53, 0xef]) {
        return Err(RootError::Other(kind(part, &head)));
    }
    let word = |at: usize| {
        let bytes = head.get(SUPERBLOCK as usize + at..SUPERBLOCK as usize + at + 4);
        bytes.map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    };
    let (shift, per_group) = (word(24), word(32));
    if shift > 6 || per_group < 256 {
        return Err(RootError::Damaged);
    }
    let blocks = u64::from(word(336)) << 32 | u64::from(word(4));
    let bytes = blocks.checked_mul(1024 << shift);
    match bytes.is_some_and(|bytes| bytes <= part.size) {
        true => Ok(()),
        false => Err(RootError::Damaged),
    }
}

/// What the image is when it is not what it should be.
fn kind(part: &Device, head: &[u8]) -> &'static str {
    let is = |at: usize, bytes: &[u8]| head.get(at..at + bytes.len()) == Some(bytes);
    let far = |at: u64, bytes: &[u8]| part.read(bytes.len(), at).is_ok_and(|found| found == bytes);
    if is(512, b"EFI PART") || is(510, &[0x55, 0xaa]) {
        "a whole disk (set instance_info/image_type to whole-disk)"
    } else if is(0, b"XFSB") {
        "an XFS file system"
    } else if far(65536 + 64, b"_BHRfS_M") {
        "a Btrfs file system"
    } else if is(0, b"hsqs") {
        "a squashfs file system"
    } else if far(32769, b"CD001") {
        "an ISO 9660 image"
    } else {
        "no known file system"
    }
}
