//! HPE iLO: boot changes are refused while the machine is in POST (`UnableToModifyDuringSystemPOST`, HTTP 400).

use std::time::Duration;

use super::{Patience, Profile, Quirks, STANDARD};

pub(super) const PROFILE: Profile = Profile {
    name: "hpe",
    matches: |bmc| bmc.vendor_word("hpe") || bmc.vendor_has("hewlett packard enterprise"),
    quirks: Quirks {
        boot_refused_in_post: Some((
            "UnableToModifyDuringSystemPOST",
            Patience {
                tries: 6,
                first: Duration::from_secs(5),
                longest: Duration::from_secs(30),
            },
        )),
        ..STANDARD
    },
};
