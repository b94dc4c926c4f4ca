//! The initramfs of the mini image: busybox, the kernel modules a machine of the lab needs, and one script.

use std::io::Write;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use netboot_media::CpioWriter;

use crate::lab::packages::kernel::Kernel;

const INIT: &str = include_str!("init.sh");
const LEASE: &str = include_str!("udhcpc.sh");
const POWER_BUTTON: &str = include_str!("power_button.sh");

/// What the archive is made from, besides kernel and busybox: part of the image's cache key.
pub const SOURCES: [&str; 4] = [INIT, LEASE, POWER_BUTTON, include_str!("initramfs.rs")];

/// Disks, network cards, the config drive's file systems and the power button. What a kernel lacks is left out.
const MODULES: &[&str] = &[
    "virtio_pci",
    "virtio_net",
    "virtio_blk",
    "ahci",
    "sd_mod",
    "sr_mod",
    "nvme",
    "e1000e",
    "isofs",
    "vfat",
    "nls_cp437",
    "nls_ascii",
    "button",
    "evdev",
];

/// Builds the archive, compressed by gzip (which both of Debian's kernels read).
pub fn build(kernel: &Kernel, busybox: &[u8]) -> Result<Vec<u8>> {
    let mut archive = CpioWriter::new(GzEncoder::new(Vec::new(), Compression::new(6)));
    for folder in [
        "bin",
        "dev",
        "proc",
        "sys",
        "etc",
        "etc/acpi",
        "etc/acpi/PWRF",
        "tmp",
        "config",
        "lib",
        "lib/modules",
    ] {
        archive.directory(folder, 0o755)?;
    }
    // devtmpfs is mounted by the script; until then the kernel opens this console for it.
    archive.char_device("dev/console", 0o600, 5, 1)?;
    archive.file("bin/busybox", 0o755, busybox)?;
    archive.file("init", 0o755, INIT.as_bytes())?;
    archive.file("etc/udhcpc.script", 0o755, LEASE.as_bytes())?;
    archive.file("etc/acpi/PWRF/00000080", 0o755, POWER_BUTTON.as_bytes())?;
    add_modules(&mut archive, kernel)?;
    archive
        .finish()?
        .finish()
        .context("cannot compress the initramfs")
}

fn add_modules<W: Write>(archive: &mut CpioWriter<W>, kernel: &Kernel) -> Result<()> {
    let mut order = String::new();
    for path in kernel.modules_in_order(MODULES)? {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .context("a kernel module has no name")?;
        let content =
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        archive.file(&format!("lib/modules/{name}"), 0o644, &content)?;
        order.push_str(name);
        order.push('\n');
    }
    archive
        .file("lib/modules/order", 0o644, order.as_bytes())
        .context("cannot write the initramfs")
}
