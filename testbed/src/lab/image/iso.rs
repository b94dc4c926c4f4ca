//! Bootable ISO images of the small system, as live media are made: El Torito for both firmwares, GRUB on each, one menu.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use netboot_media::fat::{FatFile, fat_image};

use super::{Live, bios, live, read};
use crate::lab::cache;
use crate::lab::command::{output, tool};
use crate::lab::packages::boot_loader::{self, BootLoader};
use crate::lab::packages::kernel::Flavour;

const CONSOLE: &str = "console=ttyS0,115200 quiet panic=10";
/// By this file GRUB finds the medium: the one that Debian's GRUB for media looks for.
const MARK: &str = ".disk/info";
const MENU: &str = "boot/grub/grub.cfg";
const BIOS_IMAGE: &str = "boot/grub/bios.img";
const EFI_IMAGE: &str = "boot/grub/efi.img";
/// What GRUB must know to find its menu on a medium.
const MODULES: [&str; 6] = [
    "biosdisk",
    "iso9660",
    "search_fs_file",
    "linux",
    "normal",
    "configfile",
];

/// Builds an image whose system is told `arguments`, or gives the one in the cache.
pub fn build(flavour: Flavour, arguments: &str) -> Result<PathBuf> {
    let live = live(flavour)?;
    let loaders = boot_loader::fetch()?;
    let parts = [
        cache::sha256(&live.kernel)?,
        cache::sha256(&live.ramdisk)?,
        loaders.version.clone(),
        bios::version()?,
        arguments.to_owned(),
    ];
    let sources = [include_str!("iso.rs")];
    let key = cache::key(parts.iter().map(String::as_str).chain(sources));
    let folder = cache::entry(&cache::folder()?, &format!("iso-{key}"), |folder| {
        println!("building an ISO image for {arguments}");
        let scratch = tempfile::tempdir().context("cannot make a scratch folder")?;
        fill(scratch.path(), &live, &loaders, arguments)?;
        write(scratch.path(), &folder.join("live.iso"))
    })?;
    Ok(folder.join("live.iso"))
}

fn fill(tree: &Path, live: &Live, loaders: &BootLoader, arguments: &str) -> Result<()> {
    for folder in [".disk", "boot/grub", "live"] {
        fs::create_dir_all(tree.join(folder))?;
    }
    fs::copy(&live.kernel, tree.join("live/vmlinuz"))?;
    fs::copy(&live.ramdisk, tree.join("live/initrd.gz"))?;
    fs::write(tree.join(MARK), "Hammerscale target\n")?;
    let menu = format!("linux /live/vmlinuz {CONSOLE} {arguments}\ninitrd /live/initrd.gz\nboot\n");
    fs::write(tree.join(MENU), menu)?;
    fs::write(tree.join(EFI_IMAGE), efi(loaders)?)?;
    let start =
        format!("search.file /{MARK} root\nset prefix=($root)/boot/grub\nconfigfile /{MENU}\n");
    bios::program("i386-pc-eltorito", &start, &MODULES, &tree.join(BIOS_IMAGE))
}

/// The file system that UEFI finds in the medium's boot catalog.
fn efi(loaders: &BootLoader) -> Result<Vec<u8>> {
    let (shim, grub) = (read(&loaders.shim)?, read(&loaders.grub_of_media)?);
    let file = |path, content| FatFile { path, content };
    let files = [
        file("EFI/BOOT/BOOTX64.EFI", shim.as_slice()),
        file("EFI/BOOT/grubx64.efi", &grub),
    ];
    fat_image("EFIBOOT", &files).context("cannot write the medium's EFI image")
}

fn write(tree: &Path, iso: &Path) -> Result<()> {
    let mut command = tool("xorriso", ["-as", "mkisofs", "-quiet", "-r", "-J"]);
    command.args(["-V", "HS-LIVE", "-b", BIOS_IMAGE, "-no-emul-boot"]);
    command.args([
        "-boot-load-size",
        "4",
        "-boot-info-table",
        "--grub2-boot-info",
    ]);
    command.args(["-eltorito-alt-boot", "-e", EFI_IMAGE, "-no-emul-boot", "-o"]);
    output(command.arg(iso).arg(tree)).map(drop)
}
