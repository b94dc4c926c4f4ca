//! Debian's signed boot loaders for UEFI, unpacked into the cache: what images bring along. Nothing of them is installed here.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::apt;
use crate::lab::cache;

const GRUB_PACKAGE: &str = "grub-efi-amd64-signed";
const SHIM_PACKAGE: &str = "shim-signed";

/// Files of the packages, by where they install them.
#[derive(Debug, Clone)]
pub struct BootLoader {
    /// GRUB for disks: it reads `grub.cfg` in `EFI/debian` of the partition that it was started from.
    pub grub: PathBuf,
    /// GRUB for ISO images: it looks for the medium with the file `/.disk/info` and reads its `/boot/grub/grub.cfg`.
    pub grub_of_media: PathBuf,
    /// What Secure Boot starts; it goes on with GRUB.
    pub shim: PathBuf,
    /// Changes when one of them does.
    pub version: String,
}

/// Where the packages have GRUB for disks.
pub const GRUB: &str = "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed";
/// Where they have the shim.
pub const SHIM: &str = "usr/lib/shim/shimx64.efi.signed";
const GRUB_OF_MEDIA: &str = "usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed";

/// Fetches them, or takes those in the cache.
pub fn fetch() -> Result<BootLoader> {
    let (grub, grub_version) = unpacked(GRUB_PACKAGE)?;
    let (shim, shim_version) = unpacked(SHIM_PACKAGE)?;
    let file = |folder: &Path, name: &str| {
        let file = folder.join("root").join(name);
        ensure!(file.is_file(), "the packages have no {name}");
        Ok(file)
    };
    Ok(BootLoader {
        grub: file(&grub, GRUB)?,
        grub_of_media: file(&grub, GRUB_OF_MEDIA)?,
        shim: file(&shim, SHIM)?,
        version: format!("{grub_version} {shim_version}"),
    })
}

fn unpacked(package: &str) -> Result<(PathBuf, String)> {
    let version = apt::newest(package)?;
    let name = format!("loader-{package}-{}", cache::key([version.as_str()]));
    let folder = cache::entry(&cache::folder()?, &name, |folder| {
        apt::unpack(package, folder).map(drop)
    });
    Ok((
        folder.with_context(|| format!("cannot fetch {package}"))?,
        version,
    ))
}
