//! One open disk (or, for tests, an ordinary file that stands for one): size, sector size, aligned writes, zeroing.

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
    /// Buffered access, for tables and everything that is not aligned.
    pub file: File,
    /// Unbuffered access, when the device takes it.
    direct: Option<File>,
    block: bool,
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
        })
    }

    /// Whether the kernel refuses writes.
    pub fn read_only(&self) -> bool {
        self.block && block::read_only(&self.file).unwrap_or(false)
    }

    /// Writes bytes; aligned buffers at aligned offsets go past the page cache.
    pub fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        const ALIGN: u64 = 4096;
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
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
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
        let target = match to {
            io::SeekFrom::Start(n) => Some(n),
            io::SeekFrom::End(n) => self.length.checked_add_signed(n),
            io::SeekFrom::Current(n) => self.at.checked_add_signed(n),
        };
        self.at = target.ok_or_else(|| io::Error::other("seek before the start"))?;
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
