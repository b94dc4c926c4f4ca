//! The files of a finished build: written beside their names and then renamed, so that a reader never sees half of
//! one; hashed; listed in a manifest. Images of what was built are made here, by `netboot-media`.

use anyhow::{Context, Result};
use netboot_media::fat::{FatFile, fat_image};
use netboot_media::iso::{IsoFile, IsoSpec};
use netboot_media::uki::{UkiParts, unified_kernel_image};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The kernel.
pub const KERNEL: &str = "vmlinuz";
/// The agent's initramfs.
pub const INITRAMFS: &str = "initramfs";
/// Kernel, initramfs and command line as one UEFI program.
pub const UKI: &str = "hammerscale.efi";
/// A medium that UEFI boots, holding the UEFI program.
pub const ISO: &str = "hammerscale.iso";
/// The list of what was built.
pub const MANIFEST: &str = "manifest.json";

/// Label of the ISO and of the FAT image in it.
const LABEL: &str = "HAMMERSCALE";
const ESP: &str = "boot/efi.img";

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuiltFile {
    /// Name in the output folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// The folder that a build writes to.
pub(super) struct Output(PathBuf);

impl Output {
    /// Makes the folder if need be.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
        Ok(Self(folder.to_owned()))
    }

    /// Writes a file in one piece.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<BuiltFile> {
        self.write_with(name, |out| Ok(out.write_all(content)?))
    }

    /// Writes a file piece by piece.
    pub(super) fn write_with(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<BuiltFile> {
        let partial = self.0.join(format!("{name}.partial"));
        let context = || format!("writing {}", self.0.join(name).display());
        let mut file = Hashed {
            out: fs::File::create(&partial).with_context(context)?,
            hash: Sha256::new(),
            bytes: 0,
        };
        fill(&mut file).with_context(context)?;
        file.out.sync_all().with_context(context)?;
        fs::rename(&partial, self.0.join(name)).with_context(context)?;
        Ok(BuiltFile {
            name: name.to_owned(),
            bytes: file.bytes,
            sha256: hex::encode(file.hash.finalize()),
        })
    }

    /// Removes what an earlier build left under a name that this one does not write.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error)
                .with_context(|| format!("removing the outdated {}", self.0.join(name).display())),
            _ => Ok(()),
        }
    }

    /// Writes the boot medium around a UEFI program.
    pub(super) fn write_iso(&self, uki: &[u8]) -> Result<BuiltFile> {
        let esp = fat_image(
            LABEL,
            &[FatFile {
                path: efi_path(uki),
                content: uki,
            }],
        )
        .context("making the FAT image")?;
        let spec = IsoSpec {
            label: LABEL.to_owned(),
            files: vec![IsoFile {
                path: ESP.to_owned(),
                size: esp.len() as u64,
            }],
            efi_boot: Some(ESP.to_owned()),
        };
        let layout = spec.layout().context("laying out the ISO image")?;
        self.write_with(ISO, |mut out| {
            Ok(layout.write(&spec, &mut out, |_, out| out.write_all(&esp))?)
        })
    }
}

/// The UEFI program of a build.
pub(super) fn uki(
    stub: &[u8],
    kernel: &[u8],
    initramfs: &[u8],
    cmdline: &str,
    release: &str,
) -> Result<Vec<u8>> {
    let version = env!("CARGO_PKG_VERSION");
    let os_release = format!(
        "NAME=\"Hammerscale agent\"\nID=hammerscale\nVERSION_ID={version}\nPRETTY_NAME=\"Hammerscale agent {version} (Linux {release})\"\n"
    );
    let parts = UkiParts {
        stub,
        os_release: &os_release,
        cmdline,
        initrd: initramfs,
        linux: kernel,
    };
    unified_kernel_image(&parts).context("making the UEFI program")
}

/// Where firmware looks for a program on a removable medium (UEFI specification 3.5.1.1), by the machine in the
/// program's PE header.
fn efi_path(program: &[u8]) -> &'static str {
    let number = |at: usize, len: usize| {
        let bytes = program.get(at..at + len).unwrap_or_default();
        bytes
            .iter()
            .rev()
            .fold(0, |value: usize, byte| value << 8 | usize::from(*byte))
    };
    match number(number(0x3c, 4).saturating_add(4), 2) {
        0xaa64 => "EFI/BOOT/BOOTAA64.EFI",
        _ => "EFI/BOOT/BOOTX64.EFI",
    }
}

struct Hashed {
    out: fs::File,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.out.write(bytes)?;
        self.hash.update(bytes.get(..taken).unwrap_or_default());
        self.bytes += taken as u64;
        Ok(taken)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
