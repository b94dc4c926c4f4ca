//! `hammerscale ramdisk build`: the agent's boot files from a distribution's kernel package. It reads packages and
//! folders that an administrator names and writes one folder; it runs no other program and asks no network.

mod args;
mod compression;
pub mod drivers;
mod elf;
mod firmware;
mod initramfs;
mod kernel;
mod modinfo;
mod output;
mod package;
mod report;
mod selection;
mod tables;

#[cfg(test)]
mod tests;

pub use args::{BuildArgs, RamdiskArgs, RamdiskCommand};
pub use output::{BuiltFile, INITRAMFS, ISO, KERNEL, MANIFEST, UKI};
pub use report::{BuildReport, Skipped};

use anyhow::{Context, Result};
use elf::Elf;
use kernel::Kernel;
use output::Output;
use std::fs;
use std::path::PathBuf;

/// What to build, and from what.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// Folder to write to.
    pub output: PathBuf,
    /// The kernel and its modules.
    pub kernel: KernelSource,
    /// Folder of firmware files, laid out as `/lib/firmware`.
    pub firmware: Option<PathBuf>,
    /// The agent: a static 64-bit ELF program.
    pub agent: PathBuf,
    /// systemd's UEFI stub.
    pub stub: Stub,
    /// Which drivers.
    pub profile: Profile,
    /// Further drivers, by module name.
    pub extra_modules: Vec<String>,
    /// Kernel command line of the UEFI program and the ISO.
    pub cmdline: String,
}

/// Where kernel and modules come from.
#[derive(Debug, Clone)]
pub enum KernelSource {
    /// A Debian package.
    Package(PathBuf),
    /// Separate places.
    Files {
        /// The kernel image.
        kernel: PathBuf,
        /// The folder of its modules.
        modules: PathBuf,
    },
}

/// systemd's UEFI stub.
#[derive(Debug, Clone)]
pub struct Stub {
    /// Its file.
    pub path: PathBuf,
    /// True if the build shall fail without it; else UEFI program and ISO are left out.
    pub required: bool,
}

/// Which drivers a ramdisk carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// As the kernel's name says: `cloud` for a cloud kernel, else `full`.
    Auto,
    /// Drivers of virtual machines only.
    Cloud,
    /// Real machines as well: common disk and RAID controllers, network cards, IPMI.
    Full,
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The kernel package is being unpacked; bytes of the package.
    Unpacking {
        /// Read so far.
        bytes: u64,
        /// In all.
        total: u64,
    },
    /// The modules are being read.
    ReadingModules {
        /// Read so far.
        done: usize,
        /// In all.
        total: usize,
    },
    /// The initramfs is being compressed; bytes before compression.
    Compressing {
        /// Done so far.
        bytes: u64,
        /// In all.
        total: u64,
    },
    /// A file of the output is being written.
    Writing {
        /// Its name.
        file: &'static str,
    },
}

/// Builds the ramdisk. On an error the output folder may hold some new files beside old ones; the manifest is
/// written last.
pub fn build(options: &BuildOptions, progress: &dyn Fn(Progress)) -> Result<BuildReport> {
    let agent = read_agent(options)?;
    let stub = read_stub(options)?;
    let output = Output::open(&options.output)?;
    // Held until the end: the modules are read from it when the archive is written.
    let scratch = tempfile::tempdir().context("making a temporary folder")?;
    let (image, modules) = match &options.kernel {
        KernelSource::Package(deb) => {
            package::unpack(deb, scratch.path(), progress)?;
            kernel::locate(scratch.path())?
        }
        KernelSource::Files { kernel, modules } => (kernel.clone(), modules.clone()),
    };
    let kernel = Kernel::read(&image, &modules, progress)?;
    let listed = drivers::wanted(options.profile, &kernel.release)
        .into_iter()
        .map(str::to_owned);
    let wanted: Vec<String> = listed
        .chain(options.extra_modules.iter().cloned())
        .collect();
    let chosen = selection::select(&kernel, &wanted)?;
    let firmware = firmware::collect(&chosen, options.firmware.as_deref())?;
    let initramfs = initramfs::compress(
        &initramfs::archive(&agent, &kernel, &chosen, &firmware)?,
        progress,
    )?;
    let mut report = BuildReport {
        kernel_release: kernel.release.clone(),
        files: Vec::new(),
        modules: chosen
            .modules
            .keys()
            .map(|name| (*name).to_owned())
            .collect(),
        builtin: chosen.builtin,
        missing_modules: chosen.missing,
        firmware: firmware.files.into_iter().map(|(name, _)| name).collect(),
        missing_firmware: firmware.missing,
        skipped: Vec::new(),
    };
    write_all(
        options,
        &output,
        &kernel,
        &initramfs,
        stub.as_deref(),
        &mut report,
        progress,
    )?;
    Ok(report)
}

fn read_agent(options: &BuildOptions) -> Result<Vec<u8>> {
    let path = options.agent.display();
    let agent = fs::read(&options.agent)
        .with_context(|| format!("reading the agent {path} (see --agent)"))?;
    Elf::parse(&agent)
        .and_then(|elf| elf.require_static())
        .with_context(|| format!("checking the agent {path}"))?;
    Ok(agent)
}

fn read_stub(options: &BuildOptions) -> Result<Option<Vec<u8>>> {
    match fs::read(&options.stub.path) {
        Ok(stub) => Ok(Some(stub)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !options.stub.required => {
            Ok(None)
        }
        Err(error) => Err(error)
            .with_context(|| format!("reading the UEFI stub {}", options.stub.path.display())),
    }
}

fn write_all(
    options: &BuildOptions,
    output: &Output,
    kernel: &Kernel,
    initramfs: &[u8],
    stub: Option<&[u8]>,
    report: &mut BuildReport,
    progress: &dyn Fn(Progress),
) -> Result<()> {
    output.remove(MANIFEST)?;
    progress(Progress::Writing { file: KERNEL });
    report.files.push(output.write(KERNEL, &kernel.image)?);
    progress(Progress::Writing { file: INITRAMFS });
    report.files.push(output.write(INITRAMFS, initramfs)?);
    match stub {
        Some(stub) => {
            progress(Progress::Writing { file: UKI });
            let uki = output::uki(
                stub,
                &kernel.image,
                initramfs,
                &options.cmdline,
                &kernel.release,
            )?;
            report.files.push(output.write(UKI, &uki)?);
            progress(Progress::Writing { file: ISO });
            report.files.push(output.write_iso(&uki)?);
        }
        None => skip_images(options, output, report)?,
    }
    output.write(
        MANIFEST,
        &serde_json::to_vec_pretty(report).context("formatting the manifest")?,
    )?;
    Ok(())
}

fn skip_images(options: &BuildOptions, output: &Output, report: &mut BuildReport) -> Result<()> {
    for name in [UKI, ISO] {
        output.remove(name)?;
        let stub = options.stub.path.display();
        let reason = format!(
            "there is no UEFI stub {stub}; install systemd-boot-efi, or name one with --stub"
        );
        report.skipped.push(Skipped {
            name: name.to_owned(),
            reason,
        });
    }
    Ok(())
}
