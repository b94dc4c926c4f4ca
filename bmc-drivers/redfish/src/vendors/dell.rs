//! Dell iDRAC. A boot mode is changed by a job at the next reboot; iDRAC 10 answers `On` with 409
//! (ActionParameterValueConflict) for up to a minute after a power-off. Both as sushy and Ironic found them.

use std::time::Duration;

use super::{Patience, Profile, Quirks, STANDARD};

pub(super) const PROFILE: Profile = Profile {
    name: "dell",
    matches: |bmc| bmc.vendor_word("dell"),
    quirks: Quirks {
        boot_mode_needs_reboot: true,
        on_conflicts_after_off: Some(Patience {
            tries: 6,
            first: Duration::from_secs(10),
            longest: Duration::from_secs(10),
        }),
        ..STANDARD
    },
};
