//! Hints as users write them, and what Ironic makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use serde_json::json;

use super::*;

fn disk(name: &str, gib: u64) -> DiskFacts {
    DiskFacts {
        name: name.to_owned(),
        size_bytes: gib * GIB,
        rotational: true,
        model: Some("Samsung SSD 970".to_owned()),
        vendor: Some("ATA".to_owned()),
        serial: vec!["S1".to_owned(), "naa.500A".to_owned()],
        wwn: vec!["0x5000c500".to_owned()],
        hctl: Some("1:0:0:0".to_owned()),
        ..DiskFacts::default()
    }
}

fn meets(hints: Value) -> bool {
    RootDeviceHints::parse(&hints)
        .unwrap()
        .mismatch(&disk("/dev/sda", 100))
        .is_none()
}

#[test]
fn every_operator_decides_as_ironic_does() {
    for (hints, expected) in [
        (json!({"size": 100}), true),
        (json!({"size": "100"}), true),
        (json!({"size": "= 99"}), true),
        (json!({"size": "= 101"}), false),
        (json!({"size": "!= 100"}), false),
        (json!({"size": "> 100"}), false),
        (json!({"size": "<= 100"}), true),
        (json!({"size": "< 100"}), false),
        (json!({"size": "<or> 50 <or> 100"}), true),
        (json!({"size": "<range-in> [ 10 100 ]"}), true),
        (json!({"size": "<range-in> [ 10 100 )"}), false),
        (json!({"size": "<range-in> ( 100 200 ]"}), false),
        (json!({"model": "samsung ssd 970"}), true),
        (json!({"model": "Samsung"}), false),
        (json!({"model": "s== Samsung SSD 970"}), true),
        (json!({"model": "s!= other"}), true),
        (json!({"model": "s> samsung"}), true),
        (json!({"model": "s>= samsung"}), true),
        (json!({"model": "s< samsung"}), false),
        (json!({"model": "s<= samsung"}), false),
        (json!({"model": "<in> SSD"}), true),
        (json!({"model": "<all-in> ssd 970"}), true),
        (json!({"model": "<all-in> ssd 980"}), false),
        (json!({"vendor": "<or> nvme <or> ata"}), true),
        (json!({"serial": "s1"}), true),
        (json!({"serial": "NAA.500a"}), true),
        (json!({"serial": "s2"}), false),
        (json!({"wwn": "0x5000C500"}), true),
        (json!({"hctl": "1:0:0:0"}), true),
        (json!({"name": "/dev/sda"}), true),
        (json!({"rotational": true}), true),
        (json!({"rotational": "false"}), false),
        (json!({"tran": "sata"}), false),
        (
            json!({"size": ">= 50", "vendor": "ata", "rotational": "yes"}),
            true,
        ),
        (json!({"size": ">= 50", "vendor": "nvme"}), false),
    ] {
        assert_eq!(meets(hints.clone()), expected, "{hints}");
    }
}

#[test]
fn without_hints_the_smallest_of_enough_size_is_chosen() {
    let disks = [
        disk("/dev/sdc", 50),
        disk("/dev/sdb", 50),
        disk("/dev/sda", 2),
        disk("/dev/sdd", 500),
    ];
    assert_eq!(RootDeviceHints::default().choose(&disks), Choice::Disk(1));
    let Choice::Refused(reasons) = RootDeviceHints::default().choose(&disks[2..3]) else {
        panic!("a 2 GiB disk was chosen");
    };
    assert!(reasons[0].1.contains("4294967296"), "{reasons:?}");
}

#[test]
fn the_first_by_name_that_meets_the_hints_is_chosen() {
    let disks = [
        disk("/dev/sdb", 50),
        disk("/dev/sda", 500),
        disk("/dev/sdc", 50),
    ];
    let hints = RootDeviceHints::parse(&json!({"size": 50})).unwrap();
    assert_eq!(hints.choose(&disks), Choice::Disk(0));
}

#[test]
fn a_refusal_says_for_each_disk_which_hint_it_failed() {
    let hints = RootDeviceHints::parse(&json!({"tran": "nvme"})).unwrap();
    let mut usb = disk("/dev/sdb", 8);
    usb.tran = Some("usb".to_owned());
    assert_eq!(
        hints.choose(&[disk("/dev/sda", 100), usb]),
        Choice::Refused(vec![
            (
                "/dev/sda".to_owned(),
                "tran is not known, the hint asks for nvme".to_owned()
            ),
            (
                "/dev/sdb".to_owned(),
                "tran is usb, the hint asks for nvme".to_owned()
            ),
        ])
    );
}

#[test]
fn bad_hints_are_named() {
    for (hints, word) in [
        (json!({"colour": "red"}), "colour"),
        (json!({"size": "big"}), "GiB"),
        (json!({"size": ">= big"}), "GiB"),
        (json!({"rotational": "maybe"}), "true or false"),
        (json!({"model": ["a"]}), "text"),
        (json!({"model": " "}), "empty"),
        (json!("sda"), "object"),
    ] {
        let error = RootDeviceHints::parse(&hints).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    assert!(RootDeviceHints::parse(&Value::Null).unwrap().is_empty());
}
