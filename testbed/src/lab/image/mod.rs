//! Target images: what the lab deploys onto machines. Built without mounting anything, and kept in the cache.

mod bios;
pub mod cloud_init;
pub mod debian;
mod disk;
mod initramfs;
pub mod iso;
pub mod packed;
pub mod partition;

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use netboot_media::fat::{FatFile, fat_image, fat_image_for};
use netboot_media::uki::{UkiParts, unified_kernel_image};

use super::cache;
use super::machine::Firmware;
use super::packages::kernel::{self, Flavour, Kernel};

pub use disk::{Content, EFI_SYSTEM, Part, deployed, write, write_for};

/// systemd's stub, as Debian installs it.
const STUB: &str = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
const BUSYBOX: &str = "/bin/busybox";
const COMMAND_LINE: &str = "console=ttyS0,115200 quiet panic=10";
/// Label of the boot partition; the image finds the disk it runs from by it.
const LABEL: &str = "HS-TARGET";
const LINUX: &str = "vmlinuz";
const INITRAMFS: &str = "initramfs.gz";

/// Which target image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// A kernel with busybox: boots in seconds; virtio and NVMe machines.
    Mini,
    /// The same with Debian's full kernel: any machine of the lab.
    MiniFull,
    /// Debian 12 with cloud-init: minutes to build and to boot.
    Debian,
}

/// A disk image, raw and compressed.
#[derive(Debug, Clone)]
pub struct Image {
    /// The raw disk image.
    pub raw: PathBuf,
    /// The same, compressed by gzip.
    pub gzip: PathBuf,
    /// SHA-256 of the raw file, in hex.
    pub raw_sha256: String,
    /// SHA-256 of the compressed file, in hex.
    pub gzip_sha256: String,
}

/// Builds an image that this firmware boots, or gives the one in the cache when nothing it is made from has changed. The small ones are made
/// for one firmware, because they would be twice as large for both; Debian boots with either.
pub fn build(kind: Kind, firmware: Firmware) -> Result<Image> {
    match kind {
        Kind::Mini => mini(Flavour::Cloud, firmware, &Rest::default()),
        Kind::MiniFull => mini(Flavour::Full, firmware, &Rest::default()),
        Kind::Debian => debian::build(),
    }
}

/// What else a small image shall be.
#[derive(Debug, Clone)]
pub struct Rest {
    /// Bytes of a sector of the disks that it is for.
    pub sector: u32,
    /// Name of the boot partition in the table; its identifier follows from it.
    pub boot_partition: &'static str,
    /// A file that fills a partition of its own, and its digest.
    pub data: Option<(PathBuf, String)>,
    /// Bytes of a partition that nobody has written to.
    pub empty: u64,
}

impl Default for Rest {
    /// Nothing else.
    fn default() -> Self {
        Self {
            sector: 512,
            boot_partition: "EFI system",
            data: None,
            empty: 0,
        }
    }
}

impl Rest {
    fn parts(&self) -> Vec<Part> {
        let part = |name, content| Part {
            name,
            kind: disk::LINUX,
            content,
        };
        let data = self.data.iter();
        let mut parts: Vec<_> = data
            .map(|(path, _)| part("data", Content::File(path.clone())))
            .collect();
        if self.empty > 0 {
            parts.push(part("empty", Content::Empty(self.empty)));
        }
        parts
    }
}

/// A kernel with busybox, and what `rest` says.
pub fn mini(flavour: Flavour, firmware: Firmware, rest: &Rest) -> Result<Image> {
    let kernel = kernel::fetch(flavour)?;
    let busybox = cache::sha256(Path::new(BUSYBOX))?;
    let loader = match firmware {
        Firmware::Uefi => cache::sha256(Path::new(STUB))?,
        Firmware::Bios => bios::version()?,
    };
    let parts = [
        kernel.release.as_str(),
        &kernel.version,
        busybox.as_str(),
        &loader,
        COMMAND_LINE,
        &rest.sector.to_string(),
        rest.boot_partition,
        rest.data.as_ref().map_or("", |(_, digest)| digest.as_str()),
        &rest.empty.to_string(),
        include_str!("disk.rs"),
        include_str!("bios.rs"),
        include_str!("mod.rs"),
    ];
    let key = cache::key(parts.into_iter().chain(initramfs::SOURCES));
    cached(&format!("image-mini-{key}"), |raw| {
        println!("building the target image with kernel {}", kernel.release);
        let initramfs = initramfs::build(&kernel, &read(Path::new(BUSYBOX))?)?;
        match firmware {
            Firmware::Uefi => write_uefi(&kernel, &initramfs, rest, raw),
            Firmware::Bios => write_bios(&kernel, &initramfs, rest, raw),
        }
    })
}

