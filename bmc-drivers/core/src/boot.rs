//! The boot override: from which kind of device a machine starts next, or from now on.

use std::fmt;

use async_trait::async_trait;

use crate::{BmcError, Target};

/// A kind of device to boot from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BootDeviceKind {
    /// The network, by PXE.
    Pxe,
    /// A local disk.
    Disk,
    /// A CD or DVD, virtual ones included.
    Cdrom,
    /// The firmware's set-up screen.
    Bios,
    /// A URL, by UEFI HTTP boot.
    UefiHttp,
    /// A floppy, virtual ones included.
    Floppy,
    /// A USB device.
    Usb,
    /// Another kind that the BMC names. Only ever read, never set.
    Other(String),
}

impl fmt::Display for BootDeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pxe => "pxe",
            Self::Disk => "disk",
            Self::Cdrom => "cdrom",
            Self::Bios => "bios",
            Self::UefiHttp => "uefihttp",
            Self::Floppy => "floppy",
            Self::Usb => "usb",
            Self::Other(word) => word,
        })
    }
}

/// How long an override holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Persistence {
    /// For the next boot.
    Once,
    /// Until changed.
    Continuous,
}

/// How the firmware boots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BootMode {
    /// UEFI.
    Uefi,
    /// Legacy BIOS.
    Legacy,
}

impl fmt::Display for BootMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uefi => "uefi",
            Self::Legacy => "bios",
        })
    }
}

/// The override that the BMC tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootOverride {
    /// The device; `None` when no override is in force: the firmware's own order counts.
    pub device: Option<BootDeviceKind>,
    /// Holds beyond the next boot.
    pub persistent: bool,
    /// The boot mode, when the BMC tells one.
    pub mode: Option<BootMode>,
}

/// An override that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootRequest {
    /// The device.
    pub device: BootDeviceKind,
    /// How long it holds.
    pub persistence: Persistence,
    /// The boot mode to go with it; `None` leaves it.
    pub mode: Option<BootMode>,
    /// The URL for [`BootDeviceKind::UefiHttp`]; `None` lets the machine learn it by DHCP.
    pub http_boot_uri: Option<String>,
}

impl BootRequest {
    /// This device, this long, the mode left as it is.
    pub fn new(device: BootDeviceKind, persistence: Persistence) -> Self {
        Self {
            device,
            persistence,
            mode: None,
            http_boot_uri: None,
        }
    }
}

/// What is known of how this BMC treats overrides, so that a plan need not run into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootManners {
    /// An override for one boot really goes away after it. If not, set the next device before the next boot.
    pub once_ends: bool,
    /// An override can hold until changed. If not, set it again before each power-on.
    pub continuous: bool,
    /// A disk override in UEFI mode is harmless. If not, leave the firmware's own order alone after a deployment.
    pub disk_override_in_uefi: bool,
    /// A changed boot mode needs a reboot before it can be read back.
    pub mode_needs_reboot: bool,
}

/// Boot override control.
#[async_trait]
pub trait BootDevice: Send + Sync {
    /// The override that the BMC tells now.
    ///
    /// # Errors
    /// Any [`BmcError`] of reaching, logging in to and reading the BMC.
    async fn get(&self, target: &Target) -> Result<BootOverride, BmcError>;

    /// Writes the override and reads it back; the answer is what was read. It counts from the next power-on; a running
    /// machine's reset may not pick it up. The answer may differ from the request only as [`BootManners`] says.
    ///
    /// # Errors
    /// [`BmcError::Unsupported`] for a device that this BMC does not offer, [`BmcError::NotApplied`] when the BMC took the
    /// order and shows something else, and any other [`BmcError`].
    async fn set(&self, target: &Target, request: &BootRequest) -> Result<BootOverride, BmcError>;

    /// The devices that this BMC offers for this machine.
    ///
    /// # Errors
    /// Any [`BmcError`] of reaching, logging in to and reading the BMC.
    async fn supported(&self, target: &Target) -> Result<Vec<BootDeviceKind>, BmcError>;

    /// How this BMC treats overrides.
    ///
    /// # Errors
    /// Any [`BmcError`] of reaching, logging in to and reading the BMC.
    async fn manners(&self, target: &Target) -> Result<BootManners, BmcError>;
}
