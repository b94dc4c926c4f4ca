//! Root file systems with and without a boot loader, made by mke2fs: what is taken from them for the EFI system partition.

use std::path::Path;
use std::process::Command;

use crate::disk::device::Device;
use crate::partition_image::loader::{self, EspFile, Source};
use crate::partition_image::root_files::RootFiles;

const UUID: &str = "6b1f6d6e-2f0a-4a5e-9a52-0d6f4c1b7a11";

/// An ext4 image of 16 MiB with these files.
pub fn root_image(files: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    for (path, content) in files {
        let path = tree.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let image = folder.path().join("image");
    make(
        &["-t", "ext4", "-U", UUID, "-d", tree.to_str().unwrap()],
        &image,
    );
    std::fs::read(image).unwrap()
}

#[test]
fn links_are_followed_and_stay_within_the_file_system() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir_all(tree.join("boot/real")).unwrap();
    std::fs::write(tree.join("boot/real/kernel"), b"code").unwrap();
    let long = format!("{}boot/real", "./".repeat(100));
    for (link, target) in [
        ("boot/relative", "real/kernel"),
        ("boot/absolute", "/boot/real/kernel"),
        ("boot/folder", "real"),
        ("boot/far", long.as_str()),
        ("far", long.as_str()),
        ("boot/above", "../../../boot/real/kernel"),
        ("boot/nowhere", "missing"),
        ("boot/round", "round"),
    ] {
        std::os::unix::fs::symlink(target, tree.join(link)).unwrap();
    }
    let image = folder.path().join("image");
    make(&["-t", "ext4", "-d", tree.to_str().unwrap()], &image);
    let root = opened(&std::fs::read(image).unwrap()).unwrap();
    for path in [
        "/boot/real/kernel",
        "boot/relative",
        "/boot/absolute",
        "/boot/folder/kernel",
        "/far/kernel",
        "/boot/above",
        "/boot/folder/../folder/./kernel",
    ] {
        assert!(root.has_file(path), "{path}");
        assert_eq!(root.small(path, 4).as_deref(), Some(&b"code"[..]), "{path}");
        let mut copied = Vec::new();
        assert_eq!(root.copy(path, &mut copied).unwrap(), 4, "{path}");
    }
    assert_eq!(root.names("/boot/folder").len(), 1);
    for path in [
        "/boot/nowhere",
        "/boot/round",
        "/boot/far/kernel",
        "/boot/relative/x",
    ] {
        assert!(!root.has_file(path), "{path}");
        assert!(root.copy(path, &mut Vec::new()).is_err(), "{path}");
    }
}

fn make(arguments: &[&str], image: &Path) {
    let done = Command::new("mke2fs")
        .arg("-q")
        .args(arguments)
        .arg(image)
        .arg("16M")
        .status();
    assert!(done.unwrap().success());
}

pub fn opened(image: &[u8]) -> Result<RootFiles, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), image).unwrap();
    let device = Device::open_read(file.path()).unwrap();
    let part = device.part(0, device.size, "root").unwrap();
    RootFiles::open(part).map_err(|error| error.to_string())
}

fn chosen(files: &[(&str, &[u8])]) -> Result<Vec<EspFile>, String> {
    let root = opened(&root_image(files)).unwrap();
    loader::files(&root).map_err(|failure| failure.details)
}

fn text<'f>(files: &'f [EspFile], path: &str) -> &'f str {
    let found = files.iter().find(|file| file.path == path);
    match &found
        .unwrap_or_else(|| panic!("no {path} in {files:?}"))
        .source
    {
        Source::Bytes(bytes) => std::str::from_utf8(bytes).unwrap(),
        Source::Root(from) => from,
    }
}

const GRUB: (&str, &[u8]) = (
    "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
    b"MZ....(,gpt1)/EFI/debian\0....",
);
const SHIM: (&str, &[u8]) = ("usr/lib/shim/shimx64.efi.signed", b"MZ shim");

