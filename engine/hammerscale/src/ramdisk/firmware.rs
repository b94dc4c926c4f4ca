//! Finds the firmware files that the chosen modules name, in a folder laid out as `/lib/firmware` is.

use super::compression;
use super::selection::Selection;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Distributions pack firmware; the kernel of the ramdisk may not know how to unpack it.
const SUFFIXES: [&str; 3] = ["", ".xz", ".zst"];

/// Firmware found and not found.
#[derive(Default)]
pub(super) struct Firmware {
    /// Path below `lib/firmware` and content, decompressed.
    pub files: Vec<(String, Vec<u8>)>,
    /// Named by a module, but not in the folder. Most drivers do without.
    pub missing: Vec<String>,
}

/// Reads all firmware that the modules name from `folder`; without a folder everything is missing.
pub(super) fn collect(chosen: &Selection<'_>, folder: Option<&Path>) -> Result<Firmware> {
    let names: BTreeSet<&str> = chosen
        .modules
        .values()
        .flat_map(|module| module.info.firmware.iter().map(String::as_str))
        .collect();
    let root = folder.map(|path| {
        path.canonicalize()
            .with_context(|| format!("opening the firmware folder {}", path.display()))
    });
    let root = root.transpose()?;
    let mut firmware = Firmware::default();
    for name in names {
        match root.as_deref().and_then(|root| find(root, name)) {
            Some(file) => {
                let packed =
                    fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
                let content = compression::unpacked(packed)
                    .with_context(|| format!("reading {}", file.display()))?;
                firmware.files.push((name.to_owned(), content));
            }
            None => firmware.missing.push(name.to_owned()),
        }
    }
    Ok(firmware)
}

/// The file for a name, links followed as far as they stay in the folder. Names are a module author's words: one
/// that would climb out of the folder is nowhere to be found.
fn find(root: &Path, name: &str) -> Option<PathBuf> {
    if name.is_empty()
        || !Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let candidates = SUFFIXES
        .iter()
        .map(|suffix| root.join(format!("{name}{suffix}")));
    candidates
        .filter_map(|path| path.canonicalize().ok())
        .find(|path| path.starts_with(root) && path.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::selection::{select, tests::kernel};
    use super::*;

    #[test]
    fn names_are_looked_up_packed_or_not_and_never_outside() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("firmware");
        fs::create_dir_all(folder.join("a")).unwrap();
        fs::write(outer.path().join("secret"), b"s").unwrap();
        fs::write(folder.join("a/plain.fw"), b"p").unwrap();
        fs::write(
            folder.join("packed.fw.zst"),
            zstd::encode_all(b"z".as_slice(), 1).unwrap(),
        )
        .unwrap();
        std::os::unix::fs::symlink("plain.fw", folder.join("a/link.fw")).unwrap();
        std::os::unix::fs::symlink("../secret", folder.join("out.fw")).unwrap();
        let mut kernel = kernel();
        let names = [
            "a/plain.fw",
            "packed.fw",
            "a/link.fw",
            "out.fw",
            "../secret",
            "none.fw",
        ];
        kernel.modules.get_mut("jbd2").unwrap().info.firmware = names.map(str::to_owned).to_vec();
        let chosen = select(&kernel, &["ext4".to_owned()]).unwrap();
        let found = collect(&chosen, Some(&folder)).unwrap();
        let files: Vec<_> = found
            .files
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_slice()))
            .collect();
        assert_eq!(
            files,
            [
                ("a/link.fw", b"p".as_slice()),
                ("a/plain.fw", b"p"),
                ("packed.fw", b"z")
            ]
        );
        assert_eq!(found.missing, ["../secret", "none.fw", "out.fw"]);
        assert_eq!(collect(&chosen, None).unwrap().missing.len(), names.len());
    }
}
