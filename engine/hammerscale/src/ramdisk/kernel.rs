//! A kernel and its modules as found in folders: finds them, reads what every module says of itself, and checks
//! that kernel and modules belong together. It chooses nothing.

use super::modinfo::{ModuleInfo, canonical};
use super::{Progress, compression};
use anyhow::{Context, Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Suffixes of module files, packed or not.
const MODULE_SUFFIXES: [&str; 4] = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"];
/// A module tree nests less deeply than this.
const DEPTH_MAX: usize = 32;

/// One module of the tree.
#[derive(Debug, Clone)]
pub(super) struct Module {
    /// Where its file is now, perhaps compressed.
    pub file: PathBuf,
    /// Its path below `lib/modules/RELEASE` once decompressed.
    pub path: String,
    pub info: ModuleInfo,
}

/// A kernel with all its modules, by canonical name.
pub(super) struct Kernel {
    pub image: Vec<u8>,
    pub release: String,
    pub modules: BTreeMap<String, Module>,
    /// What is built into the kernel itself, by canonical name.
    pub builtin: BTreeSet<String>,
    /// Names by which built-in features are known besides.
    pub builtin_aliases: BTreeSet<String>,
    /// The file `modules.builtin` as it is.
    pub builtin_list: Vec<u8>,
}

/// Finds the one kernel and the one module folder below an unpacked package.
pub(super) fn locate(unpacked: &Path) -> Result<(PathBuf, PathBuf)> {
    let meta =
        "the package holds no kernel: if it is a meta-package, give the package it depends on";
    let kernel = only_entry(&unpacked.join("boot"))?.context(meta)?;
    for folder in ["lib/modules", "usr/lib/modules"] {
        if let Some(modules) = only_entry(&unpacked.join(folder))? {
            return Ok((kernel, modules));
        }
    }
    bail!("the package holds a kernel but no modules")
}

fn only_entry(folder: &Path) -> Result<Option<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(None);
    };
    let mut found = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    ensure!(
        found.len() <= 1,
        "{} holds several kernels; give one",
        folder.display()
    );
    Ok(found.pop())
}

impl Kernel {
    /// Reads a kernel and the folder of its modules: the one named after the release, or its parent if that holds
    /// nothing else.
    pub(super) fn read(image: &Path, modules: &Path, progress: &dyn Fn(Progress)) -> Result<Self> {
        let bytes =
            fs::read(image).with_context(|| format!("reading the kernel {}", image.display()))?;
        ensure!(
            bytes.starts_with(b"MZ"),
            "{} is not a kernel that UEFI can start",
            image.display()
        );
        let folder = module_folder(modules)?;
        let found = read_modules(&folder, progress)?;
        let release = agreed_release(&found, bzimage_release(&bytes).as_deref())?;
        let builtin_list = fs::read(folder.join("modules.builtin")).unwrap_or_default();
        let builtin = String::from_utf8_lossy(&builtin_list)
            .lines()
            .map(module_name)
            .collect();
        let aliases = fs::read(folder.join("modules.builtin.modinfo")).unwrap_or_default();
        Ok(Self {
            image: bytes,
            release,
            modules: found,
            builtin,
            builtin_aliases: builtin_aliases(&aliases),
            builtin_list,
        })
    }
}

/// `modules` itself if it holds the tree, else its only subfolder.
fn module_folder(modules: &Path) -> Result<PathBuf> {
    if modules.join("kernel").is_dir() || modules.join("modules.builtin").is_file() {
        return Ok(modules.to_owned());
    }
    let inner = only_entry(modules)?
        .with_context(|| format!("{} holds no kernel modules", modules.display()))?;
    ensure!(
        inner.join("kernel").is_dir(),
        "{} holds no kernel modules",
        modules.display()
    );
    Ok(inner)
}

fn read_modules(folder: &Path, progress: &dyn Fn(Progress)) -> Result<BTreeMap<String, Module>> {
    let mut files = Vec::new();
    collect(folder, folder, 0, &mut files)?;
    // Later ones win: `updates` is where an administrator puts what shall replace the kernel's own.
    files.sort_by_key(|(path, _)| (path.starts_with("updates/"), path.clone()));
    let (mut modules, total) = (BTreeMap::new(), files.len());
    for (done, (path, file)) in files.into_iter().enumerate() {
        if done % 256 == 0 {
            progress(Progress::ReadingModules { done, total });
        }
        let content = read_module(&file)?;
        let info = ModuleInfo::read(&content)
            .with_context(|| format!("reading the module {}", file.display()))?;
        modules.insert(module_name(&path), Module { file, path, info });
    }
    ensure!(
        !modules.is_empty(),
        "{} holds no kernel modules",
        folder.display()
    );
    Ok(modules)
}

