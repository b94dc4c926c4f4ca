//! Command line options of the program itself; a ramdisk of its own needs none.

use std::path::PathBuf;

use crate::host::Host;

const USAGE: &str = "\
hammerscale-agent: ramdisk agent of the Ironic agent protocol

As PID 1 it takes everything from the kernel command line. As an ordinary program:
  --cmdline TEXT      parameters instead of /proc/cmdline, as in \"ipa-api-url=http://192.0.2.1:6385\"
  --allow-disk PATH   a disk that steps may write to (repeatable; default: none)
  --allow-power       let the conductor power this machine off
  --boot-identity F   nonce and API authority (default /etc/hammerscale/boot.json)
  --help              this text";

/// How the program was started.
#[derive(Debug)]
pub struct Options {
    /// Started by our own init.
    pub ramdisk: bool,
    /// Parameters instead of the kernel's.
    pub cmdline: Option<String>,
    /// Where nonce and authority are.
    pub boot_identity: PathBuf,
    disks: Vec<PathBuf>,
    power: bool,
}

impl Options {
    /// Reads the arguments; the error is for the user.
    pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            ramdisk: false,
            cmdline: None,
            boot_identity: agent_wire::BOOT_IDENTITY_PATH.into(),
            disks: Vec::new(),
            power: false,
        };
        while let Some(arg) = args.next() {
            let mut value = || {
                args.next()
                    .ok_or_else(|| format!("{arg} needs a value\n\n{USAGE}"))
            };
            match arg.as_str() {
                "--ramdisk" => options.ramdisk = true,
                "--cmdline" => options.cmdline = Some(value()?),
                "--allow-disk" => options.disks.push(value()?.into()),
                "--allow-power" => options.power = true,
                "--boot-identity" => options.boot_identity = value()?.into(),
                "--help" | "-h" => return Err(USAGE.to_owned()),
                other => return Err(format!("unknown option {other}\n\n{USAGE}")),
            }
        }
        Ok(options)
    }

    /// What may be touched.
    pub fn host(&self) -> Host {
        if self.ramdisk {
            Host::ramdisk()
        } else {
            Host::guest(self.disks.clone(), self.power)
        }
    }
}
