//! The file systems of a bare initramfs, and the console.

use std::fs::OpenOptions;
use std::path::Path;

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};

use crate::log::warning;

const MOUNTS: [(&str, &str, &str, Option<&str>); 5] = [
    ("proc", "/proc", "proc", None),
    ("sysfs", "/sys", "sysfs", None),
    ("devtmpfs", "/dev", "devtmpfs", Some("mode=0755")),
    ("tmpfs", "/run", "tmpfs", Some("mode=0755,size=16m")),
    ("tmpfs", "/tmp", "tmpfs", Some("mode=1777,size=64m")),
];

/// Mounts what every ramdisk needs. What is mounted already is fine.
pub fn basic() {
    for (source, target, kind, data) in MOUNTS {
        one(source, target, kind, data);
    }
}

/// Mounts the firmware's variables; needs its module first. Absent on BIOS machines.
pub fn efivars() {
    if Path::new("/sys/firmware/efi/efivars").exists() {
        one("efivarfs", "/sys/firmware/efi/efivars", "efivarfs", None);
    }
}

fn one(source: &str, target: &str, kind: &str, data: Option<&str>) {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    let flags = if kind == "devtmpfs" {
        MsFlags::MS_NOSUID
    } else {
        flags
    };
    // A folder that exists is what is wanted; another failure shows in the mount.
    let _ = std::fs::create_dir_all(target);
    match mount(Some(source), target, Some(kind), flags, data) {
        Ok(()) | Err(Errno::EBUSY) => {}
        Err(error) => warning!("{target} cannot be mounted: {error}"),
    }
}

/// Points the three standard streams at the kernel's console.
pub fn console() {
    let Ok(console) = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/console")
    else {
        return;
    };
    // Without a console there is nowhere to complain.
    let _ = nix::unistd::dup2_stdin(&console);
    let _ = nix::unistd::dup2_stdout(&console);
    let _ = nix::unistd::dup2_stderr(&console);
}
