//! What a kernel module says of itself in its `.modinfo` section: dependencies, aliases, firmware, its kernel.

use super::elf::Elf;
use anyhow::{Context, Result};

/// A module's own words.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ModuleInfo {
    /// Modules that must be loaded before.
    pub depends: Vec<String>,
    /// Modules (or aliases of some) that should be loaded before or after, where present.
    pub soft_before: Vec<String>,
    /// See `soft_before`.
    pub soft_after: Vec<String>,
    /// Patterns of devices and features that this module serves.
    pub aliases: Vec<String>,
    /// Firmware files that it may ask for.
    pub firmware: Vec<String>,
    /// Release of the kernel that it was built for.
    pub release: String,
}

/// The form in which the kernel compares module names.
pub(super) fn canonical(name: &str) -> String {
    name.replace('-', "_")
}

impl ModuleInfo {
    /// Reads a module's file (decompressed).
    pub(super) fn read(module: &[u8]) -> Result<Self> {
        let section = Elf::parse(module)?
            .section(".modinfo")?
            .context("the module has no .modinfo section")?;
        let mut info = Self::default();
        for entry in section.split(|b| *b == 0) {
            if let Some((key, value)) = std::str::from_utf8(entry)
                .ok()
                .and_then(|text| text.split_once('='))
            {
                info.take(key, value);
            }
        }
        Ok(info)
    }

    fn take(&mut self, key: &str, value: &str) {
        match key {
            "depends" => self.depends.extend(
                value
                    .split(',')
                    .filter(|name| !name.is_empty())
                    .map(canonical),
            ),
            "alias" => self.aliases.push(value.to_owned()),
            "firmware" => self.firmware.push(value.to_owned()),
            "vermagic" => self.release = value.split(' ').next().unwrap_or_default().to_owned(),
            "softdep" => self.take_softdep(value),
            _ => {}
        }
    }

    /// `pre: a b post: c`; names before any of the two words mean nothing to modprobe and are left out.
    fn take_softdep(&mut self, value: &str) {
        let mut list = None;
        for word in value.split_whitespace() {
            match word {
                "pre:" => list = Some(&mut self.soft_before),
                "post:" => list = Some(&mut self.soft_after),
                name => {
                    if let Some(list) = list.as_mut() {
                        list.push(name.to_owned());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::elf::tests::module;
    use super::*;

    #[test]
    fn the_words_are_taken_apart() {
        let file = module(
            b"softdep=pre: crc32c other post: late\0softdep=stray\0alias=pci:v*\0alias=x-y\0firmware=a/b.fw\0depends=nvme-core,dm_mod\0\
              vermagic=6.1.0-1-amd64 SMP mod_unload \0junk\0",
        );
        let strings = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            ModuleInfo::read(&file).unwrap(),
            ModuleInfo {
                depends: strings(&["nvme_core", "dm_mod"]),
                soft_before: strings(&["crc32c", "other"]),
                soft_after: strings(&["late"]),
                aliases: strings(&["pci:v*", "x-y"]),
                firmware: strings(&["a/b.fw"]),
                release: "6.1.0-1-amd64".to_owned(),
            }
        );
    }

    #[test]
    fn nothing_is_needed() {
        assert_eq!(
            ModuleInfo::read(&module(b"depends=\0")).unwrap(),
            ModuleInfo::default()
        );
        assert!(ModuleInfo::read(b"not a module").is_err());
    }
}
