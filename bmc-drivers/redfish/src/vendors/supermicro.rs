//! Supermicro: `Enabled` must be sent each time, a new boot device resets the boot mode, and virtual CDs are `UsbCd` (but for
//! one model, where they are `Cd`).

use super::{Profile, Quirks, STANDARD, SelfDescription};

pub(super) const PROFILE: Profile = Profile {
    name: "supermicro",
    matches: is_supermicro,
    quirks: Quirks {
        cd_targets: &["UsbCd", "Cd"],
        ..PLAIN_CD
    },
};

pub(super) const ARS_111GL_NHR: Profile = Profile {
    name: "supermicro-ars-111gl-nhr",
    matches: |bmc| is_supermicro(bmc) && bmc.model.eq_ignore_ascii_case("ARS-111GL-NHR"),
    quirks: PLAIN_CD,
};

const PLAIN_CD: Quirks = Quirks {
    boot_enabled_always_sent: true,
    boot_mode_reset_by_device: true,
    ..STANDARD
};

fn is_supermicro(bmc: &SelfDescription) -> bool {
    bmc.vendor_word("supermicro") || bmc.vendor_has("super micro")
}
