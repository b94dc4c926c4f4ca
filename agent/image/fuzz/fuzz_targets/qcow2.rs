//! Any bytes as a qcow2 image. It comes in pieces, with little memory, once with a server that answers ranges and once with one
//! that does not; what comes out must be the same, with each byte of the disk settled exactly once. The image is stored
//! without its zeros: pairs of a 4 KiB block's number and its content.
#![no_main]

use std::io::{self, BufRead, Read};
use std::ops::Range;

use agent_image::{Declared, Expected, Limits, Output, Source, decode};
use libfuzzer_sys::fuzz_target;

/// The disk has no more than this, so no image makes the target slow.
const DISK: u64 = 4 << 20;

struct File<'a> {
    bytes: &'a [u8],
    at: usize,
    piece: usize,
    ranges: bool,
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
        let end = (self.at / self.piece + 1) * self.piece;
        Ok(&self.bytes[self.at..end.min(self.bytes.len())])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Source for File<'_> {
    fn ahead(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        assert!(range.start >= self.at as u64 && range.start < range.end);
        if !self.ranges {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let part = self.bytes.get(range.start as usize..range.end as usize);
        part.map(<[u8]>::to_vec)
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

#[derive(Default)]
struct Disk {
    bytes: Vec<u8>,
    settled: Vec<Range<u64>>,
}

impl Disk {
    fn settle(&mut self, offset: u64, length: u64) -> Range<usize> {
        let end = offset + length;
        assert!(length > 0 && end <= self.bytes.len() as u64);
        self.settled.push(offset..end);
        offset as usize..end as usize
    }

    fn assert_whole(&mut self) {
        self.settled.sort_by_key(|it| it.start);
        let mut at = 0;
        for range in &self.settled {
            assert_eq!(range.start, at);
            at = range.end;
        }
        assert_eq!(at, self.bytes.len() as u64);
    }
}

impl Output for Disk {
    fn begin(&mut self, expected: Expected) -> io::Result<()> {
        match expected {
            Expected::Exactly(size) if size <= DISK => {
                self.bytes = vec![0xa5; size as usize];
                Ok(())
            }
            Expected::Exactly(_) => Err(io::Error::other("larger than the disk")),
            _ => panic!("a qcow2 image tells its size"),
        }
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let range = self.settle(offset, bytes.len() as u64);
        self.bytes[range].copy_from_slice(bytes);
        Ok(())
    }

    fn zero(&mut self, offset: u64, length: u64) -> io::Result<()> {
        let range = self.settle(offset, length);
        self.bytes[range].fill(0);
        Ok(())
    }
}

fn attempt(bytes: &[u8], piece: usize, ranges: bool, parked: usize) -> Option<Vec<u8>> {
    let limits = Limits {
        parked,
        pieces: 10_000,
        requests: 100,
    };
    let mut file = File {
        bytes,
        at: 0,
        piece,
        ranges,
    };
    let mut disk = Disk::default();
    decode(&mut file, Declared::Qcow2, &mut disk, limits).ok()?;
    assert_eq!(file.at, bytes.len());
    disk.assert_whole();
    Some(disk.bytes)
}

/// Blocks of 4 KiB, each behind its number.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 4096;
    let mut file = Vec::new();
    for block in bytes.chunks(BLOCK + 1) {
        let [number, content @ ..] = block else { break };
        let at = usize::from(*number) * BLOCK;
        if file.len() < at + content.len() {
            file.resize(at + content.len(), 0);
        }
        file[at..at + content.len()].copy_from_slice(content);
    }
    file
}

fuzz_target!(|bytes: &[u8]| {
    let mut file = unfolded(bytes);
    if let Some(magic) = file.get_mut(..4) {
        magic.copy_from_slice(b"QFI\xfb");
    }
    let whole = attempt(&file, usize::MAX / 2, false, 64 << 20);
    let parted = attempt(&file, 1021, false, 64 << 20);
    assert!(whole == parted, "the pieces make a difference");
    // With ranges and no buffer, tables come first: the same, unless that needs too many requests.
    if let Some(ahead) = attempt(&file, 4096, true, 0) {
        assert!(whole == Some(ahead), "tables fetched first make a difference");
    }
});
