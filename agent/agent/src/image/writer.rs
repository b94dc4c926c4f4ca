//! The thread that writes: it takes full buffers and ranges of zeros in the order in which they come, so that decoding goes on
//! meanwhile. A fixed number of buffers goes round.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use super::meter::Meter;
use crate::disk::device::Device;

/// Bytes of a buffer.
pub const CHUNK: usize = 4 << 20;
/// Buffers in all: one being filled, one being written, two between them.
const BUFFERS: usize = 4;
/// Unbuffered writes want addresses like this on every device.
const ALIGN: usize = 4096;

/// A write that failed.
#[derive(Debug)]
pub struct WriteFailed {
    /// Where.
    pub offset: u64,
    /// The kernel's reason.
    pub source: io::Error,
}

enum Job {
    /// Parts of a buffer, each at the offset plus its place.
    Write(Aligned, Vec<Range<usize>>, u64),
    Zero(Range<u64>),
}

/// The thread and its buffers.
pub struct Writer {
    jobs: SyncSender<Job>,
    used: Receiver<Aligned>,
    made: usize,
    thread: JoinHandle<Result<(), WriteFailed>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(device: Arc<Device>, meter: Arc<Meter>) -> io::Result<Self> {
        let (jobs, todo) = sync_channel(BUFFERS);
        let (give_back, used) = channel();
        let work = move || {
            for job in todo {
                match job {
                    Job::Write(buffer, parts, offset) => {
                        write(&device, &meter, &buffer, &parts, offset)?;
                        // At the end nobody takes buffers any more.
                        let _ = give_back.send(buffer);
                    }
                    Job::Zero(range) => {
                        let (offset, length) = (range.start, range.end - range.start);
                        device
                            .zero(offset, length)
                            .map_err(|source| WriteFailed { offset, source })?;
                        meter.settled(length);
                    }
                }
            }
            Ok(())
        };
        let thread = std::thread::Builder::new()
            .name("image-writer".to_owned())
            .spawn(work)?;
        Ok(Self {
            jobs,
            used,
            made: 0,
            thread,
        })
    }

    /// An empty buffer, as soon as there is one; none when the thread has failed.
    pub fn buffer(&mut self) -> Option<Aligned> {
        if let Ok(buffer) = self.used.try_recv() {
            return Some(buffer);
        }
        if self.made < BUFFERS {
            self.made += 1;
            return Some(Aligned::new());
        }
        self.used.recv().ok()
    }

    /// Writes parts of a buffer; `false` when the thread has failed.
    pub fn write(&self, buffer: Aligned, parts: Vec<Range<usize>>, offset: u64) -> bool {
        self.jobs.send(Job::Write(buffer, parts, offset)).is_ok()
    }

    /// Makes a range zero; `false` when the thread has failed.
    pub fn zero(&self, range: Range<u64>) -> bool {
        self.jobs.send(Job::Zero(range)).is_ok()
    }

    /// Waits until all is written.
    pub fn finish(self) -> Result<(), WriteFailed> {
        drop(self.jobs);
        drop(self.used);
        self.thread.join().unwrap_or_else(|_| {
            Err(WriteFailed {
                offset: 0,
                source: io::Error::other("the writing thread broke"),
            })
        })
    }
}

fn write(
    device: &Device,
    meter: &Meter,
    buffer: &Aligned,
    parts: &[Range<usize>],
    start: u64,
) -> Result<(), WriteFailed> {
    for part in parts {
        let offset = start + part.start as u64;
        device
            .write(&buffer.slice()[part.clone()], offset)
            .map_err(|source| WriteFailed { offset, source })?;
        meter.settled(part.len() as u64);
    }
    Ok(())
}

/// A buffer of [`CHUNK`] bytes at an address that unbuffered writes accept.
pub struct Aligned {
    bytes: Vec<u8>,
    start: usize,
}

impl Aligned {
    fn new() -> Self {
        let bytes = vec![0; CHUNK + ALIGN];
        let start = bytes.as_ptr().align_offset(ALIGN).min(ALIGN);
        Self { bytes, start }
    }

    /// All of it.
    pub fn slice(&self) -> &[u8] {
        &self.bytes[self.start..self.start + CHUNK]
    }

    /// All of it.
    pub fn slice_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + CHUNK]
    }
}