/// A module's file, decompressed.
pub(super) fn read_module(file: &Path) -> Result<Vec<u8>> {
    let packed =
        fs::read(file).with_context(|| format!("reading the module {}", file.display()))?;
    compression::unpacked(packed).with_context(|| format!("reading the module {}", file.display()))
}

/// All module files below `folder`, links not followed.
fn collect(
    root: &Path,
    folder: &Path,
    depth: usize,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<()> {
    ensure!(depth < DEPTH_MAX, "{} nests too deeply", folder.display());
    for entry in
        fs::read_dir(folder).with_context(|| format!("reading the folder {}", folder.display()))?
    {
        let (entry, kind) = {
            let entry = entry?;
            (entry.path(), entry.file_type()?)
        };
        if kind.is_dir() {
            collect(root, &entry, depth + 1, files)?;
        } else if kind.is_file()
            && let Some(path) = entry.strip_prefix(root)?.to_str()
        {
            let stem = MODULE_SUFFIXES
                .iter()
                .find_map(|suffix| path.strip_suffix(suffix));
            files.extend(stem.map(|stem| (format!("{stem}.ko"), entry.clone())));
        }
    }
    Ok(())
}

fn module_name(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    canonical(file.strip_suffix(".ko").unwrap_or(file))
}

/// All modules were built for one kernel, and the image is that one (where it can be asked).
fn agreed_release(modules: &BTreeMap<String, Module>, image: Option<&str>) -> Result<String> {
    let releases: BTreeSet<&str> = modules
        .values()
        .map(|module| module.info.release.as_str())
        .collect();
    let mut all = releases.into_iter();
    let release = all.next().unwrap_or_default();
    if let Some(other) = all.next() {
        bail!("the modules are for different kernels: {release} and {other}");
    }
    ensure!(
        !release.is_empty() && !release.contains('/'),
        "the modules do not say which kernel they are for"
    );
    if let Some(image) = image.filter(|image| *image != release) {
        bail!("the kernel is {image} but the modules are for {release}");
    }
    Ok(release.to_owned())
}

/// The release in the header of an x86 kernel (Linux x86 boot protocol: `HdrS` at 0x202, the version's offset less
/// 0x200 at 0x20e).
fn bzimage_release(image: &[u8]) -> Option<String> {
    if image.get(0x202..0x206)? != b"HdrS" {
        return None;
    }
    let pointer = image.get(0x20e..0x210)?;
    let start = 0x200 + usize::from(u16::from_le_bytes([*pointer.first()?, *pointer.get(1)?]));
    let text = image
        .get(start..)?
        .split(|b| *b == 0 || *b == b' ')
        .next()?;
    Some(std::str::from_utf8(text).ok()?.to_owned())
}

/// The aliases in `modules.builtin.modinfo`: entries `name.key=value`, each closed by a NUL.
fn builtin_aliases(modinfo: &[u8]) -> BTreeSet<String> {
    let entries = modinfo
        .split(|b| *b == 0)
        .filter_map(|entry| std::str::from_utf8(entry).ok());
    let aliases = entries
        .filter_map(|entry| entry.split_once('='))
        .filter(|(key, _)| key.ends_with(".alias"));
    aliases.map(|(_, alias)| canonical(alias)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_release_stands_in_the_kernels_header() {
        let mut image = vec![0; 0x300];
        image[0x202..0x206].copy_from_slice(b"HdrS");
        image[0x20e..0x210].copy_from_slice(&0x40_u16.to_le_bytes());
        image[0x240..0x24d].copy_from_slice(b"6.1.0-1-x (a)");
        assert_eq!(bzimage_release(&image).unwrap(), "6.1.0-1-x");
        assert_eq!(bzimage_release(&image[..0x210]), None);
        assert_eq!(bzimage_release(b"MZ"), None);
    }

    #[test]
    fn names_come_from_paths() {
        assert_eq!(
            module_name("kernel/drivers/usb/storage/usb-storage.ko"),
            "usb_storage"
        );
        assert!(
            builtin_aliases(b"crc.license=GPL\0crc.alias=crypto-crc32c\0")
                .contains("crypto_crc32c")
        );
    }
}
