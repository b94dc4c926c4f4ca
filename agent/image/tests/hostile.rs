//! Images that were made to do harm, or were damaged, are refused with the reason, and within bounded memory. Built by hand,
//! field by field, because no tool makes them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use agent_image::{Declared, Limits, Output, decode};
use proptest::prelude::*;
use support::{Disk, File, Ranges, decoded};

const CLUSTER: usize = 1 << 16;

/// A version 3 image of 1 MiB: L1 table in cluster 1, one L2 table in cluster 2, data from cluster 3 on.
fn image(entries: &[u64]) -> Vec<u8> {
    let mut file = vec![0; 8 * CLUSTER];
    file[..4].copy_from_slice(b"QFI\xfb");
    put32(&mut file, 4, 3);
    put32(&mut file, 20, 16);
    put64(&mut file, 24, 1 << 20);
    put32(&mut file, 36, 1);
    put64(&mut file, 40, CLUSTER as u64);
    put32(&mut file, 96, 4);
    put32(&mut file, 100, 104);
    put64(&mut file, CLUSTER, 2 * CLUSTER as u64);
    for (index, entry) in entries.iter().enumerate() {
        put64(&mut file, 2 * CLUSTER + index * 8, *entry);
    }
    for (index, byte) in file[3 * CLUSTER..].iter_mut().enumerate() {
        *byte = (index / CLUSTER + 1) as u8;
    }
    file
}