/// A system that runs from memory: its kernel and its ramdisk.
#[derive(Debug, Clone)]
pub struct Live {
    /// The kernel.
    pub kernel: PathBuf,
    /// Its ramdisk.
    pub ramdisk: PathBuf,
}

/// The system of the small images, by itself. Its kernel's command line tells it `target.hostname` and `target.phone_home`.
pub fn live(flavour: Flavour) -> Result<Live> {
    let kernel = kernel::fetch(flavour)?;
    let busybox = cache::sha256(Path::new(BUSYBOX))?;
    let parts = [kernel.release.as_str(), &kernel.version, &busybox];
    let key = cache::key(parts.into_iter().chain(initramfs::SOURCES));
    let folder = cache::entry(&cache::folder()?, &format!("live-{key}"), |folder| {
        let ramdisk = initramfs::build(&kernel, &read(Path::new(BUSYBOX))?)?;
        fs::write(folder.join(INITRAMFS), ramdisk).context("cannot write the ramdisk")
    })?;
    Ok(Live {
        kernel: kernel.image,
        ramdisk: folder.join(INITRAMFS),
    })
}

/// GRUB, and kernel and initramfs beside each other.
fn write_bios(kernel: &Kernel, initramfs: &[u8], rest: &Rest, raw: &Path) -> Result<()> {
    let linux = read(&kernel.image)?;
    let file = |path, content| FatFile { path, content };
    let system = fat_image(LABEL, &[file(LINUX, &linux), file(INITRAMFS, initramfs)])
        .context("cannot write the system's partition")?;
    let menu = format!(
        "search.fs_label {LABEL} root\nlinux /{LINUX} {COMMAND_LINE}\ninitrd /{INITRAMFS}\nboot\n"
    );
    let system = Part {
        name: "system",
        kind: disk::LINUX,
        content: Content::Bytes(system),
    };
    let mut parts = vec![bios::part(&menu)?, system];
    parts.extend(rest.parts());
    write(raw, &parts)?;
    bios::make_bootable(raw)
}

/// One program that the firmware starts by itself.
fn write_uefi(kernel: &Kernel, initramfs: &[u8], rest: &Rest, raw: &Path) -> Result<()> {
    let unified = unified_kernel_image(&UkiParts {
        stub: &read(Path::new(STUB))?,
        os_release: "ID=hammerscale-target\nNAME=\"Hammerscale target\"\nVERSION_ID=1\n",
        cmdline: COMMAND_LINE,
        initrd: initramfs,
        linux: &read(&kernel.image)?,
    })
    .context("cannot join kernel and initramfs")?;
    let boot = fat_image_for(
        rest.sector,
        LABEL,
        &[FatFile {
            path: "EFI/BOOT/BOOTX64.EFI",
            content: &unified,
        }],
    )
    .context("cannot write the boot partition")?;
    let mut parts = vec![Part {
        name: rest.boot_partition,
        kind: disk::EFI_SYSTEM,
        content: Content::Bytes(boot),
    }];
    parts.extend(rest.parts());
    write_for(u64::from(rest.sector), raw, &parts)
}

/// An image entry of the cache: `disk.raw` by `write`, then what follows from it.
fn cached(name: &str, write: impl FnOnce(&Path) -> Result<()>) -> Result<Image> {
    let folder = cache::entry(&cache::folder()?, name, |folder| {
        let (raw, gzip) = (folder.join("disk.raw"), folder.join("disk.raw.gz"));
        write(&raw)?;
        compress(&raw, &gzip)?;
        fs::write(
            folder.join("sha256"),
            format!("{} {}", cache::sha256(&raw)?, cache::sha256(&gzip)?),
        )
        .context("cannot write the digests")
    })?;
    let digests = fs::read_to_string(folder.join("sha256")).context("cannot read the digests")?;
    let (raw_sha256, gzip_sha256) = digests
        .split_once(' ')
        .context("the cached digests are damaged")?;
    Ok(Image {
        raw: folder.join("disk.raw"),
        gzip: folder.join("disk.raw.gz"),
        raw_sha256: raw_sha256.to_owned(),
        gzip_sha256: gzip_sha256.to_owned(),
    })
}

fn compress(from: &Path, to: &Path) -> Result<()> {
    let out = BufWriter::new(
        File::create(to).with_context(|| format!("cannot create {}", to.display()))?,
    );
    let mut encoder = GzEncoder::new(out, Compression::new(4));
    std::io::copy(&mut BufReader::new(File::open(from)?), &mut encoder)
        .with_context(|| format!("cannot compress {}", from.display()))?;
    encoder
        .finish()
        .and_then(|out| out.into_inner().map_err(Into::into))
        .map(drop)
        .with_context(|| format!("cannot write {}", to.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
