//! Partition images through the whole way, onto ordinary files and a loop device: what is on the disk afterwards, and what is not when
//! something went wrong.

use std::process::Command;

use serde_json::json;

use super::loop_disk::LoopDisk;
use super::*;
use crate::disk::device::Window;
use crate::efi::esp;
use crate::partition_image::tests::loaders::root_image;

/// A machine that was booted by UEFI.
pub fn uefi(disk: &Path) -> (tempfile::TempDir, Host) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("sys/firmware/efi")).unwrap();
    let mut host = Host::guest(vec![disk.to_owned()], false);
    host.root = folder.path().to_owned();
    (folder, host)
}

pub fn bootable() -> Vec<u8> {
    root_image(&[
        (
            "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
            &[b'M'; 70_000],
        ),
        ("usr/lib/shim/shimx64.efi.signed", b"MZ shim"),
        ("boot/grub/grub.cfg", b"menuentry"),
    ])
}

pub fn described(server: &FaultyServer, body: &[u8], more: serde_json::Value) -> ImageInfo {
    let mut info = info(server, body);
    info.image_type = Some("partition".to_owned());
    info.extra = json!({"root_mb": 24, "swap_mb": 8, "ephemeral_mb": 40})
        .as_object()
        .unwrap()
        .clone();
    info.extra.extend(more.as_object().unwrap().clone());
    info
}

async fn run(info: &ImageInfo, disk: &Path, drive: Option<&[u8]>) -> Result<Deployed, Failure> {
    let (_folder, host) = uefi(disk);
    Deployment {
        host: &host,
        fetcher: &fetcher(&["127.0.0.0/8"]),
        patience: Patience {
            retries: 1,
            interval: Duration::ZERO,
            max_duration: Duration::ZERO,
        },
        md5_allowed: true,
        board: &Arc::default(),
        mandate: &Arc::default(),
    }
    .run(info, disk, drive)
    .await
}

/// A large disk of which only the ends hold old data.
pub fn large_disk() -> tempfile::NamedTempFile {
    let file = old_disk(2 * MIB);
    file.as_file().set_len(700 * MIB).unwrap();
    file
}

fn extract(disk: &Path, partition: &partitions::Partition) -> tempfile::NamedTempFile {
    let device = Device::open_read(disk).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut at = 0;
    while at < partition.length {
        let bytes = device.read(MIB as usize, partition.start + at).unwrap();
        if bytes.iter().any(|byte| *byte != 0) {
            std::os::unix::fs::FileExt::write_all_at(file.as_file(), &bytes, at).unwrap();
        }
        at += MIB;
    }
    file.as_file().set_len(partition.length).unwrap();
    file
}

fn checked(program: &str, arguments: &[&str], file: &Path) {
    let output = Command::new(program).args(arguments).arg(file).output();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            eprintln!("SKIPPED: {program}: {error}");
            return;
        }
    };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(
        output.status.success(),
        "{program}: {}: {text}",
        output.status
    );
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn a_disk_is_made_around_the_root_file_system() {
    let image = bootable();
    let packed = gzip(&image);
    let server = FaultyServer::start(packed.clone(), vec![Fault::BreakAfter(10_000)]).await;
    let disk = large_disk();
    let drive = netboot_media::iso::iso_image("config-2", &[("a", b"b")], None).unwrap();
    let deployed = run(
        &described(&server, &packed, json!({})),
        disk.path(),
        Some(&drive),
    )
    .await
    .unwrap();
    let device = Device::open_read(disk.path()).unwrap();
    assert_eq!(partitions::read(&device).unwrap(), deployed.table);
    checked("sgdisk", &["--verify"], disk.path());
    let parts = &deployed.table.partitions;
    let labels: Vec<&str> = parts.iter().map(|part| part.label.as_str()).collect();
    assert_eq!(
        labels,
        ["efi-part", "ephemeral0", "swap1", "config-2", "root"]
    );
    let root = extract(disk.path(), &parts[4]);
    assert!(std::fs::read(root.path()).unwrap()[..image.len()] == image[..]);
    checked("e2fsck", &["-f", "-n"], root.path());
    checked(
        "e2fsck",
        &["-f", "-n"],
        extract(disk.path(), &parts[1]).path(),
    );
    checked("fsck.vfat", &["-n"], extract(disk.path(), &parts[0]).path());
    assert_eq!(device.read(drive.len(), parts[3].start).unwrap(), drive);
    let found = esp::find_loader(Window::new(&device, parts[0].start, parts[0].length))
        .unwrap()
        .unwrap();
    assert_eq!(found.path, "\\EFI\\BOOT\\BOOTX64.EFI");
    let identifiers = deployed.identifiers.unwrap();
    assert_eq!(identifiers.root, "6b1f6d6e-2f0a-4a5e-9a52-0d6f4c1b7a11");
    assert_eq!(identifiers.esp.len(), 9);
    assert!(
        identifiers.partitions["root"].ends_with('5'),
        "{identifiers:?}"
    );
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn a_loop_device_with_large_sectors_gets_the_same() {
    let Some(disk) = LoopDisk::attach(700 * MIB, 4096) else {
        eprintln!("SKIPPED: no loop device can be attached here (not root, or no losetup)");
        return;
    };
    let image = bootable();
    let server = FaultyServer::start(image.clone(), vec![]).await;
    let deployed = run(&described(&server, &image, json!({})), disk.path(), None)
        .await
        .unwrap();
    let device = Device::open_read(disk.path()).unwrap();
    assert_eq!(partitions::read(&device).unwrap(), deployed.table);
    checked(
        "fsck.vfat",
        &["-n"],
        extract(disk.path(), &deployed.table.partitions[0]).path(),
    );
    checked("sgdisk", &["--verify"], disk.path());
}

#[tokio::test]
async fn whatever_goes_wrong_there_is_no_table() {
    let image = bootable();
    let bare = root_image(&[("etc/hostname", b"x")]);
    for (body, more, told) in [
        (&image, json!({"wrong": true}), "checksum is wrong"),
        (&bare, json!({}), "no boot loader"),
        (
            &vec![1; 5 * MIB as usize],
            json!({}),
            "no known file system",
        ),
        (&image, json!({"root_mb": 8}), "larger than its partition"),
    ] {
        let server = FaultyServer::start(body.clone(), vec![]).await;
        let disk = large_disk();
        let mut info = described(&server, body, more.clone());
        if info.extra.remove("wrong").is_some() {
            info.os_hash_value = Some("0".repeat(64));
        }
        let error = run(&info, disk.path(), None).await.unwrap_err();
        assert!(error.details.contains(told), "{told}: {error}");
        assert_no_table(disk.path());
    }
}

#[tokio::test]
async fn what_is_refused_costs_nothing() {
    let image = bootable();
    let server = FaultyServer::start(image.clone(), vec![]).await;
    for (more, told) in [
        (json!({"root_mb": 4096}), "a larger disk"),
        (json!({"preserve_ephemeral": true}), "preserve_ephemeral"),
        (json!({"ephemeral_format": "xfs"}), "'xfs'"),
    ] {
        let disk = large_disk();
        let error = run(&described(&server, &image, more), disk.path(), None)
            .await
            .unwrap_err();
        assert!(error.details.contains(told), "{error}");
        let device = Device::open_read(disk.path()).unwrap();
        assert_eq!(device.read(16, 0).unwrap(), [0xa5; 16]);
    }
    let disk = large_disk();
    let error = deploy(&described(&server, &image, json!({})), disk.path())
        .await
        .unwrap_err();
    assert!(
        error.details.contains("UEFI only"),
        "a machine in BIOS mode: {error}"
    );
}
