//! Partition images: what is asked for, where it goes, and whole disks, judged by others' tools: e2fsck, fsck.vfat, blkid, sgdisk.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod file_systems;
pub mod loaders;

use agent_wire::ImageInfo;
use serde_json::{Value, json};

use super::layout::{Layout, Role};
use super::wishes::{Wishes, is_partition_image};

const MIB: u64 = 1 << 20;

fn image(more: Value) -> ImageInfo {
    let mut all =
        json!({"id": "root.img", "urls": ["http://i/root.img"], "image_type": "partition"});
    let fields = all.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

#[test]
fn what_a_partition_image_is_follows_ironics_rule() {
    for (more, wanted) in [
        (json!({}), true),
        (json!({"image_type": "whole-disk"}), false),
        (
            json!({"image_type": "whole-disk", "kernel": "k", "ramdisk": "r"}),
            false,
        ),
        (
            json!({"image_type": null, "kernel": "k", "ramdisk": "r"}),
            true,
        ),
        (json!({"image_type": null, "kernel": "k"}), false),
        (
            json!({"image_type": null, "kernel": null, "ramdisk": null}),
            false,
        ),
    ] {
        assert_eq!(is_partition_image(&image(more.clone())), wanted, "{more}");
    }
}

#[test]
fn sizes_are_read_from_numbers_and_digits() {
    let parse = |more| Wishes::parse(&image(more), "uefi");
    let wishes = parse(
        json!({"root_mb": 2048, "root_gb": 9, "swap_mb": "512", "ephemeral_gb": 1, "preserve_ephemeral": "False"}),
    );
    assert_eq!(
        wishes.unwrap(),
        Wishes {
            root: 2048 * MIB,
            swap: 512 * MIB,
            ephemeral: 1024 * MIB
        }
    );
    for (more, told) in [
        (json!({}), "root_gb"),
        (json!({"root_gb": 0}), "root_gb"),
        (json!({"root_gb": "ten"}), "root_gb is"),
        (json!({"root_gb": -1}), "root_gb is"),
        (json!({"root_gb": u64::MAX}), "root_gb is"),
        (json!({"root_gb": 1, "swap_mb": 1.5}), "swap_mb is"),
        (
            json!({"root_gb": 1, "preserve_ephemeral": true}),
            "preserve_ephemeral is not",
        ),
        (
            json!({"root_gb": 1, "ephemeral_gb": 1, "ephemeral_format": "xfs"}),
            "'xfs'",
        ),
        (
            json!({"root_gb": 1, "deploy_boot_mode": "bios"}),
            "UEFI only",
        ),
    ] {
        let error = parse(more.clone()).unwrap_err();
        assert!(error.details.contains(told), "{more}: {error}");
    }
    let error = Wishes::parse(&image(json!({"root_gb": 1})), "bios").unwrap_err();
    assert!(error.details.contains("UEFI only"), "{error}");
}

#[test]
fn the_root_file_system_is_last_and_all_fits_between_the_tables() {
    let wishes = Wishes {
        root: 2048 * MIB,
        swap: 100 * MIB,
        ephemeral: 300 * MIB,
    };
    let plan = |disk, sector| Layout::plan(&wishes, Some(358_400), (disk, sector), || [7; 16]);
    let needed = (1 + 550 + 300 + 100 + 1 + 2048) * MIB;
    for sector in [512, 4096] {
        let table = 16384 + sector;
        let layout = plan(needed + table, sector).unwrap();
        let places: Vec<_> = layout
            .iter()
            .map(|(role, it)| (role, it.number, it.start / MIB))
            .collect();
        assert_eq!(
            places,
            [
                (Role::Esp, 1, 1),
                (Role::Ephemeral, 2, 551),
                (Role::Swap, 3, 851),
                (Role::ConfigDrive, 4, 951),
                (Role::Root, 5, 952)
            ]
        );
        let error = plan(needed + table - 1, sector).unwrap_err();
        assert!(error.details.contains("root_gb, swap_mb"), "{error}");
    }
    let tiny = Wishes {
        root: MIB,
        ..wishes
    };
    assert!(Layout::plan(&tiny, None, (1 << 40, 512), || [7; 16]).is_err());
}
