//! AMI MegaRAC and BMCs built on it: a boot override is taken only whole (Target, Enabled and Mode together).

use super::{Profile, Quirks, STANDARD};

pub(super) const PROFILE: Profile = Profile {
    name: "ami",
    matches: |bmc| {
        bmc.vendor_word("ami")
            || bmc.vendor_has("american megatrends international")
            || bmc.vendor_has("asrockrack")
            || bmc.vendor_has("redfish_compatible")
    },
    quirks: Quirks {
        boot_sent_whole: true,
        ..STANDARD
    },
};
