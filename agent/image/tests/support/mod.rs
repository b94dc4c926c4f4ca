//! A disk in memory that minds that each byte is settled exactly once, and a file that comes in pieces.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::path::Path;
use std::process::Command;

use agent_image::{Declared, Decoded, Expected, ImageError, Limits, Output, Source, decode};

/// Old data of the disk.
const OLD: u8 = 0xa5;

pub struct Disk {
    pub bytes: Vec<u8>,
    settled: Vec<Range<u64>>,
    pub expected: Option<Expected>,
    capacity: u64,
}

impl Disk {
    pub fn new(capacity: u64) -> Self {
        Self {
            bytes: Vec::new(),
            settled: Vec::new(),
            expected: None,
            capacity,
        }
    }

    fn settle(&mut self, offset: u64, length: u64) -> io::Result<Range<usize>> {
        assert!(self.expected.is_some(), "written before it was announced");
        assert!(length > 0, "nothing was settled");
        let end = offset.checked_add(length).unwrap();
        if end > self.capacity {
            return Err(io::Error::other("larger than the disk"));
        }
        let range = offset as usize..end as usize;
        if self.bytes.len() < range.end {
            self.bytes.resize(range.end, OLD);
        }
        match self.settled.last_mut() {
            Some(last) if last.end == offset => last.end = end,
            _ => self.settled.push(offset..end),
        }
        Ok(range)
    }

    /// Each byte was settled once, and none was left out.
    pub fn assert_whole(&mut self) {
        self.settled.sort_by_key(|it| it.start);
        let mut at = 0;
        for range in &self.settled {
            assert!(
                range.start >= at,
                "settled twice from {:#x} on",
                range.start
            );
            assert!(range.start <= at, "old data was left from {at:#x} on");
            at = range.end;
        }
        assert_eq!(at, self.bytes.len() as u64);
    }
}

impl Output for Disk {
    fn begin(&mut self, expected: Expected) -> io::Result<()> {
        assert!(self.expected.replace(expected).is_none(), "announced twice");
        match expected {
            Expected::Exactly(size) | Expected::AtLeast(size) if size > self.capacity => {
                Err(io::Error::other("larger than the disk"))
            }
            _ => Ok(()),
        }
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let range = self.settle(offset, bytes.len() as u64)?;
        self.bytes[range].copy_from_slice(bytes);
        Ok(())
    }

    fn zero(&mut self, offset: u64, length: u64) -> io::Result<()> {
        let range = self.settle(offset, length)?;
        self.bytes[range].fill(0);
        Ok(())
    }
}

/// What the server does when it is asked for a range.
#[derive(Clone, Copy, PartialEq)]
pub enum Ranges {
    Honest,
    Refused,
    /// Other bytes than the stream will have.
    Lying,
}

pub struct File<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    pub piece: usize,
    pub ranges: Ranges,
    pub asked: Vec<Range<u64>>,
}

impl<'a> File<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            piece: 16 << 10,
            ranges: Ranges::Refused,
            asked: Vec::new(),
        }
    }
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
        // Pieces end where they end, as on a network: a part that was not consumed comes again without growing.
        let end = (self.at / self.piece + 1) * self.piece;
        Ok(&self.bytes[self.at..end.min(self.bytes.len())])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Source for File<'_> {
    fn ahead(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        assert!(range.start >= self.at as u64, "asked for what came already");
        self.asked.push(range.clone());
        let part = self.bytes.get(range.start as usize..range.end as usize);
        let part = part.ok_or(io::ErrorKind::UnexpectedEof)?;
        match self.ranges {
            Ranges::Honest => Ok(part.to_vec()),
            Ranges::Refused => Err(io::ErrorKind::Unsupported.into()),
            Ranges::Lying => {
                // A table without entries: everything a hole.
                Ok(vec![0; part.len()])
            }
        }
    }
}

/// Decodes in pieces of some sizes; all must come to the same.
pub fn decoded(file: &[u8], declared: Declared) -> Result<(Decoded, Disk), ImageError> {
    let mut last = None;
    for piece in [1 << 20, 65_537] {
        let mut source = File::new(file);
        source.piece = piece;
        let mut disk = Disk::new(1 << 30);
        let decoded = decode(&mut source, declared, &mut disk, Limits::default())?;
        assert_eq!(source.at, file.len(), "the file was not read to its end");
        disk.assert_whole();
        if let Some((before, bytes)) = &last {
            assert_eq!(before, &decoded);
            assert!(bytes == &disk.bytes, "pieces of {piece} bytes differ");
        }
        last = Some((decoded, disk.bytes));
    }
    let (decoded, bytes) = last.unwrap();
    let mut disk = Disk::new(1 << 30);
    disk.bytes = bytes;
    Ok((decoded, disk))
}

/// A disk with random data, text, and holes: 12 MiB and a sector, so that no cluster size divides it.
pub fn sample() -> Vec<u8> {
    let mut bytes = vec![0; (12 << 20) + 512];
    let mut state = 1_u64;
    let mut random = |range: Range<usize>| {
        for byte in &mut bytes[range] {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            *byte = (state >> 56) as u8;
        }
    };
    random(0..700_000);
    random((5 << 20)..(6 << 20));
    random(11 << 20..(11 << 20) + 4096);
    let end = bytes.len();
    random_text(&mut bytes[(8 << 20)..(10 << 20)]);
    bytes[end - 512..].fill(0x77);
    bytes[512..520].copy_from_slice(b"EFI PART");
    bytes
}

fn random_text(bytes: &mut [u8]) {
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = b"hammer and scale "[(index / 3 + index / 1021) % 17];
    }
}

/// Runs a tool; `None`, said loudly, when this machine does not have it.
pub fn run(tool: &str, arguments: &[&str], folder: &Path) -> Option<Vec<u8>> {
    let output = Command::new(tool)
        .args(arguments)
        .current_dir(folder)
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: there is no {tool} on this machine");
        return None;
    };
    assert!(
        output.status.success(),
        "{tool} {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Some(output.stdout)
}
