//! One open disk (or, for tests, an ordinary file that stands for one), or a part of one: size, sector size, aligned writes, zeroing.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{FallocateFlags, fallocate};
use nix::libc;

use crate::sys::block;

static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// An open disk.
pub struct Device {
    /// Its path.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Logical sector size in bytes.
    pub sector: u64,
    /// Buffered access, for tables and everything that is not aligned. Counts from the start of the disk.
    pub file: File,
    /// Unbuffered access, when the device takes it.
    direct: Option<File>,
    block: bool,
    /// Where this part of the disk begins; 0 for a whole disk.
    start: u64,
    /// What this part of the disk is; none for a whole disk.
    pub part: Option<&'static str>,
}

impl Device {
    /// Opens for reading only.
    pub fn open_read(path: &Path) -> io::Result<Self> {
        Self::from_file(path, File::open(path)?, None)
    }

    /// Opens for writing; big aligned writes bypass the page cache where possible.
    pub fn open_write(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let direct = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_DIRECT)
            .open(path)
            .ok();
        Self::from_file(path, file, direct)
    }

    fn from_file(path: &Path, file: File, direct: Option<File>) -> io::Result<Self> {
        let meta = file.metadata()?;
        let block = meta.file_type().is_block_device();
        let (size, sector) = if block {
            (block::size(&file)?, block::sector_size(&file)?)
        } else {
            (meta.len(), 512)
        };
        Ok(Self {
            path: path.to_owned(),
            size,
            sector,
            file,
            direct,
            block,
            start: 0,
            part: None,
        })
    }

    /// A part of this disk, whose first byte is at `start` of the disk. The kernel need not know of it.
    pub fn part(&self, start: u64, length: u64, what: &'static str) -> io::Result<Self> {
        let inside = start
            .checked_add(length)
            .is_some_and(|end| end <= self.size);
        if !inside {
            return Err(io::Error::other("a part of a disk reaches beyond its end"));
        }
        Ok(Self {
            path: self.path.clone(),
            size: length,
            sector: self.sector,
            file: self.file.try_clone()?,
            direct: self.direct.as_ref().map(File::try_clone).transpose()?,
            block: self.block,
            start: self.start + start,
            part: Some(what),
        })
    }

    /// Whether the kernel refuses writes.
    pub fn read_only(&self) -> bool {
        self.block && block::read_only(&self.file).unwrap_or(false)
    }

    /// Writes bytes; aligned buffers at aligned offsets go past the page cache.
    pub fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        const ALIGN: u64 = 4096;
        self.require_inside(offset, bytes.len() as u64)?;
        let offset = self.start + offset;
        let aligned = offset.is_multiple_of(ALIGN)
            && bytes.len().is_multiple_of(4096)
            && bytes.as_ptr().addr().is_multiple_of(4096);
        if let Some(direct) = self.direct.as_ref().filter(|_| aligned) {
            match direct.write_all_at(bytes, offset) {
                Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {}
                other => return other,
            }
        }
        self.file.write_all_at(bytes, offset)
    }

    /// Makes a range read as zeros: discarded if the device then reads zeros for sure, else zeroed by the device's own
    /// command, else written. A plain discard promises nothing of what is read afterwards, so it is never used.
    pub fn zero(&self, offset: u64, length: u64) -> io::Result<()> {
        self.require_inside(offset, length)?;
        let offset = self.start + offset;
        let whole = offset.is_multiple_of(self.sector) && length.is_multiple_of(self.sector);
        if whole && length > 0 && self.punch(offset, length) {
            return Ok(());
        }
        if self.block && whole && block::zero(&self.file, offset, length).is_ok() {
            return Ok(());
        }
        let mut at = offset;
        let end = offset + length;
        while at < end {
            let part =
                usize::try_from((end - at).min(ZEROS.len() as u64)).map_err(io::Error::other)?;
            self.file.write_all_at(&ZEROS[..part], at)?;
            at += part as u64;
        }
        Ok(())
    }

    /// On a block device the kernel turns this into a command that discards and zeroes, and refuses where there is none
    /// (`blkdev_fallocate`, block/fops.c of Linux).
    fn punch(&self, offset: u64, length: u64) -> bool {
        let signed = |value: u64| libc::off_t::try_from(value);
        let (Ok(offset), Ok(length)) = (signed(offset), signed(length)) else {
            return false;
        };
        let flags = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
        fallocate(&self.file, flags, offset, length).is_ok()
    }

    /// Reads exactly; beyond the end is an error.
    pub fn read(&self, length: usize, offset: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.read_into(&mut bytes, offset)?;
        Ok(bytes)
    }

    /// Fills a buffer; beyond the end is an error.
    pub fn read_into(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.require_inside(offset, bytes.len() as u64)?;
        self.file.read_exact_at(bytes, self.start + offset)
    }

    /// A part of a disk has neighbours; a whole disk has the kernel, which knows its end.
    fn require_inside(&self, offset: u64, length: u64) -> io::Result<()> {
        let end = offset.checked_add(length);
        match self.part.is_none() || end.is_some_and(|end| end <= self.size) {
            true => Ok(()),
            false => Err(io::Error::other("beyond the end of this part of the disk")),
        }
    }

    /// Everything written is on the disk when this returns.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Whether this is a block device and not an ordinary file.
    pub fn is_block(&self) -> bool {
        self.block
    }

    /// Drops what the page cache holds of the device.
    pub fn flush_buffers(&self) -> io::Result<()> {
        if self.block {
            block::flush_buffers(&self.file)
        } else {
            Ok(())
        }
    }
}

