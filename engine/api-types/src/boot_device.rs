//! The boot device documents.

use serde::{Deserialize, Serialize};

/// Every boot device that the API has a word for.
pub const BOOT_DEVICES: &[&str] = &[
    "pxe",
    "disk",
    "cdrom",
    "bios",
    "safe",
    "wanboot",
    "iscsiboot",
    "floppy",
    "uefihttp",
];

/// What the BMC has set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootDevice {
    /// `pxe`, `disk`, ...; null when there is no override.
    pub boot_device: Option<String>,
    /// For good or once; null when the BMC does not say.
    pub persistent: Option<bool>,
}

/// What to set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootDeviceBody {
    /// One of [`BOOT_DEVICES`].
    pub boot_device: String,
    /// For good instead of once.
    #[serde(default)]
    pub persistent: bool,
}

/// What may be set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportedBootDevices {
    /// Some of [`BOOT_DEVICES`].
    pub supported_boot_devices: Vec<String>,
}