fn put32(file: &mut [u8], at: usize, value: u32) {
    file[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

fn put64(file: &mut [u8], at: usize, value: u64) {
    file[at..at + 8].copy_from_slice(&value.to_be_bytes());
}

fn cluster(number: u64) -> u64 {
    number * CLUSTER as u64
}

fn refusal(file: &[u8]) -> String {
    match decoded(file, Declared::Qcow2) {
        Ok((decoded, _)) => panic!("it was taken: {decoded:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_image_by_hand_is_right() {
    let (_, disk) = decoded(&image(&[cluster(4), 0, cluster(3)]), Declared::Auto).unwrap();
    assert_eq!(disk.bytes.len(), 1 << 20);
    assert!(disk.bytes[..CLUSTER].iter().all(|it| *it == 2));
    assert!(disk.bytes[CLUSTER..2 * CLUSTER].iter().all(|it| *it == 0));
    assert!(
        disk.bytes[2 * CLUSTER..3 * CLUSTER]
            .iter()
            .all(|it| *it == 1)
    );
    assert!(disk.bytes[3 * CLUSTER..].iter().all(|it| *it == 0));
}

#[test]
fn headers_that_ask_for_other_files_keys_or_the_impossible() {
    type Change = fn(&mut Vec<u8>);
    let cases: [(&str, Change); 16] = [
        ("version 4", |f| put32(f, 4, 4)),
        ("backing file", |f| put64(f, 8, 200)),
        ("encrypted", |f| put32(f, 32, 2)),
        ("encrypted", |f| put32(f, 32, 1)),
        ("external file", |f| put64(f, 72, 4)),
        ("corrupt", |f| put64(f, 72, 2)),
        ("dirty", |f| put64(f, 72, 1)),
        ("0x20", |f| put64(f, 72, 0x20)),
        ("compression type", |f| put64(f, 72, 8)),
        ("cluster size", |f| put32(f, 20, 8)),
        ("cluster size", |f| put32(f, 20, 63)),
        ("L1 table is too small", |f| put64(f, 24, 1 << 40)),
        ("at no cluster", |f| put64(f, 40, 0)),
        ("at no cluster", |f| put64(f, 40, 1 << 63)),
        ("length is wrong", |f| put32(f, 100, 72)),
        ("too wide", |f| put32(f, 96, 7)),
    ];
    for (told, change) in cases {
        let mut file = image(&[]);
        change(&mut file);
        let error = refusal(&file);
        assert!(error.contains(told), "{told}: {error}");
        assert!(
            error.contains("qemu-img") || error.contains("encrypt"),
            "no remedy: {error}"
        );
    }
}

#[test]
fn tables_of_absurd_size() {
    let mut file = image(&[]);
    put64(&mut file, 24, 5 << 49);
    put32(&mut file, 36, u32::MAX);
    assert!(refusal(&file).contains("larger than 32 MiB"));
    let mut file = image(&[]);
    put64(&mut file, 24, 0);
    assert!(refusal(&file).contains("empty"));
}

#[test]
fn a_disk_too_small_is_told_before_anything_is_written() {
    let mut disk = Disk::new((1 << 20) - 1);
    let file = image(&[cluster(3)]);
    let result = decode(
        &mut File::new(&file),
        Declared::Qcow2,
        &mut disk,
        Limits::default(),
    );
    assert!(
        result
            .unwrap_err()
            .to_string()
            .contains("larger than the disk")
    );
    assert!(disk.bytes.is_empty());
}

#[test]
fn bytes_that_are_used_twice() {
    for entries in [
        // Two clusters, one a table, one the L1 table, one the header.
        &[cluster(3), cluster(3)][..],
        &[cluster(3), 0, cluster(5), cluster(3)],
        &[cluster(2)],
        &[cluster(1)],
        // Compressed: at the same place, inside another, inside a plain cluster.
        &[1 << 62 | cluster(3), 1 << 62 | cluster(3)],
        &[
            1 << 62 | 9 << 54 | cluster(3),
            1 << 62 | (cluster(3) + 1024),
        ],
        &[cluster(3), 1 << 62 | (cluster(3) + 1024)],
    ] {
        assert!(
            refusal(&image(entries)).contains("same bytes twice"),
            "{entries:x?}"
        );
    }
    // The L2 table in two places of the L1 table, and in the L1 table itself.
    let mut file = image(&[]);
    put64(&mut file, 24, 1 << 30);
    put32(&mut file, 36, 2);
    put64(&mut file, CLUSTER + 8, 2 * CLUSTER as u64);
    assert!(refusal(&file).contains("same bytes twice"));
    put64(&mut file, CLUSTER + 8, CLUSTER as u64);
    assert!(refusal(&file).contains("same bytes twice"));
    // The L1 table behind all else: what it leads to came already.
    let mut file = image(&[cluster(3), cluster(3)]);
    put64(&mut file, 40, cluster(7));
    put64(&mut file, 7 * CLUSTER, cluster(2));
    assert!(refusal(&file).contains("same bytes twice"));
    put64(&mut file, 2 * CLUSTER + 8, cluster(4));
    assert!(decoded(&file, Declared::Qcow2).is_ok());
}

#[test]
fn what_lies_behind_the_end() {
    assert!(refusal(&image(&[cluster(8)])).contains("truncated"));
    assert!(refusal(&image(&[cluster(1 << 30)])).contains("truncated"));
    assert!(refusal(&image(&[1 << 62 | cluster(9)])).contains("truncated"));
    let mut file = image(&[cluster(7)]);
    file.truncate(8 * CLUSTER - 1);
    assert!(refusal(&file).contains("truncated"));
    file.truncate(2 * CLUSTER + 8);
    assert!(refusal(&file).contains("truncated"));
    file.truncate(60);
    assert!(refusal(&file).contains("truncated"));
}

#[test]
fn compressed_clusters_that_are_none() {
    let error = refusal(&image(&[1 << 62 | cluster(3)]));
    assert!(
        error.contains("damaged compressed cluster at 0x30000"),
        "{error}"
    );
    // A whole deflate stream that unpacks to one byte.
    let mut file = image(&[1 << 62 | cluster(3)]);
    file[3 * CLUSTER..3 * CLUSTER + 3].copy_from_slice(&[0x4b, 0x04, 0x00]);
    assert!(refusal(&file).contains("1 bytes instead of 65536"));
}

#[test]
fn more_pieces_than_memory_is_given_for() {
    // Every cluster at a distance from the one before: no two become one piece.
    let entries: Vec<u64> = (0..5).map(|n| cluster(7 - n)).collect();
    let file = image(&entries);
    let limits = Limits {
        pieces: 4,
        ..Limits::default()
    };
    let result = decode(
        &mut File::new(&file),
        Declared::Qcow2,
        &mut Disk::new(1 << 30),
        limits,
    );
    let error = result.unwrap_err().to_string();
    assert!(error.contains("too fragmented"), "{error}");
}

#[test]
fn tables_in_more_places_than_may_be_asked_for() {
    let mut file = image(&[cluster(3)]);
    file.resize(20 * CLUSTER, 0);
    // L1 behind a lot of data, its two L2 tables far from each other.
    put64(&mut file, 24, 1 << 30);
    put32(&mut file, 36, 2);
    put64(&mut file, 40, cluster(9));
    put64(&mut file, 9 * CLUSTER, cluster(10));
    put64(&mut file, 9 * CLUSTER + 8, cluster(19));
    let attempt = |requests| {
        let limits = Limits {
            parked: CLUSTER,
            requests,
            ..Limits::default()
        };
        let mut source = File::new(&file);
        source.ranges = Ranges::Honest;
        decode(
            &mut source,
            Declared::Qcow2,
            &mut Disk::new(1 << 30),
            limits,
        )
    };
    assert!(attempt(3).is_ok());
    let error = attempt(2).unwrap_err().to_string();
    assert!(error.contains("more than 2 places"), "{error}");
}

/// A disk of some size that is full at once: what a bomb unpacks to is not kept.
struct Sink(u64);

impl Output for Sink {
    fn begin(&mut self, _: agent_image::Expected) -> std::io::Result<()> {
        Ok(())
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        match offset + bytes.len() as u64 > self.0 {
            true => Err(std::io::Error::other("larger than the disk")),
            false => Ok(()),
        }
    }

    fn zero(&mut self, _: u64, _: u64) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_bomb_ends_at_the_size_of_the_disk() {
    use std::io::Write;
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        bomb.write_all(&[0; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let mut source = File::new(&bomb);
    let result = decode(
        &mut source,
        Declared::Raw,
        &mut Sink(1 << 20),
        Limits::default(),
    );
    assert!(
        result
            .unwrap_err()
            .to_string()
            .contains("larger than the disk")
    );
}

#[test]
fn a_window_larger_than_memory_is_refused() {
    // A frame header that asks for 2 GiB: window descriptor exponent 21, no content size.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0];
    let error = decoded(&frame, Declared::Raw).err().unwrap().to_string();
    assert!(error.contains("more than 128 MiB"), "{error}");
}

#[test]
fn images_inside_compressed_data() {
    use std::io::Write;
    for (inner, told) in [
        (image(&[]), "qcow2"),
        (b"\xfd7zXZ\0".to_vec(), "xz"),
        (b"KDMV".to_vec(), "VMDK"),
    ] {
        let mut outer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        outer.write_all(&inner).unwrap();
        let outer = outer.finish().unwrap();
        let error = decoded(&outer, Declared::Auto).err().unwrap().to_string();
        assert!(error.contains(told) && error.contains("gzip"), "{error}");
    }
}

proptest! {
    /// Any change to an image ends in an image or in an error, whatever the order of its parts.
    #[test]
    fn no_damage_panics(
        changes in prop::collection::vec((0_usize..3 * CLUSTER, any::<u8>()), 0..20),
        entries in prop::collection::vec((0_u64..10, prop::bool::ANY), 0..8),
        l1 in 1_u64..9,
        cut in 0_usize..8 * CLUSTER,
    ) {
        let entries: Vec<u64> = entries
            .into_iter()
            .map(|(n, packed)| cluster(n) | if packed { 1 << 62 } else { 0 })
            .collect();
        let mut file = image(&entries);
        put64(&mut file, 40, cluster(l1));
        for (at, value) in changes {
            file[at % 112] = value;
            file[at] = value;
        }
        file[..4].copy_from_slice(b"QFI\xfb");
        file.truncate(cut.max(4));
        let limits = Limits { parked: CLUSTER, pieces: 100, requests: 10 };
        let mut source = File::new(&file);
        source.ranges = Ranges::Honest;
        let _ = decode(&mut source, Declared::Auto, &mut Disk::new(1 << 21), limits);
    }
}
