//! Writer of cpio archives in the "newc" format, the one an initramfs is made of. It writes entries in the order
//! given and neither sorts nor invents parent directories.
//!
//! # Several archives in one initramfs
//!
//! The kernel unpacks a *concatenation* of archives, each of them plain or compressed on its own, and later
//! entries replace earlier ones (kernel documentation `driver-api/early-userspace/buffer-format`). Between two
//! members it skips zero bytes, and a plain archive is only recognised at an offset that is a multiple of four.
//! So the rule is: **end each member on a four-byte boundary, filling up with zeros**. [`CpioWriter::finish`]
//! does so for a plain archive (it fills up to 512 bytes); for a compressed one use [`zero_padding`] on its
//! compressed length.

use std::io::{self, Write};

#[cfg(test)]
mod tests;

/// Bytes of a newc header: the magic and thirteen numbers of eight hexadecimal digits.
const HEADER_LEN: usize = 110;
/// The kernel refuses longer names (`PATH_MAX`, counting the closing NUL).
const NAME_MAX: usize = 4095;
const TRAILER: &str = "TRAILER!!!";
const BLOCK: u64 = 512;

const S_IFREG: u32 = 0o100_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFLNK: u32 = 0o120_000;
const S_IFCHR: u32 = 0o020_000;
const S_IFBLK: u32 = 0o060_000;

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CpioError {
    /// The name is empty, absolute, too long, or has a NUL, an empty part, `.` or `..` in it.
    #[error("{0:?} is not a relative path that can be stored in an archive")]
    Name(String),
    /// The format counts a file's bytes in 32 bits.
    #[error("{name} has {size} bytes; an archive's file holds at most 4294967295")]
    TooLarge {
        /// Path in the archive.
        name: String,
        /// Bytes of its content.
        size: usize,
    },
    /// Writing to the underlying writer failed.
    #[error("writing the archive")]
    Write(#[from] io::Error),
}

/// How many zero bytes to add after `len` bytes so that another archive may follow.
#[must_use]
pub fn zero_padding(len: u64) -> usize {
    usize::try_from(len.next_multiple_of(4) - len).unwrap_or_default()
}

/// Writes one archive. All files belong to root and carry the time stamp 0.
///
/// Paths are relative (`etc/hosts`); modes are permission bits (`0o755`). A directory must be written before what
/// lies in it, because the kernel creates no parents.
pub struct CpioWriter<W: Write> {
    out: W,
    written: u64,
    next_inode: u32,
}

/// One header's varying fields.
struct Entry<'a> {
    name: &'a str,
    mode: u32,
    links: u32,
    device: (u32, u32),
    content: &'a [u8],
}

impl<W: Write> CpioWriter<W> {
    /// Begins an archive at the writer's present position, which should be a multiple of four.
    pub fn new(out: W) -> Self {
        Self {
            out,
            written: 0,
            next_inode: 1,
        }
    }

    /// Adds a directory.
    pub fn directory(&mut self, path: &str, mode: u32) -> Result<(), CpioError> {
        self.named(Entry {
            name: path,
            mode: S_IFDIR | mode,
            links: 2,
            device: (0, 0),
            content: &[],
        })
    }

    /// Adds a directory and, before it, each of its parents, all with the same mode. Repeating one is harmless.
    pub fn directories(&mut self, path: &str, mode: u32) -> Result<(), CpioError> {
        let ends = path
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([path.len()]);
        for end in ends {
            self.directory(path.get(..end).unwrap_or(path), mode)?;
        }
        Ok(())
    }

    /// Adds a regular file.
    pub fn file(&mut self, path: &str, mode: u32, content: &[u8]) -> Result<(), CpioError> {
        self.named(Entry {
            name: path,
            mode: S_IFREG | mode,
            links: 1,
            device: (0, 0),
            content,
        })
    }

    /// Adds a symbolic link to `target`, which is stored as it is.
    pub fn symlink(&mut self, path: &str, target: &str) -> Result<(), CpioError> {
        if target.is_empty() || target.len() > NAME_MAX || target.contains('\0') {
            return Err(CpioError::Name(target.to_owned()));
        }
        self.named(Entry {
            name: path,
            mode: S_IFLNK | 0o777,
            links: 1,
            device: (0, 0),
            content: target.as_bytes(),
        })
    }

    /// Adds a character device node.
    pub fn char_device(
        &mut self,
        path: &str,
        mode: u32,
        major: u32,
        minor: u32,
    ) -> Result<(), CpioError> {
        self.named(Entry {
            name: path,
            mode: S_IFCHR | mode,
            links: 1,
            device: (major, minor),
            content: &[],
        })
    }

    /// Adds a block device node.
    pub fn block_device(
        &mut self,
        path: &str,
        mode: u32,
        major: u32,
        minor: u32,
    ) -> Result<(), CpioError> {
        self.named(Entry {
            name: path,
            mode: S_IFBLK | mode,
            links: 1,
            device: (major, minor),
            content: &[],
        })
    }

    /// Closes the archive, fills it up to a multiple of 512 bytes and hands the writer back.
    pub fn finish(mut self) -> Result<W, CpioError> {
        self.entry(
            0,
            &Entry {
                name: TRAILER,
                mode: 0,
                links: 1,
                device: (0, 0),
                content: &[],
            },
        )?;
        self.zeros(self.written.next_multiple_of(BLOCK))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn named(&mut self, entry: Entry<'_>) -> Result<(), CpioError> {
        if !is_plain_path(entry.name) {
            return Err(CpioError::Name(entry.name.to_owned()));
        }
        let inode = self.next_inode;
        self.next_inode = self.next_inode.wrapping_add(1).max(1);
        self.entry(inode, &entry)
    }

    fn entry(&mut self, inode: u32, entry: &Entry<'_>) -> Result<(), CpioError> {
        let too_large = || CpioError::TooLarge {
            name: entry.name.to_owned(),
            size: entry.content.len(),
        };
        let size = u32::try_from(entry.content.len()).map_err(|_| too_large())?;
        // Order of the numbers: inode, mode, uid, gid, links, time, size, device of the file (2), device that the
        // node stands for (2), length of the name with its NUL, checksum (unused in this variant).
        let (major, minor) = entry.device;
        let name_len = u32::try_from(entry.name.len() + 1).map_err(|_| too_large())?;
        let fields = [
            inode,
            entry.mode,
            0,
            0,
            entry.links,
            0,
            size,
            0,
            0,
            major,
            minor,
            name_len,
            0,
        ];
        let mut header = String::with_capacity(HEADER_LEN);
        header.push_str("070701");
        for field in fields {
            header.push_str(&format!("{field:08x}"));
        }
        self.put(header.as_bytes())?;
        self.put(entry.name.as_bytes())?;
        self.put(&[0])?;
        self.zeros(self.written.next_multiple_of(4))?;
        self.put(entry.content)?;
        self.zeros(self.written.next_multiple_of(4))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), CpioError> {
        self.out.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn zeros(&mut self, up_to: u64) -> Result<(), CpioError> {
        let missing = usize::try_from(up_to.saturating_sub(self.written)).unwrap_or_default();
        self.put(&vec![0; missing])
    }
}

fn is_plain_path(name: &str) -> bool {
    name.len() < NAME_MAX
        && name != TRAILER
        && !name.contains('\0')
        && name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}
