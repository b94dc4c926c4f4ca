//! Any bytes as a compressed or raw image: framing, windows, bombs. It comes in pieces of several sizes, with the same result.
#![no_main]

use std::io::{self, BufRead, Read};
use std::ops::Range;

use agent_image::{Content, Declared, Expected, Limits, Output, Source, decode, sniff};
use libfuzzer_sys::fuzz_target;

/// The disk has no more than this: here a bomb ends.
const DISK: u64 = 1 << 20;

struct File<'a> {
    bytes: &'a [u8],
    piece: usize,
}

impl Read for File<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for File<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.bytes[..self.piece.min(self.bytes.len())])
    }

    fn consume(&mut self, amount: usize) {
        self.bytes = &self.bytes[amount..];
    }
}

impl Source for File<'_> {
    fn ahead(&mut self, _: Range<u64>) -> io::Result<Vec<u8>> {
        panic!("only qcow2 needs anything ahead of the stream");
    }
}

#[derive(Default)]
struct Disk(Vec<u8>);

impl Output for Disk {
    fn begin(&mut self, _: Expected) -> io::Result<()> {
        assert!(self.0.is_empty());
        Ok(())
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        assert_eq!(offset, self.0.len() as u64, "written out of order");
        if offset + bytes.len() as u64 > DISK {
            return Err(io::Error::other("larger than the disk"));
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn zero(&mut self, _: u64, _: u64) -> io::Result<()> {
        panic!("only qcow2 knows of holes");
    }
}

fn attempt(bytes: &[u8], piece: usize) -> Option<Vec<u8>> {
    let mut disk = Disk::default();
    let mut file = File { bytes, piece };
    let decoded = decode(&mut file, Declared::Raw, &mut disk, Limits::default()).ok()?;
    assert!(file.bytes.is_empty(), "the file was not read to its end");
    assert_eq!(decoded.size, disk.0.len() as u64);
    if decoded.content == Content::Raw {
        assert!(disk.0 == bytes);
    }
    assert_eq!(Ok(decoded.content), sniff(bytes));
    Some(disk.0)
}

fuzz_target!(|bytes: &[u8]| {
    let whole = attempt(bytes, usize::MAX);
    let parted = attempt(bytes, 7);
    assert!(whole == parted, "the pieces make a difference");
});
