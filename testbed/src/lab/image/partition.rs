//! Images of a root file system alone, as diskimage-builder makes them without its element `vm`: ext4 with a kernel, its initramfs and a boot
//! loader for UEFI, but no partitions. The system is that of the small images.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{BUSYBOX, COMMAND_LINE, Image, LABEL, cached, initramfs, read};
use crate::lab::cache;
use crate::lab::command::{output, tool};
use crate::lab::packages::boot_loader::{self, BootLoader};
use crate::lab::packages::kernel::{self, Flavour, Kernel};

/// Of the file system; GRUB is told to look for it.
const UUID: &str = "8f1c5a0e-5d4b-4c57-9b51-2f6a1d3e7c40";
/// Room besides the files.
const ROOM_MIB: u64 = 24;
const MIB: u64 = 1 << 20;

/// How an image brings its boot loader along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loader {
    /// As the packages install it, for `grub-install` to find.
    Packaged,
    /// As files below `/boot/efi`, to be copied.
    Folder,
}

/// Builds it, or gives the one in the cache.
pub fn build(flavour: Flavour, loader: Loader) -> Result<Image> {
    let kernel = kernel::fetch(flavour)?;
    let loaders = boot_loader::fetch()?;
    let parts = [
        kernel.release.as_str(),
        &kernel.version,
        &cache::sha256(Path::new(BUSYBOX))?,
        &loaders.version,
        &format!("{loader:?}"),
        COMMAND_LINE,
        include_str!("partition.rs"),
    ];
    let key = cache::key(parts.into_iter().chain(initramfs::SOURCES));
    cached(&format!("image-partition-{key}"), |raw| {
        println!("building a partition image with kernel {}", kernel.release);
        let scratch = tempfile::tempdir().context("cannot make a scratch folder")?;
        let root = scratch.path().join("root");
        fill(&root, &kernel)?;
        match loader {
            Loader::Packaged => add_packages(&root, &loaders)?,
            Loader::Folder => add_folder(&root, &kernel, &loaders)?,
        }
        write(&root, raw)
    })
}

fn put(root: &Path, path: &str, content: &[u8]) -> Result<()> {
    let file = root.join(path);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))
}

/// What there is in any case. The folders are those that ironic-python-agent mounts things on.
fn fill(root: &Path, kernel: &Kernel) -> Result<()> {
    for folder in ["dev", "proc", "run", "sys", "tmp"] {
        fs::create_dir_all(root.join(folder))?;
    }
    let release = &kernel.release;
    let initramfs = initramfs::build(kernel, &read(Path::new(BUSYBOX))?)?;
    put(
        root,
        &format!("boot/vmlinuz-{release}"),
        &read(&kernel.image)?,
    )?;
    put(root, &format!("boot/initrd.img-{release}"), &initramfs)?;
    put(
        root,
        "etc/os-release",
        b"NAME=\"Hammerscale target\"\nID=debian\n",
    )?;
    let defaults = format!("GRUB_CMDLINE_LINUX=\"{COMMAND_LINE}\"\n");
    put(root, "etc/default/grub", defaults.as_bytes())
}

fn add_packages(root: &Path, loaders: &BootLoader) -> Result<()> {
    put(root, boot_loader::GRUB, &read(&loaders.grub)?)?;
    put(root, boot_loader::SHIM, &read(&loaders.shim)?)
}

/// As an installed system has it when its EFI system partition was copied into its root.
fn add_folder(root: &Path, kernel: &Kernel, loaders: &BootLoader) -> Result<()> {
    let release = &kernel.release;
    let menu = format!(
        "search.fs_uuid {UUID} root\nlinux /boot/vmlinuz-{release} root=UUID={UUID} ro {COMMAND_LINE}\ninitrd /boot/initrd.img-{release}\nboot\n"
    );
    let (shim, grub) = (read(&loaders.shim)?, read(&loaders.grub)?);
    put(root, "boot/efi/EFI/BOOT/BOOTX64.EFI", &shim)?;
    put(root, "boot/efi/EFI/BOOT/grubx64.efi", &grub)?;
    put(root, "boot/efi/EFI/debian/grub.cfg", menu.as_bytes())
}

fn write(root: &Path, raw: &Path) -> Result<()> {
    let listing = output(tool("du", ["-s", "--apparent-size", "-B1"]).arg(root))?;
    let used: u64 = listing
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok())
        .context("cannot measure the system")?;
    let size = format!(
        "{}M",
        used.div_ceil(MIB) + used.div_ceil(MIB) / 10 + ROOM_MIB
    );
    let options = ["-q", "-t", "ext4", "-L", LABEL, "-U", UUID, "-d"];
    output(tool("mke2fs", options).arg(root).arg(raw).arg(size)).map(drop)
}