/// A disk, or a part of one, as a stream to read and write: what a file system is made in.
pub struct Span<'a> {
    device: &'a Device,
    at: u64,
}

impl<'a> Span<'a> {
    /// All of it.
    pub fn new(device: &'a Device) -> Self {
        Self { device, at: 0 }
    }

    fn left(&self) -> usize {
        usize::try_from(self.device.size.saturating_sub(self.at)).unwrap_or(usize::MAX)
    }
}

impl io::Read for Span<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = buffer.len().min(self.left());
        self.device.read_into(&mut buffer[..n], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl io::Write for Span<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let n = buffer.len().min(self.left());
        self.device.write(&buffer[..n], self.at)?;
        self.at += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl io::Seek for Span<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.at = sought(self.at, self.device.size, to)?;
        Ok(self.at)
    }
}

fn sought(at: u64, length: u64, to: io::SeekFrom) -> io::Result<u64> {
    let target = match to {
        io::SeekFrom::Start(n) => Some(n),
        io::SeekFrom::End(n) => length.checked_add_signed(n),
        io::SeekFrom::Current(n) => at.checked_add_signed(n),
    };
    target.ok_or_else(|| io::Error::other("seek before the start"))
}

/// How much may be read through one window: looking for a boot loader takes some hundred KiB.
const WINDOW_BUDGET: u64 = 8 << 20;

/// The wanted range of a device as a stream, read-only: what the FAT reader works on. That reader follows chains of clusters
/// wherever they lead, so a window serves a bounded number of bytes: a chain that bites its own tail ends in an error.
pub struct Window<'a> {
    device: &'a Device,
    start: u64,
    length: u64,
    at: u64,
    budget: u64,
}

impl<'a> Window<'a> {
    /// A range in bytes.
    pub fn new(device: &'a Device, start: u64, length: u64) -> Self {
        Self {
            device,
            start,
            length,
            at: 0,
            budget: WINDOW_BUDGET,
        }
    }

    /// The same range, but only this many bytes may be read through it.
    pub fn with_budget(self, budget: u64) -> Self {
        Self { budget, ..self }
    }
}

impl io::Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let offset = self
            .start
            .checked_add(self.at)
            .ok_or_else(|| io::Error::other("beyond the end of any disk"))?;
        let n = self.device.file.read_at(&mut buffer[..wanted], offset)?;
        self.budget = self
            .budget
            .checked_sub(n as u64)
            .ok_or_else(|| io::Error::other("the file system is damaged: reading does not end"))?;
        self.at += n as u64;
        Ok(n)
    }
}

impl io::Seek for Window<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.at = sought(self.at, self.length, to)?;
        Ok(self.at)
    }
}

impl io::Write for Window<'_> {
    fn write(&mut self, _buffer: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the file system is only read",
        ))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
