//! The command line of `hammerscale ramdisk`: flags, their help, and their translation to options.

use super::{BuildOptions, KernelSource, Profile, Stub};
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Where Debian's package `systemd-boot-efi` puts the stub.
const DEFAULT_STUB: &str = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
/// The agent's name beside the running executable.
const AGENT: &str = "hammerscale-agent";
/// Both consoles a server may have; the last one named is where messages of the agent go.
const DEFAULT_CMDLINE: &str = "console=tty0 console=ttyS0,115200n8";

/// Make the ramdisk that machines boot to be inspected, cleaned and deployed.
#[derive(Debug, Args)]
pub struct RamdiskArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RamdiskCommand,
}

/// Verbs of `hammerscale ramdisk`.
#[derive(Debug, Subcommand)]
pub enum RamdiskCommand {
    /// Build the ramdisk from a distribution's kernel and the agent.
    ///
    /// Writes vmlinuz, initramfs, hammerscale.efi (both in one UEFI program), hammerscale.iso (a medium that boots
    /// it) and manifest.json (sizes and SHA-256). Needs no root, runs no other program and writes nothing outside the
    /// output folder but temporary files.
    Build(BuildArgs),
}

/// Flags of `hammerscale ramdisk build`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Debian's full kernel, for real machines
  apt-get download linux-image-6.1.0-56-amd64
  hammerscale ramdisk build --output ramdisk --kernel-package linux-image-6.1.0-56-amd64_*.deb --firmware /lib/firmware

  # the kernel that this machine runs
  hammerscale ramdisk build --output ramdisk --kernel /boot/vmlinuz-$(uname -r) --modules /lib/modules/$(uname -r)")]
pub struct BuildArgs {
    /// Folder to write to; made if it is not there.
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,

    /// Debian kernel package (linux-image-VERSION, not a meta-package); unpacked here, without dpkg.
    #[arg(long, value_name = "FILE.deb", required_unless_present = "kernel", conflicts_with_all = ["kernel", "modules"])]
    pub kernel_package: Option<PathBuf>,

    /// Kernel to use instead of a package's.
    #[arg(long, value_name = "FILE", requires = "modules")]
    pub kernel: Option<PathBuf>,

    /// The kernel's modules, e.g. /lib/modules/VERSION.
    #[arg(long, value_name = "DIR", requires = "kernel")]
    pub modules: Option<PathBuf>,

    /// Firmware files, laid out as in /lib/firmware; those that the chosen drivers name are taken along.
    #[arg(long, value_name = "DIR")]
    pub firmware: Option<PathBuf>,

    /// The agent, a static program [default: hammerscale-agent beside this executable].
    #[arg(long, value_name = "FILE")]
    pub agent: Option<PathBuf>,

    /// systemd's UEFI stub [default: the one of Debian's systemd-boot-efi; without it neither UEFI program nor ISO
    /// is made].
    #[arg(long, value_name = "FILE")]
    pub stub: Option<PathBuf>,

    /// Which drivers to take.
    #[arg(long, value_enum, default_value_t = Profile::Auto)]
    pub profile: Profile,

    /// A further driver, by module name; may be repeated.
    #[arg(long = "module", value_name = "NAME")]
    pub extra_modules: Vec<String>,

    /// Kernel command line in the UEFI program and the ISO.
    #[arg(long, value_name = "TEXT", default_value = DEFAULT_CMDLINE)]
    pub cmdline: String,
}

impl BuildArgs {
    /// The options of a build, with defaults that depend on this machine filled in.
    pub fn options(self) -> Result<BuildOptions> {
        let kernel = match (self.kernel_package, self.kernel, self.modules) {
            (Some(package), _, _) => KernelSource::Package(package),
            (None, Some(kernel), Some(modules)) => KernelSource::Files { kernel, modules },
            _ => anyhow::bail!("give --kernel-package, or --kernel and --modules"),
        };
        let stub = match self.stub {
            Some(path) => Stub {
                path,
                required: true,
            },
            None => Stub {
                path: DEFAULT_STUB.into(),
                required: false,
            },
        };
        Ok(BuildOptions {
            output: self.output,
            kernel,
            firmware: self.firmware,
            agent: self.agent.map_or_else(agent_beside_me, Ok)?,
            stub,
            profile: self.profile,
            extra_modules: self.extra_modules,
            cmdline: self.cmdline,
        })
    }
}

fn agent_beside_me() -> Result<PathBuf> {
    let me = std::env::current_exe()
        .context("finding this executable, to look for the agent beside it")?;
    Ok(me.with_file_name(AGENT))
}
