//! The agent's ramdisk for the lab's machines: built by the product's own code, kept in the cache as long as nothing it is made from changes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hammerscale::ramdisk::{BuildOptions, KernelSource, MANIFEST, Profile, Stub, build};
use serde::Deserialize;

use crate::lab::cache;
use crate::lab::packages::kernel::{self, Flavour};

use super::programs;

const STUB: &str = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
/// Console of the lab's machines.
pub const CONSOLE: &str = "console=ttyS0,115200n8";

/// A ramdisk that is ready to be served.
pub struct Ramdisk {
    /// Its files.
    pub folder: PathBuf,
    /// The kernel's release.
    pub kernel: String,
    /// Bytes that a machine loads: kernel and initramfs.
    pub bytes: u64,
}

/// Builds agent and ramdisk with this kernel, or takes those in the cache.
pub fn prepare(flavour: Flavour) -> Result<Ramdisk> {
    let agent = programs::agent()?;
    let kernel = kernel::fetch(flavour)?;
    let (agent_digest, stub) = (cache::sha256(&agent)?, cache::sha256(Path::new(STUB))?);
    // This program holds the code that builds the ramdisk.
    let builder = cache::sha256(Path::new("/proc/self/exe"))?;
    let key = cache::key([
        kernel.release.as_str(),
        &kernel.version,
        &agent_digest,
        &stub,
        &builder,
    ]);
    let name = |key: &str| format!("ramdisk-{}-{key}", kernel.release);
    forget_others(&cache::folder()?, &name(""), &name(&key))?;
    let folder = cache::entry(&cache::folder()?, &name(&key), |folder| {
        println!(
            "building the agent's ramdisk with kernel {}",
            kernel.release
        );
        let options = BuildOptions {
            output: folder.to_owned(),
            kernel: KernelSource::Files {
                kernel: kernel.image.clone(),
                modules: kernel.modules.clone(),
            },
            firmware: None,
            agent: agent.clone(),
            stub: Stub {
                path: STUB.into(),
                required: true,
            },
            profile: Profile::Auto,
            extra_modules: Vec::new(),
            cmdline: CONSOLE.to_owned(),
        };
        build(&options, &|_| {}).map(drop)
    })?;
    let bytes = boot_bytes(&folder)?;
    Ok(Ramdisk {
        folder,
        kernel: kernel.release,
        bytes,
    })
}

/// Ramdisks of earlier agents would fill the cache: all but the latest four of a kernel go.
fn forget_others(cache: &Path, prefix: &str, wanted: &str) -> Result<()> {
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(cache)?
        .filter_map(|entry| entry.ok())
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with(prefix) && name != wanted
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    found.sort();
    let old = found.len().saturating_sub(4);
    for (_, path) in found.drain(..old) {
        // Another run may be using or removing it; then it stays or is gone.
        let _ = fs::remove_dir_all(path);
    }
    Ok(())
}

fn boot_bytes(folder: &Path) -> Result<u64> {
    #[derive(Deserialize)]
    struct Manifest {
        files: Vec<File>,
    }
    #[derive(Deserialize)]
    struct File {
        name: String,
        bytes: u64,
    }
    let text = fs::read(folder.join(MANIFEST)).context("the ramdisk's manifest")?;
    let manifest: Manifest = serde_json::from_slice(&text).context("the ramdisk's manifest")?;
    let loaded = [
        hammerscale::ramdisk::KERNEL,
        hammerscale::ramdisk::INITRAMFS,
    ];
    Ok(manifest
        .files
        .iter()
        .filter(|file| loaded.contains(&file.name.as_str()))
        .map(|file| file.bytes)
        .sum())
}
