//! The sushy-tools emulator (seen with 2.2.0): `Once` is accepted, kept and shown as `Continuous`; UEFI HTTP boot is played as
//! a CD (with a URL) or PXE (without). It has no sessions and no ETags.

use super::{Profile, Quirks, STANDARD};

pub(super) const PROFILE: Profile = Profile {
    name: "sushy-tools",
    // With a reduced feature set it names no manufacturer.
    matches: |bmc| {
        bmc.vendor_has("sushy emulator")
            || (bmc.vendor.is_empty() && bmc.service == "RedvirtService")
    },
    quirks: Quirks {
        once_becomes_continuous: true,
        target_shown_as: &[("UefiHttp", "Cd"), ("UefiHttp", "Pxe")],
        ..STANDARD
    },
};
