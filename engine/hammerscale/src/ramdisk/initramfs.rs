//! Puts the initramfs together: the agent as `/init`, the folders and nodes it expects, modules with their tables,
//! firmware; packed with zstd.

use super::firmware::Firmware;
use super::kernel::{Kernel, read_module};
use super::selection::Selection;
use super::{Progress, tables};
use anyhow::{Context, Result};
use netboot_media::cpio::{CpioWriter, zero_padding};
use std::collections::BTreeSet;
use std::io::Write;

/// Zstandard's level 19: the highest whose window (8 MiB) the kernel unpacks without much memory of its own.
const LEVEL: i32 = 19;
const CHUNK: usize = 1 << 20;

/// Empty folders, with their modes: mount points first of all.
const FOLDERS: [(&str, u32); 13] = [
    ("dev", 0o755),
    ("etc", 0o755),
    ("etc/hammerscale", 0o755),
    ("lib", 0o755),
    ("lib/firmware", 0o755),
    ("lib/modules", 0o755),
    ("mnt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("var", 0o755),
];

/// Nodes that a program has before it mounts `/dev`: the kernel opens the console for it.
const NODES: [(&str, u32, u32, u32); 3] = [
    ("dev/console", 0o600, 5, 1),
    ("dev/kmsg", 0o600, 1, 11),
    ("dev/null", 0o666, 1, 3),
];

/// The archive, not yet compressed.
pub(super) fn archive(
    agent: &[u8],
    kernel: &Kernel,
    chosen: &Selection<'_>,
    firmware: &Firmware,
) -> Result<Vec<u8>> {
    let mut archive = CpioWriter::new(Vec::new());
    for (path, mode) in FOLDERS {
        archive.directory(path, mode)?;
    }
    for (path, mode, major, minor) in NODES {
        archive.char_device(path, mode, major, minor)?;
    }
    archive.file("init", 0o755, agent)?;
    let root = format!("lib/modules/{}", kernel.release);
    let mut folders = BTreeSet::new();
    for module in chosen.modules.values() {
        let path = format!("{root}/{}", module.path);
        parents(&mut archive, &mut folders, &path)?;
        archive.file(&path, 0o644, &read_module(&module.file)?)?;
    }
    for (name, content) in tables::tables(chosen, &kernel.builtin_list) {
        let path = format!("{root}/{name}");
        parents(&mut archive, &mut folders, &path)?;
        archive.file(&path, 0o644, &content)?;
    }
    for (name, content) in &firmware.files {
        let path = format!("lib/firmware/{name}");
        parents(&mut archive, &mut folders, &path)?;
        archive.file(&path, 0o644, content)?;
    }
    archive.finish().context("writing the initramfs")
}

/// Adds the folders above `path` that are not there yet.
fn parents(
    archive: &mut CpioWriter<Vec<u8>>,
    known: &mut BTreeSet<String>,
    path: &str,
) -> Result<()> {
    for (at, _) in path.match_indices('/') {
        let folder = path.get(..at).unwrap_or_default();
        let listed = FOLDERS.iter().any(|(listed, _)| *listed == folder);
        if !listed && known.insert(folder.to_owned()) {
            archive.directory(folder, 0o755)?;
        }
    }
    Ok(())
}

/// Compresses an archive; the result's length is a multiple of four, so that another archive may follow.
pub(super) fn compress(archive: &[u8], progress: &dyn Fn(Progress)) -> Result<Vec<u8>> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), LEVEL)?;
    encoder.include_checksum(true)?;
    let (mut bytes, total) = (0, archive.len() as u64);
    for chunk in archive.chunks(CHUNK) {
        encoder
            .write_all(chunk)
            .context("compressing the initramfs")?;
        bytes += chunk.len() as u64;
        progress(Progress::Compressing { bytes, total });
    }
    let mut packed = encoder.finish().context("compressing the initramfs")?;
    packed.resize(packed.len() + zero_padding(packed.len() as u64), 0);
    Ok(packed)
}
