//! What the decoders need of the world: a file that comes in order, and a disk.

use std::io::{self, BufRead, Read};
use std::ops::Range;

/// The file of an image, read once from its first byte to its last.
pub trait Source: BufRead {
    /// Reads a range that the stream has not come to yet, without moving the stream. What comes is not trusted: it is
    /// compared with what the stream brings later. [`io::ErrorKind::Unsupported`] says that this source cannot do it.
    fn ahead(&mut self, range: Range<u64>) -> io::Result<Vec<u8>>;
}

/// What is known of an image's size before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The bytes of the disk.
    Exactly(u64),
    /// At least so many bytes.
    AtLeast(u64),
    /// Nothing.
    Unknown,
}

/// The disk. Each byte of it is written or zeroed at most once, in any order.
pub trait Output {
    /// Called once, when the image's format was found right and before anything else: refuses what does not fit.
    fn begin(&mut self, expected: Expected) -> io::Result<()>;
    /// Takes bytes for an offset.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes a range read as zeros.
    fn zero(&mut self, offset: u64, length: u64) -> io::Result<()>;
}

/// A source that keeps its first error, because decoders wrap or drop what a reader says.
pub(crate) struct Kept<'a> {
    source: &'a mut dyn Source,
    error: Option<io::Error>,
}

impl<'a> Kept<'a> {
    pub(crate) fn new(source: &'a mut dyn Source) -> Self {
        Self {
            source,
            error: None,
        }
    }

    pub(crate) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// As [`Source::ahead`]; its error is the caller's to judge.
    pub(crate) fn ahead(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.source.ahead(range)
    }
}

impl Read for Kept<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Kept<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.source.fill_buf() {
            Ok(bytes) => Ok(bytes),
            Err(error) => {
                let told = io::Error::new(error.kind(), "the source failed");
                self.error.get_or_insert(error);
                Err(told)
            }
        }
    }

    fn consume(&mut self, amount: usize) {
        self.source.consume(amount);
    }
}
