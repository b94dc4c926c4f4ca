//! Puts the initramfs together: the agent as `/init`, the folders and nodes it expects, modules with their tables,
//! firmware; packed with zstd.

use super::firmware::Firmware;
use super::kernel::{Kernel, read_module};
use super::selection::Selection;
use super::{Progress, tables};
use anyhow::{Context, Result, ensure};
use netboot_media::cpio::CpioWriter;
use std::collections::BTreeSet;
use std::io::Write;

/// Zstandard's level 19: the highest whose window (8 MiB) the kernel unpacks without much memory of its own.
const LEVEL: i32 = 19;
const CHUNK: usize = 1 << 20;
/// Linux takes an archive behind another one only at such an offset.
const ALIGNMENT: usize = 4;
/// Of a zstd frame, in bytes.
const BLOCK_HEAD: usize = 3;
const CHECKSUM: usize = 4;

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

/// Compresses an archive; the result's length is a multiple of four, so that another archive may follow. Nothing stands behind the compressed
/// frame: others unpack it before they serve it (Ironic does), and refuse what follows a frame.
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
    encoder.flush().context("compressing the initramfs")?;
    let zeros = tail(encoder.get_ref().len());
    encoder
        .write_all(&vec![0; zeros])
        .context("compressing the initramfs")?;
    let packed = encoder.finish().context("compressing the initramfs")?;
    ensure!(
        packed.len().is_multiple_of(ALIGNMENT),
        "the initramfs has {} bytes, not a multiple of {ALIGNMENT}",
        packed.len()
    );
    Ok(packed)
}

/// How many zeros, as the frame's last block, bring a frame of which so many bytes are written to a length that fits: few bytes are stored as
/// they are, behind a block's head of three, and the checksum follows (RFC 8878, section 3.1.1). Linux passes over zeros behind an archive.
fn tail(written: usize) -> usize {
    let stored = written + BLOCK_HEAD + CHECKSUM + 1;
    1 + stored.next_multiple_of(ALIGNMENT) - stored
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn a_frame_of_any_length_is_aligned_and_nothing_follows_it() {
        let mut noise = 1_u32;
        let mut byte = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            noise.to_be_bytes()[0]
        };
        for length in (1..40).chain([511, 512, 4096, 100_000]) {
            let archive: Vec<u8> = (0..length).map(|_| byte()).collect();
            let packed = compress(&archive, &|_| {}).unwrap();
            assert_eq!(packed.len() % ALIGNMENT, 0);
            let mut one = zstd::stream::read::Decoder::new(packed.as_slice())
                .unwrap()
                .single_frame();
            let mut unpacked = Vec::new();
            one.read_to_end(&mut unpacked).unwrap();
            let mut rest = Vec::new();
            one.finish().read_to_end(&mut rest).unwrap();
            assert!(rest.is_empty(), "{} bytes follow", rest.len());
            assert!(unpacked.starts_with(&archive));
            assert!(unpacked[archive.len()..].iter().all(|byte| *byte == 0));
        }
    }
}
