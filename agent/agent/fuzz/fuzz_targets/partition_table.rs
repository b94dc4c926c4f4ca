//! Any bytes as the start of a disk with a partition table, read and changed as after an image was written. The first byte says
//! whether the checksums of a GPT are made right, and whether the table is moved to the end as if only the backup were left.
#![no_main]

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use hammerscale_agent::fuzzing::{self, Device};
use libfuzzer_sys::fuzz_target;

const DISK: usize = 4 << 20;
const HEADER: usize = 512;

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn number(bytes: &[u8], at: usize, width: usize) -> usize {
    let value = bytes[at..at + width]
        .iter()
        .rev()
        .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Gives a header its signature and both checksums, where the entries lie inside of the bytes given.
fn seal(disk: &mut [u8]) {
    if disk.len() < HEADER + 92 {
        return;
    }
    let head = HEADER..HEADER + 92;
    disk[HEADER..HEADER + 20].copy_from_slice(b"EFI PART\0\0\x01\0\x5c\0\0\0\0\0\0\0");
    let start = number(disk, HEADER + 72, 8).saturating_mul(512);
    let length = number(disk, HEADER + 80, 4).saturating_mul(number(disk, HEADER + 84, 4));
    if let Some(entries) = disk.get(start..start.saturating_add(length)) {
        let sum = crc32(entries);
        disk[HEADER + 88..HEADER + 92].copy_from_slice(&sum.to_le_bytes());
    }
    let sum = crc32(&disk[head]);
    disk[HEADER + 16..HEADER + 20].copy_from_slice(&sum.to_le_bytes());
}

fn lay_out(bytes: &[u8]) -> (PathBuf, File) {
    let path = PathBuf::from(format!(
        "/dev/shm/hammerscale-fuzz-table-{}",
        std::process::id()
    ));
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(&path)
        .expect("a file in memory");
    file.set_len(DISK as u64).expect("its length");
    let flags = bytes.first().copied().unwrap_or_default();
    let mut disk = bytes.to_vec();
    if flags & 1 != 0 {
        // The entries may lie behind the bytes given, in zeros.
        disk.resize(64 << 10, 0);
        seal(&mut disk);
    }
    if flags & 2 != 0 && disk.len() >= HEADER + 512 {
        let header = disk[HEADER..HEADER + 512].to_vec();
        disk[HEADER..HEADER + 512].fill(0);
        file.write_all_at(&header, DISK as u64 - 512)
            .expect("a backup");
    }
    file.write_all_at(&disk, 0).expect("the start");
    (path, file)
}

fuzz_target!(|bytes: &[u8]| {
    let (path, _file) = lay_out(&bytes[..bytes.len().min(32 << 10)]);
    let device = Device::open_write(&path).expect("a disk");
    let _ = std::fs::remove_file(&path);
    if let Ok(table) = fuzzing::read_table(&device) {
        for partition in &table.partitions {
            assert!(partition.start.checked_add(partition.length).is_some());
            let window = fuzzing::Window::new(&device, partition.start, partition.length);
            let _ = fuzzing::find_loader(window.with_budget(64 << 10));
        }
    }
    let _ = fuzzing::move_backup_to_end(&device);
    if let Ok(added) = fuzzing::add_at_end(&device, 64 << 10, "config-2") {
        assert!(added.start + added.length <= DISK as u64);
        let table = fuzzing::read_table(&device).expect("a table that was just written");
        assert!(
            table
                .partitions
                .iter()
                .any(|p| p.number == added.number && p.start == added.start)
        );
    }
});
