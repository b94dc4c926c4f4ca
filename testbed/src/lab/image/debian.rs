//! Debian with cloud-init as a target image: shim, GRUB for either firmware and a root file system in one raw disk. Nothing is mounted.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use netboot_media::fat::{FatFile, fat_image};

use super::disk::{Content, EFI_SYSTEM, LINUX, Part, write};
use super::{Image, bios, cached, read};
use crate::lab::cache;
use crate::lab::command::{output, tool};

/// What the system consists of besides Debian's smallest set.
const PACKAGES: &[&str] = &[
    "systemd-sysv",
    "udev",
    "linux-image-cloud-amd64",
    "initramfs-tools",
    "zstd",
    "cloud-init",
    "cloud-guest-utils",
    "ifupdown",
    "isc-dhcp-client",
    "iproute2",
    "openssh-server",
    "sudo",
    "dbus",
    "e2fsprogs",
    "dosfstools",
    "fdisk",
    "python3",
    "netbase",
    "ca-certificates",
    "grub-efi-amd64-bin",
    "grub2-common",
    "shim-signed",
    "grub-efi-amd64-signed",
    "efibootmgr",
];
/// Manuals, documentation and translations have no use in a test machine.
const LEFT_OUT: &[&str] = &[
    "/usr/share/man/*",
    "/usr/share/doc/*",
    "/usr/share/locale/*",
];
const SUITE: &str = "bookworm";
/// Room in the root file system besides its files.
const ROOM_MIB: u64 = 200;

const FSTAB: &str = "LABEL=root / ext4 defaults 0 1\nLABEL=ESP /boot/efi vfat umask=0077 0 1\n";
const DATA_SOURCES: &str = "datasource_list: [ ConfigDrive, NoCloud, None ]\n";
const GRUB_START: &str =
    "search --label root --set=root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n";

const GRUB_START_BIOS: &str = "search.fs_label root root\nconfigfile /boot/grub/grub.cfg\n";

/// Builds it, or gives the cached one. The key is the recipe, not the archive's state: remove it from the cache to renew it.
pub fn build() -> Result<Image> {
    let key = cache::key([
        include_str!("debian.rs"),
        include_str!("disk.rs"),
        include_str!("bios.rs"),
    ]);
    cached(&format!("image-debian-{key}"), |raw| {
        let scratch =
            tempfile::tempdir_in(cache::folder()?).context("cannot make a scratch folder")?;
        let root = scratch.path().join("root");
        println!("assembling Debian {SUITE} with cloud-init: this takes some minutes");
        assemble(&root)?;
        configure(&root)?;
        let file_system = scratch.path().join("root.ext4");
        write_file_system(&root, &file_system)?;
        write_disk(&root, &file_system, raw)
    })
}

fn assemble(root: &Path) -> Result<()> {
    let mut command = tool(
        "mmdebstrap",
        [
            "--variant=minbase",
            "--mode=root",
            "--quiet",
            "--aptopt=Acquire::Languages \"none\"",
        ],
    );
    command.args(
        LEFT_OUT
            .iter()
            .map(|path| format!("--dpkgopt=path-exclude={path}")),
    );
    // Without a named mirror it takes the machine's own package sources for the suite.
    command
        .arg(format!("--include={}", PACKAGES.join(",")))
        .arg(SUITE)
        .arg(root);
    output(&mut command).map(drop)
}

fn configure(root: &Path) -> Result<()> {
    let boot = root.join("boot");
    let kernel = fs::read_dir(&boot)?
        .filter_map(|entry| {
            entry
                .ok()?
                .file_name()
                .into_string()
                .ok()?
                .strip_prefix("vmlinuz-")
                .map(str::to_owned)
        })
        .max()
        .context("the assembled system has no kernel")?;
    fs::write(root.join("etc/fstab"), FSTAB)?;
    fs::create_dir_all(root.join("boot/efi"))?;
    fs::create_dir_all(root.join("boot/grub"))?;
    fs::create_dir_all(root.join("etc/cloud/cloud.cfg.d"))?;
    fs::write(
        root.join("etc/cloud/cloud.cfg.d/90-data-sources.cfg"),
        DATA_SOURCES,
    )?;
    let menu = format!(
        "set timeout=0\nsearch --label root --set=root\nlinux /boot/vmlinuz-{kernel} root=LABEL=root ro console=ttyS0,115200\ninitrd /boot/initrd.img-{kernel}\nboot\n"
    );
    fs::write(root.join("boot/grub/grub.cfg"), menu).context("cannot write the boot menu")
}

fn write_file_system(root: &Path, file: &Path) -> Result<()> {
    let listing = output(tool("du", ["-sm"]).arg(root))?;
    let used: u64 = listing
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok())
        .context("cannot measure the system")?;
    let size = format!("{}M", used + used / 10 + ROOM_MIB);
    output(
        tool("mke2fs", ["-q", "-t", "ext4", "-L", "root", "-d"])
            .arg(root)
            .arg(file)
            .arg(size),
    )
    .map(drop)
}

fn write_disk(root: &Path, file_system: &Path, raw: &Path) -> Result<()> {
    let shim = read(&root.join("usr/lib/shim/shimx64.efi.signed"))?;
    let grub = read(&root.join("usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"))?;
    let start = GRUB_START.as_bytes();
    let files = [
        FatFile {
            path: "EFI/BOOT/BOOTX64.EFI",
            content: &shim,
        },
        FatFile {
            path: "EFI/BOOT/grubx64.efi",
            content: &grub,
        },
        FatFile {
            path: "EFI/BOOT/grub.cfg",
            content: start,
        },
        FatFile {
            path: "EFI/debian/grub.cfg",
            content: start,
        },
    ];
    let boot = fat_image("ESP", &files).context("cannot write the boot partition")?;
    let root = Part {
        name: "root",
        kind: LINUX,
        content: Content::File(file_system.to_owned()),
    };
    let efi = Part {
        name: "EFI system",
        kind: EFI_SYSTEM,
        content: Content::Bytes(boot),
    };
    write(raw, &[bios::part(GRUB_START_BIOS)?, efi, root])?;
    bios::make_bootable(raw)
}
