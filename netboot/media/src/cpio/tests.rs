//! Tests of the cpio writer: a golden archive, and a small reader that must find what was written.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use proptest::prelude::*;

#[derive(Debug, PartialEq)]
struct Read {
    name: String,
    mode: u32,
    device: (u32, u32),
    content: Vec<u8>,
}

/// Reads archives as the kernel does: four-byte steps, zeros between members skipped.
fn read(bytes: &[u8]) -> Vec<Read> {
    let (mut at, mut found) = (0, Vec::new());
    while at < bytes.len() {
        if bytes[at] == 0 {
            at += 1;
            continue;
        }
        assert_eq!(at % 4, 0, "an archive begins on a multiple of four");
        at = read_archive(bytes, at, &mut found);
    }
    found
}

fn read_archive(bytes: &[u8], mut at: usize, found: &mut Vec<Read>) -> usize {
    loop {
        assert_eq!(&bytes[at..at + 6], b"070701");
        let field = |n: usize| {
            let text = std::str::from_utf8(&bytes[at + 6 + 8 * n..at + 14 + 8 * n]).unwrap();
            u32::from_str_radix(text, 16).unwrap()
        };
        let (mode, size, device, name_len) = (
            field(1),
            field(6) as usize,
            (field(9), field(10)),
            field(11) as usize,
        );
        let name = String::from_utf8(bytes[at + 110..at + 110 + name_len - 1].to_vec()).unwrap();
        let data = (at + 110 + name_len).next_multiple_of(4);
        at = (data + size).next_multiple_of(4);
        if name == TRAILER {
            return at;
        }
        found.push(Read {
            name,
            mode,
            device,
            content: bytes[data..data + size].to_vec(),
        });
    }
}

#[test]
fn golden_header() {
    let mut archive = CpioWriter::new(Vec::new());
    archive.file("init", 0o755, b"hello").unwrap();
    let bytes = archive.finish().unwrap();
    let expected = "070701\
        00000001000081ed000000000000000000000001000000000000000500000000000000000000000000000000\
        0000000500000000init\0";
    assert_eq!(std::str::from_utf8(&bytes[..115]).unwrap(), expected);
    assert_eq!(&bytes[116..124], b"hello\0\0\0");
    assert_eq!(&bytes[124..130], b"070701");
    assert_eq!(bytes.len(), 512);
}

#[test]
fn every_kind_of_entry() {
    let mut archive = CpioWriter::new(Vec::new());
    archive.directories("lib/modules", 0o755).unwrap();
    archive.symlink("bin", "usr/bin").unwrap();
    archive.char_device("console", 0o600, 5, 1).unwrap();
    archive.block_device("loop0", 0o660, 7, 0).unwrap();
    let found = read(&archive.finish().unwrap());
    let brief: Vec<_> = found
        .iter()
        .map(|e| (e.name.as_str(), e.mode, e.device))
        .collect();
    assert_eq!(
        brief,
        [
            ("lib", 0o040_755, (0, 0)),
            ("lib/modules", 0o040_755, (0, 0)),
            ("bin", 0o120_777, (0, 0)),
            ("console", 0o020_600, (5, 1)),
            ("loop0", 0o060_660, (7, 0)),
        ]
    );
    assert_eq!(found[2].content, b"usr/bin");
}

#[test]
fn names_that_escape_are_refused() {
    for name in ["", "/etc", "a/../b", "a//b", ".", "a/", "a\0b", TRAILER] {
        let refused = CpioWriter::new(Vec::new()).file(name, 0o644, b"");
        assert!(matches!(refused, Err(CpioError::Name(_))), "{name:?}");
    }
}

#[test]
fn padding_reaches_the_next_multiple_of_four() {
    assert_eq!([0, 1, 2, 3, 4, 5].map(zero_padding), [0, 3, 2, 1, 0, 3]);
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(
        first in prop::collection::btree_map("[a-z_]{1,12}(/[a-z0-9.]{1,9}x){0,3}", prop::collection::vec(any::<u8>(), 0..300), 0..8),
        second in prop::collection::btree_map("[A-Z]{1,30}", prop::collection::vec(any::<u8>(), 0..300), 0..8),
    ) {
        let mut joined = Vec::new();
        for files in [&first, &second] {
            let mut archive = CpioWriter::new(Vec::new());
            for (name, content) in files {
                archive.file(name, 0o600, content).unwrap();
            }
            let bytes = archive.finish().unwrap();
            prop_assert_eq!(bytes.len() % 512, 0);
            joined.extend(bytes);
        }
        let expected: Vec<_> = first.iter().chain(&second)
            .map(|(name, content)| Read { name: name.clone(), mode: 0o100_600, device: (0, 0), content: content.clone() })
            .collect();
        prop_assert_eq!(read(&joined), expected);
    }
}
