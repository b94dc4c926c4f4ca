//! Takes the decoded image, in any order, to the disk or a part of it. Zeros become zeroed ranges, never old data; the first and the
//! last MiB of that are held back until [`Sink::commit`], so an image that turns out wrong leaves a disk without a table.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use agent_image::{Expected, Output, Parts};

use super::meter::Meter;
use super::writer::{Aligned, CHUNK, WriteFailed, Writer};
use crate::disk::device::Device;

/// What is held back at each end of the disk.
const HELD: u64 = 1 << 20;
/// Zeros wait for more of their kind up to so many bytes: as often as data they show how far it is.
const GATHERED: u64 = CHUNK as u64;
/// One order makes at most so many bytes zero, however large the hole: progress is told, and whoever gives up does not wait long.
const ZEROED_AT_ONCE: u64 = 64 << 20;

/// Why the image cannot go on this disk.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// More bytes than the disk has.
    #[error(
        "the image is larger than the disk: at least {image} bytes are needed, {path} has {disk} bytes; use a larger disk (root device hint \"size\") or a smaller image"
    )]
    TooLarge {
        /// The disk.
        path: String,
        /// Its bytes.
        disk: u64,
        /// What is known of the image's bytes.
        image: u64,
    },
    /// More bytes than the partition has that was asked for.
    #[error(
        "the image is larger than its partition: at least {image} bytes are needed, the {what} partition has {part} bytes; set instance_info/root_gb accordingly"
    )]
    TooLargeForPart {
        /// Which.
        what: &'static str,
        /// Its bytes.
        part: u64,
        /// What is known of the image's bytes.
        image: u64,
    },
    /// The old partition table could not be removed.
    #[error("wiping the old partition table of {path} failed: {source}")]
    Wipe {
        /// The disk.
        path: String,
        /// The kernel's reason.
        source: io::Error,
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

impl SinkError {
    /// An image of at least so many bytes does not go there.
    pub fn too_large(device: &Device, image: u64) -> Self {
        match device.part {
            Some(what) => Self::TooLargeForPart {
                what,
                part: device.size,
                image,
            },
            None => Self::TooLarge {
                path: device.path.display().to_string(),
                disk: device.size,
                image,
            },
        }
    }
}

/// The writing end.
pub struct Sink {
    device: Arc<Device>,
    meter: Arc<Meter>,
    /// Removes the old partition table; called once, when the image was found to fit.
    wipe: Option<Box<dyn FnOnce() -> io::Result<()> + Send>>,
    writer: Option<Writer>,
    run: Option<Run>,
    zeros: Range<u64>,
    head: Vec<u8>,
    tail: Vec<u8>,
    /// End of the image, as far as it is known.
    end: u64,
}

/// Bytes that follow one another on the disk.
struct Run {
    buffer: Aligned,
    offset: u64,
    filled: usize,
}

impl Run {
    fn end(&self) -> u64 {
        self.offset + self.filled as u64
    }
}

impl Sink {
    /// Nothing is written yet.
    pub fn new(
        device: Arc<Device>,
        meter: Arc<Meter>,
        wipe: Box<dyn FnOnce() -> io::Result<()> + Send>,
    ) -> Self {
        Self {
            device,
            meter,
            wipe: Some(wipe),
            writer: None,
            run: None,
            zeros: 0..0,
            head: vec![0; HELD as usize],
            tail: Vec::new(),
            end: 0,
        }
    }

    /// The image begins again at its first byte; what is on its way to the disk goes first.
    pub fn restart(&mut self) {
        if let Some(run) = &mut self.run {
            run.filled = 0;
        }
        self.zeros = 0..0;
        self.head.fill(0);
        self.tail.clear();
        self.end = 0;
    }

    /// Writes what is still buffered, all but the held-back ends, and syncs.
    pub fn finish(&mut self) -> Result<(), SinkError> {
        self.pad()?;
        self.drain()?;
        self.flush_zeros()?;
        if let Some(writer) = self.writer.take() {
            writer.finish().map_err(|failed| self.failed(failed))?;
        }
        self.device.sync().map_err(|source| self.at(0, source))
    }

    /// Writes the held-back ends: the tail first, the head last, so that the table appears when all else is there.
    pub fn commit(&self) -> Result<(), SinkError> {
        let tail = self.tail_start();
        if !self.tail.is_empty() {
            self.put(&self.tail, tail)?;
        }
        self.put(self.head(), 0)
    }

    /// The first bytes of the image, at most a MiB.
    pub fn head(&self) -> &[u8] {
        let length = self.in_sectors(self.end).min(HELD);
        &self.head[..usize::try_from(length).unwrap_or(self.head.len())]
    }

    fn put(&self, bytes: &[u8], offset: u64) -> Result<(), SinkError> {
        self.device
            .write(bytes, offset)
            .and_then(|()| self.device.sync())
            .map_err(|source| self.at(offset, source))
    }

    fn tail_start(&self) -> u64 {
        self.device.size.saturating_sub(HELD).max(HELD)
    }

    /// Rounded up to whole sectors, as far as the disk goes.
    fn in_sectors(&self, bytes: u64) -> u64 {
        bytes
            .next_multiple_of(self.device.sector.max(1))
            .min(self.device.size.max(bytes))
    }

    /// A last sector that the image does not fill is filled with zeros, never left half old.
    fn pad(&mut self) -> Result<(), SinkError> {
        let (end, padded) = (self.end, self.in_sectors(self.end));
        let zeros = vec![0; usize::try_from(padded - end).unwrap_or_default()];
        self.take(end, &zeros)
    }

    fn begin_checked(&mut self, expected: Expected) -> Result<(), SinkError> {
        if let Expected::Exactly(size) | Expected::AtLeast(size) = expected {
            self.check_room(size)?;
        }
        self.meter.begin(expected);
        if let Some(wipe) = self.wipe.take() {
            let path = self.path();
            wipe().map_err(|source| SinkError::Wipe { path, source })?;
            let started = Writer::start(Arc::clone(&self.device), Arc::clone(&self.meter));
            self.writer = Some(started.map_err(|source| self.at(0, source))?);
        }
        Ok(())
    }

    fn check_room(&self, image: u64) -> Result<(), SinkError> {
        if image <= self.device.size {
            return Ok(());
        }
        Err(SinkError::too_large(&self.device, image))
    }

    /// Splits what comes at the borders of the held-back ends.
    fn split(&self, range: Range<u64>) -> [Range<u64>; 3] {
        let (head, tail) = (HELD, self.tail_start());
        let clip = |from: u64, to: u64| {
            let part = range.start.max(from)..range.end.min(to);
            if part.is_empty() {
                range.end..range.end
            } else {
                part
            }
        };
        [clip(0, head), clip(head, tail), clip(tail, u64::MAX)]
    }

    fn take(&mut self, offset: u64, bytes: &[u8]) -> Result<(), SinkError> {
        let end = offset.saturating_add(bytes.len() as u64);
        self.check_room(end)?;
        self.end = self.end.max(end);
        let [head, middle, tail] = self.split(offset..end);
        let part =
            |range: &Range<u64>| &bytes[place(range.start - offset)..place(range.end - offset)];
        if !head.is_empty() {
            self.head[place(head.start)..place(head.end)].copy_from_slice(part(&head));
            self.meter.settled(head.end - head.start);
        }
        if !tail.is_empty() {
            let kept = self.tail_place(&tail);
            self.tail[kept].copy_from_slice(part(&tail));
            self.meter.settled(tail.end - tail.start);
        }
        self.append(middle.start, part(&middle))
    }

    fn tail_place(&mut self, range: &Range<u64>) -> Range<usize> {
        let start = self.tail_start();
        let kept = place(range.start - start)..place(range.end - start);
        if self.tail.len() < kept.end {
            self.tail.resize(kept.end, 0);
        }
        kept
    }

    /// Gathers bytes that follow one another.
    fn append(&mut self, mut offset: u64, mut bytes: &[u8]) -> Result<(), SinkError> {
        while !bytes.is_empty() {
            if self.run.as_ref().is_some_and(|run| run.end() != offset) {
                self.drain()?;
            }
            let run = match &mut self.run {
                Some(run) => run,
                None => {
                    let buffer = self.writer.as_mut().and_then(Writer::buffer);
                    let Some(buffer) = buffer else {
                        return Err(self.broken());
                    };
                    self.run.insert(Run {
                        buffer,
                        offset,
                        filled: 0,
                    })
                }
            };
            let length = (CHUNK - run.filled).min(bytes.len());
            run.buffer.slice_mut()[run.filled..run.filled + length]
                .copy_from_slice(&bytes[..length]);
            run.filled += length;
            offset += length as u64;
            bytes = &bytes[length..];
            if run.filled == CHUNK {
                self.drain()?;
            }
        }
        Ok(())
    }

    /// Hands what was gathered to the writer: data to write, zeros to zero.
    fn drain(&mut self) -> Result<(), SinkError> {
        let Some(run) = self.run.take() else {
            return Ok(());
        };
        let Parts { data, zeros } =
            agent_image::part(&run.buffer.slice()[..run.filled], run.offset);
        for range in zeros {
            self.note_zeros(run.offset + range.start as u64, range.len() as u64)?;
        }
        let sent = match &self.writer {
            Some(writer) => writer.write(run.buffer, data, run.offset),
            None => false,
        };
        if sent { Ok(()) } else { Err(self.broken()) }
    }

    fn note_zeros(&mut self, offset: u64, length: u64) -> Result<(), SinkError> {
        if self.zeros.end != offset {
            self.flush_zeros()?;
            self.zeros = offset..offset;
        }
        self.zeros.end += length;
        match self.zeros.end - self.zeros.start >= GATHERED {
            true => self.flush_zeros(),
            false => Ok(()),
        }
    }

    fn flush_zeros(&mut self) -> Result<(), SinkError> {
        let Range { mut start, end } = std::mem::take(&mut self.zeros);
        while start < end {
            let piece = start..end.min(start + ZEROED_AT_ONCE);
            start = piece.end;
            if !self.writer.as_ref().is_some_and(|it| it.zero(piece)) {
                return Err(self.broken());
            }
        }
        Ok(())
    }

    /// The writer takes nothing any more: it has the reason.
    fn broken(&mut self) -> SinkError {
        let failed = self.writer.take().and_then(|it| it.finish().err());
        let failed = failed.unwrap_or_else(|| WriteFailed {
            offset: 0,
            source: io::Error::other("nothing can be written any more"),
        });
        self.failed(failed)
    }

    fn path(&self) -> String {
        self.device.path.display().to_string()
    }

    fn failed(&self, failed: WriteFailed) -> SinkError {
        self.at(failed.offset, failed.source)
    }

    fn at(&self, offset: u64, source: io::Error) -> SinkError {
        SinkError::Write {
            path: self.path(),
            offset,
            source,
        }
    }
}

impl Drop for Sink {
    /// Whoever gives up leaves no thread behind that still writes.
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            // The failure that led here is the one that counts.
            let _ = writer.finish();
        }
    }
}

impl Output for Sink {
    fn begin(&mut self, expected: Expected) -> io::Result<()> {
        self.begin_checked(expected).map_err(io::Error::other)
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.take(offset, bytes).map_err(io::Error::other)
    }

    fn zero(&mut self, offset: u64, length: u64) -> io::Result<()> {
        let end = offset.saturating_add(length);
        let result = self.check_room(end).and_then(|()| {
            self.end = self.end.max(end);
            // The held-back ends are zeros until something else comes.
            let [head, middle, tail] = self.split(offset..end);
            if !tail.is_empty() {
                self.tail_place(&tail);
            }
            self.meter
                .settled(head.end - head.start + tail.end - tail.start);
            if middle.is_empty() {
                return Ok(());
            }
            self.note_zeros(middle.start, middle.end - middle.start)
        });
        result.map_err(io::Error::other)
    }
}

/// Places within buffers fit any address space.
fn place(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
