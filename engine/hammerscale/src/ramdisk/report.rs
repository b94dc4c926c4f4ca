//! What a build did: the content of the manifest, and the text that a person reads at the end.

use super::output::{BuiltFile, INITRAMFS, KERNEL};
use serde::Serialize;
use std::fmt;

/// The outcome of a build; `manifest.json` holds this very document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildReport {
    /// The kernel's release, e.g. `6.1.0-56-amd64`.
    pub kernel_release: String,
    /// Files written, the manifest itself excepted.
    pub files: Vec<BuiltFile>,
    /// Modules in the initramfs, by name.
    pub modules: Vec<String>,
    /// Drivers asked for that the kernel has built in.
    pub builtin: Vec<String>,
    /// Drivers asked for that the kernel does not have.
    pub missing_modules: Vec<String>,
    /// Firmware files in the initramfs, by name.
    pub firmware: Vec<String>,
    /// Firmware that the modules name but that was not given.
    pub missing_firmware: Vec<String>,
    /// Files not made, with the reason.
    pub skipped: Vec<Skipped>,
}

/// A file that was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl BuildReport {
    /// Bytes of kernel and initramfs together: what a machine loads over the network.
    #[must_use]
    pub fn boot_bytes(&self) -> u64 {
        self.files
            .iter()
            .filter(|file| [KERNEL, INITRAMFS].contains(&file.name.as_str()))
            .map(|file| file.bytes)
            .sum()
    }
}

impl fmt::Display for BuildReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Linux {}, {} modules, {} firmware files",
            self.kernel_release,
            self.modules.len(),
            self.firmware.len()
        )?;
        for file in &self.files {
            writeln!(
                f,
                "  {:<16} {:>7.1} MB  sha256 {}",
                file.name,
                megabytes(file.bytes),
                file.sha256
            )?;
        }
        writeln!(
            f,
            "  {:<16} {:>7.1} MB",
            "kernel+initramfs",
            megabytes(self.boot_bytes())
        )?;
        for skipped in &self.skipped {
            writeln!(f, "not made: {}: {}", skipped.name, skipped.reason)?;
        }
        if !self.missing_modules.is_empty() {
            writeln!(f, "this kernel has no {}", self.missing_modules.join(", "))?;
        }
        if !self.missing_firmware.is_empty() {
            let hint = if self.firmware.is_empty() {
                " (see --firmware)"
            } else {
                ""
            };
            writeln!(
                f,
                "firmware not included{hint}: {} files, listed in manifest.json",
                self.missing_firmware.len()
            )?;
        }
        Ok(())
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
