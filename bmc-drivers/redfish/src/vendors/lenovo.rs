//! Lenovo XCC: a disk override in UEFI mode keeps the installed system's boot entry from being stored in NVRAM.

use super::{Profile, Quirks, STANDARD};

pub(super) const PROFILE: Profile = Profile {
    name: "lenovo",
    matches: |bmc| bmc.vendor_word("lenovo"),
    quirks: Quirks {
        disk_override_harms_uefi: true,
        ..STANDARD
    },
};
