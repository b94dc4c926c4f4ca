//! File systems and swap areas that are made here, checked by the tools of those who invented them.

use std::process::Command;

use crate::disk::device::Device;
use crate::partition_image::{ephemeral, swap};

const MIB: u64 = 1 << 20;

/// A disk full of old bits at its start, and a part of it.
fn part(file: &tempfile::NamedTempFile, length: u64) -> Device {
    let old = vec![0xa5; 8 << 20];
    std::os::unix::fs::FileExt::write_all_at(file.as_file(), &old, 0).unwrap();
    file.as_file().set_len(length + 3 * MIB).unwrap();
    let device = Device::open_write(file.path()).unwrap();
    device.part(MIB, length, "test").unwrap()
}

/// The part as a file of its own.
fn alone(file: &tempfile::NamedTempFile, length: u64) -> tempfile::NamedTempFile {
    let copy = tempfile::NamedTempFile::new().unwrap();
    let done = Command::new("dd")
        .args(["bs=1M", "skip=1", "conv=sparse", "status=none"])
        .arg(format!("count={}", length.div_ceil(MIB)))
        .arg(format!("if={}", file.path().display()))
        .arg(format!("of={}", copy.path().display()))
        .status();
    assert!(done.unwrap().success());
    copy.as_file().set_len(length).unwrap();
    copy
}

fn told(program: &str, arguments: &[&str], file: &tempfile::NamedTempFile) -> (bool, String) {
    let output = Command::new(program)
        .args(arguments)
        .arg(file.path())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn e2fsck_finds_nothing_wrong_whatever_the_size() {
    let group = 128 * MIB;
    // One group; a last group that is left away, that is barely kept, that is small; copies in groups 1, 3, 5, 7, 9; more than one block of
    // descriptors.
    for length in [
        32 * MIB,
        127 * MIB,
        group + MIB / 4,
        group + MIB,
        3 * group + 5 * MIB + 4096,
        10 * group,
        20 << 30,
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        ephemeral::format(&part(&file, length), [9; 16], "ephemeral0").unwrap();
        let fs = alone(&file, length);
        let (good, text) = told("e2fsck", &["-f", "-n"], &fs);
        assert!(good, "{length}: {text}");
        let (_, text) = told("blkid", &["-p", "-o", "export"], &fs);
        for line in [
            "TYPE=ext4",
            "LABEL=ephemeral0",
            "UUID=09090909-0909-0909-0909-090909090909",
        ] {
            assert!(text.contains(line), "{length}: {text}");
        }
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = ephemeral::format(&part(&file, 31 * MIB), [9; 16], "x").unwrap_err();
    assert!(error.to_string().contains("32 MiB"), "{error}");
}

#[test]
fn a_swap_area_is_known_as_one() {
    let file = tempfile::NamedTempFile::new().unwrap();
    swap::format(&part(&file, 16 * MIB), [9; 16], "swap1").unwrap();
    let area = alone(&file, 16 * MIB);
    let (_, text) = told("blkid", &["-p", "-o", "export"], &area);
    for line in [
        "TYPE=swap",
        "LABEL=swap1",
        "UUID=09090909-0909-0909-0909-090909090909",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let (good, text) = told("swaplabel", &[], &area);
    assert!(good, "{text}");
}
