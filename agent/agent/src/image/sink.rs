//! Writes the decoded image to the disk. Zeros become zeroed ranges, never old data; the first and the last MiB of the
//! disk are held back until [`Sink::commit`], so an image that turns out wrong leaves a disk without a table.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::disk::device::Device;

/// Bytes per write.
pub const CHUNK: usize = 4 << 20;
/// Granularity of the search for zeros.
const GRAIN: usize = 64 << 10;
/// What is held back at each end of the disk.
const HELD: u64 = 1 << 20;
const ALIGN: usize = 4096;

/// Why the image cannot go on this disk.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// More bytes than the disk has.
    #[error(
        "the image is larger than the disk: more than {disk} bytes came, {path} has {disk} bytes; use a larger disk (root device hint \"size\") or a smaller image"
    )]
    TooLarge {
        /// The disk.
        path: String,
        /// Its bytes.
        disk: u64,
    },
    /// A write failed.
    #[error("writing at byte {offset} of {path} failed: {source}; the disk may be defective")]
    Write {
        /// The disk.
        path: String,
        /// Where.
        offset: u64,
        /// The kernel's reason.
        source: io::Error,
    },
}

/// The writing end.
pub struct Sink {
    device: Arc<Device>,
    buffer: Aligned,
    filled: usize,
    /// Disk offset of the buffer's start.
    offset: u64,
    zeros: Range<u64>,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Sink {
    /// Starts at the disk's first byte.
    pub fn new(device: Arc<Device>) -> Self {
        Self {
            device,
            buffer: Aligned::new(),
            filled: 0,
            offset: 0,
            zeros: 0..0,
            head: Vec::new(),
            tail: Vec::new(),
        }
    }

    /// Bytes taken so far.
    pub fn taken(&self) -> u64 {
        self.offset + self.filled as u64
    }

    /// Takes decoded bytes.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), SinkError> {
        if bytes.len() as u64 > self.device.size - self.taken().min(self.device.size) {
            return Err(SinkError::TooLarge {
                path: self.path(),
                disk: self.device.size,
            });
        }
        while !bytes.is_empty() {
            let room = (CHUNK - self.filled).min(bytes.len());
            self.buffer.slice_mut()[self.filled..self.filled + room]
                .copy_from_slice(&bytes[..room]);
            self.filled += room;
            bytes = &bytes[room..];
            if self.filled == CHUNK {
                self.drain()?;
            }
        }
        Ok(())
    }

    /// Writes what is still buffered, all but the held-back ends, and syncs.
    pub fn finish(&mut self) -> Result<(), SinkError> {
        // A last sector that the image does not fill is filled with zeros, never left half old.
        let sector = usize::try_from(self.device.sector).unwrap_or(512).max(1);
        let padded = self.filled.next_multiple_of(sector).min(CHUNK);
        let limit =
            usize::try_from(self.device.size - self.offset.min(self.device.size)).unwrap_or(CHUNK);
        let padded = padded.min(limit.max(self.filled));
        self.buffer.slice_mut()[self.filled..padded].fill(0);
        self.filled = padded;
        self.drain()?;
        self.flush_zeros()?;
        self.device.sync().map_err(|source| self.failed(0, source))
    }

    /// Writes the held-back ends: the tail first, the head last, so that the table appears when all else is there.
    pub fn commit(&self) -> Result<(), SinkError> {
        let tail = self.tail_start();
        if !self.tail.is_empty() {
            self.device
                .write(&self.tail, tail)
                .map_err(|source| self.failed(tail, source))?;
            self.device
                .sync()
                .map_err(|source| self.failed(tail, source))?;
        }
        self.device
            .write(&self.head, 0)
            .map_err(|source| self.failed(0, source))?;
        self.device.sync().map_err(|source| self.failed(0, source))
    }

    /// The first bytes of the image, at most a MiB.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    fn tail_start(&self) -> u64 {
        self.device.size.saturating_sub(HELD).max(HELD)
    }

    fn drain(&mut self) -> Result<(), SinkError> {
        let mut at = 0;
        while at < self.filled {
            let offset = self.offset + at as u64;
            let end = self
                .filled
                .min(at + GRAIN - usize::try_from(offset % GRAIN as u64).unwrap_or(0));
            let end = self.cut(offset, end - at) + at;
            if offset < HELD {
                self.head.extend_from_slice(&self.buffer.slice()[at..end]);
            } else if offset >= self.tail_start() {
                self.tail.extend_from_slice(&self.buffer.slice()[at..end]);
            } else if is_zero(&self.buffer.slice()[at..end]) {
                self.note_zeros(offset, (end - at) as u64)?;
            } else {
                let end = self.data_end(at, end);
                self.flush_zeros()?;
                self.device
                    .write(&self.buffer.slice()[at..end], offset)
                    .map_err(|source| self.failed(offset, source))?;
                at = end;
                continue;
            }
            at = end;
        }
        self.offset += self.filled as u64;
        self.filled = 0;
        Ok(())
    }

    /// Extends a run of data over following grains with data, so that writes are large.
    fn data_end(&self, at: usize, mut end: usize) -> usize {
        while end < self.filled {
            let next = self.cut(self.offset + end as u64, GRAIN.min(self.filled - end)) + end;
            let inside = self.offset + (next as u64) <= self.tail_start();
            if at == next || !inside || is_zero(&self.buffer.slice()[end..next]) {
                break;
            }
            end = next;
        }
        end
    }

    /// Cuts a piece at the borders of the held-back ends.
    fn cut(&self, offset: u64, length: usize) -> usize {
        for border in [HELD, self.tail_start()] {
            if offset < border {
                return length.min(usize::try_from(border - offset).unwrap_or(length));
            }
        }
        length
    }

    fn note_zeros(&mut self, offset: u64, length: u64) -> Result<(), SinkError> {
        if self.zeros.end != offset {
            self.flush_zeros()?;
            self.zeros = offset..offset;
        }
        self.zeros.end += length;
        Ok(())
    }

    fn flush_zeros(&mut self) -> Result<(), SinkError> {
        let range = std::mem::take(&mut self.zeros);
        if range.is_empty() {
            return Ok(());
        }
        self.device
            .zero(range.start, range.end - range.start)
            .map_err(|source| self.failed(range.start, source))
    }

    fn path(&self) -> String {
        self.device.path.display().to_string()
    }

    fn failed(&self, offset: u64, source: io::Error) -> SinkError {
        SinkError::Write {
            path: self.path(),
            offset,
            source,
        }
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    // In blocks, because this is on the path of every byte.
    let blocks = bytes.chunks_exact(64);
    blocks.remainder().iter().all(|b| *b == 0) && { blocks }.all(|block| *block == [0; 64])
}

/// A buffer of [`CHUNK`] bytes at an address that unbuffered writes accept.
struct Aligned {
    bytes: Vec<u8>,
    start: usize,
}

impl Aligned {
    fn new() -> Self {
        let bytes = vec![0; CHUNK + ALIGN];
        let start = bytes.as_ptr().align_offset(ALIGN).min(ALIGN);
        Self { bytes, start }
    }

    fn slice(&self) -> &[u8] {
        &self.bytes[self.start..self.start + CHUNK]
    }

    fn slice_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + CHUNK]
    }
}