#[cfg(target_arch = "x86_64")]
#[test]
fn signed_programs_of_packages_become_the_default_loader() {
    let files = chosen(&[
        GRUB,
        SHIM,
        ("usr/lib/shim/mmx64.efi.signed", b"MZ keys"),
        ("boot/vmlinuz-6.1.0-9-amd64", b"old"),
        ("boot/initrd.img-6.1.0-9-amd64", b"old"),
        ("boot/vmlinuz-6.1.0-31-amd64", b"new"),
        ("boot/initrd.img-6.1.0-31-amd64", b"new"),
        ("boot/vmlinuz-9.9", b"has no initramfs"),
        ("boot/vmlinuz-7.0;reboot", b"has an evil name"),
        ("boot/initrd.img-7.0;reboot", b"has an evil name"),
        ("etc/os-release", b"NAME=x\nID=\"ubuntu\"\n"),
        (
            "etc/default/grub",
            b"GRUB_CMDLINE_LINUX=\"console=ttyS0,115200\"\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet $(reboot)\"\n",
        ),
    ])
    .unwrap();
    assert_eq!(
        text(&files, "EFI/BOOT/BOOTX64.EFI"),
        "/usr/lib/shim/shimx64.efi.signed"
    );
    assert_eq!(
        text(&files, "EFI/BOOT/grubx64.efi"),
        "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"
    );
    assert_eq!(
        text(&files, "EFI/BOOT/mmx64.efi"),
        "/usr/lib/shim/mmx64.efi.signed"
    );
    let wanted = format!(
        "search.fs_uuid {UUID} root\nlinux ($root)/boot/vmlinuz-6.1.0-31-amd64 root=UUID={UUID} ro console=ttyS0,115200\ninitrd ($root)/boot/initrd.img-6.1.0-31-amd64\nboot\n"
    );
    for folder in ["EFI/BOOT", "EFI/debian", "EFI/ubuntu"] {
        assert_eq!(text(&files, &format!("{folder}/grub.cfg")), wanted);
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn the_images_own_configuration_goes_first_and_a_shim_may_be_missing() {
    let files = chosen(&[
        GRUB,
        ("boot/grub2/grub.cfg", b"menuentry"),
        ("boot/vmlinuz-1", b""),
        ("boot/initramfs-1.img", b""),
    ])
    .unwrap();
    assert!(text(&files, "EFI/BOOT/BOOTX64.EFI").ends_with("grubx64.efi.signed"));
    assert_eq!(
        text(&files, "EFI/debian/grub.cfg"),
        format!(
            "search.fs_uuid {UUID} root\nset prefix=($root)'/boot/grub2'\nconfigfile $prefix/grub.cfg\n"
        )
    );
}

#[cfg(target_arch = "x86_64")]
#[test]
fn an_efi_system_partition_that_the_image_holds_is_copied_whole() {
    let files = chosen(&[
        ("boot/efi/EFI/fedora/shimx64.efi", b"MZ"),
        ("boot/efi/EFI/fedora/grubx64.efi", b"MZ"),
        ("boot/efi/EFI/fedora/fonts/unicode.pf2", b"font"),
        ("boot/efi/EFI/BOOT/BOOTX64.EFI", b"MZ"),
        ("boot/grub2/grub.cfg", b"menuentry"),
        GRUB,
    ])
    .unwrap();
    assert_eq!(files.len(), 5, "{files:?}");
    assert_eq!(
        text(&files, "EFI/fedora/fonts/unicode.pf2"),
        "/boot/efi/EFI/fedora/fonts/unicode.pf2"
    );
    assert!(text(&files, "EFI/fedora/grub.cfg").contains("/boot/grub2"));
}

#[test]
fn an_image_that_nothing_boots_is_refused_with_the_remedy() {
    for files in [
        &[("etc/hostname", b"x".as_slice())][..],
        // A boot loader without anything to boot.
        &[GRUB],
        // One for another processor.
        &[("boot/efi/EFI/BOOT/BOOTIA32.EFI", b"MZ")],
    ] {
        let error = chosen(files).unwrap_err();
        assert!(
            error.contains("grub-efi-amd64-signed") && error.contains("without a partition table"),
            "{error}"
        );
    }
}

#[test]
fn other_file_systems_and_damaged_ones_are_told() {
    let mut xfs = vec![0; 1 << 20];
    xfs[..4].copy_from_slice(b"XFSB");
    let mut disk = vec![0; 1 << 20];
    disk[512..520].copy_from_slice(b"EFI PART");
    let whole = root_image(&[("a", b"b")]);
    let mut huge = whole.clone();
    huge[1024 + 4..1024 + 8].fill(0xff);
    let mut blocks = whole.clone();
    blocks[1024 + 24] = 60;
    for (image, told) in [
        (&xfs, "an XFS file system"),
        (&disk, "a whole disk"),
        (&vec![0; 1 << 20], "no known file system"),
        (&huge, "larger than its partition"),
        (&blocks, "damaged"),
        (&whole[..8 << 20].to_vec(), "larger than its partition"),
    ] {
        let error = opened(image).err().unwrap();
        assert!(error.contains(told), "{told}: {error}");
    }
    assert!(opened(&whole).is_ok());
}
