//! A BMC of which nothing is known: it is believed to follow the specification.

use super::{Profile, STANDARD};

pub(super) const PROFILE: Profile = Profile {
    name: "generic",
    matches: |_| true,
    quirks: STANDARD,
};
