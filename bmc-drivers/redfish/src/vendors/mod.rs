//! What is known of vendors' BMCs: facts by name, in one file each, chosen by what a BMC says of itself. Flows ask for the fact,
//! never for the vendor.

mod ami;
mod dell;
mod generic;
mod hpe;
mod lenovo;
mod list;
mod supermicro;
mod sushy_tools;

use std::time::Duration;

/// What a BMC says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct SelfDescription {
    /// From the service root, else the system, else the manager.
    pub vendor: String,
    /// The Id of the service root.
    pub service: String,
    /// The machine's model.
    pub model: String,
    /// The BMC's firmware version.
    pub bmc_firmware: String,
}

impl SelfDescription {
    /// Whether the vendor's name holds this word (whole, any case).
    fn vendor_word(&self, word: &str) -> bool {
        self.vendor
            .split(|c: char| !c.is_alphanumeric())
            .any(|part| part.eq_ignore_ascii_case(word))
    }

    /// Whether the vendor's name holds this text (any case).
    fn vendor_has(&self, text: &str) -> bool {
        self.vendor.to_lowercase().contains(text)
    }
}

/// A family of BMCs: how to know it, and what is known of it.
pub(crate) struct Profile {
    pub name: &'static str,
    pub matches: fn(&SelfDescription) -> bool,
    pub quirks: Quirks,
}

/// Attempts at a growing distance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub tries: u32,
    pub first: Duration,
    pub longest: Duration,
}

/// Facts that make one BMC differ from another. The default is the specification's behaviour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quirks {
    /// `BootSourceOverrideEnabled` must be written also when it does not change.
    pub boot_enabled_always_sent: bool,
    /// Target, Enabled and Mode must be written together.
    pub boot_sent_whole: bool,
    /// A written boot device resets the boot mode, which must be written after it.
    pub boot_mode_reset_by_device: bool,
    /// A written boot mode shows only after a reboot.
    pub boot_mode_needs_reboot: bool,
    /// `Once` is kept and shown as `Continuous`.
    pub once_becomes_continuous: bool,
    /// A disk override in UEFI mode does harm (the firmware then loses the system's own boot entry).
    pub disk_override_harms_uefi: bool,
    /// Targets that stand for a CD, the best first.
    pub cd_targets: &'static [&'static str],
    /// Targets that are shown as another one: (written, shown).
    pub target_shown_as: &'static [(&'static str, &'static str)],
    /// Words by which a boot change is refused while the machine is in POST, and how long to try.
    pub boot_refused_in_post: Option<(&'static str, Patience)>,
    /// `On` right after a power-off answers 409 for a while.
    pub on_conflicts_after_off: Option<Patience>,
}

/// What the specification promises.
pub(crate) const STANDARD: Quirks = Quirks {
    boot_enabled_always_sent: false,
    boot_sent_whole: false,
    boot_mode_reset_by_device: false,
    boot_mode_needs_reboot: false,
    once_becomes_continuous: false,
    disk_override_harms_uefi: false,
    cd_targets: &["Cd"],
    target_shown_as: &[],
    boot_refused_in_post: None,
    on_conflicts_after_off: None,
};

/// The profile for a BMC that describes itself so.
pub(crate) fn choose(description: &SelfDescription) -> &'static Profile {
    list::ALL
        .iter()
        .find(|profile| (profile.matches)(description))
        .copied()
        .unwrap_or(&generic::PROFILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(vendor: &str, model: &str) -> &'static str {
        let description = SelfDescription {
            vendor: vendor.into(),
            model: model.into(),
            ..SelfDescription::default()
        };
        choose(&description).name
    }

    #[test]
    fn vendors_are_known_by_their_spellings() {
        for (vendor, name) in [
            ("Dell", "dell"),
            ("Dell Inc.", "dell"),
            ("HPE", "hpe"),
            ("Hewlett Packard Enterprise", "hpe"),
            ("Lenovo", "lenovo"),
            ("Supermicro", "supermicro"),
            ("Super Micro Computer", "supermicro"),
            ("AMI", "ami"),
            ("American Megatrends International", "ami"),
            ("ASRockRack", "ami"),
            ("Sushy Emulator", "sushy-tools"),
            ("Miami Computers", "generic"),
            ("", "generic"),
        ] {
            assert_eq!(named(vendor, ""), name, "{vendor}");
        }
    }

    #[test]
    fn one_supermicro_model_keeps_its_plain_cd() {
        assert_eq!(
            named("Supermicro", "ARS-111GL-NHR"),
            "supermicro-ars-111gl-nhr"
        );
    }

    #[test]
    fn profile_names_are_unique() {
        let mut names: Vec<_> = list::ALL.iter().map(|profile| profile.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), list::ALL.len());
    }
}
