//! What a BMC shows of its boot override: in our words, and whether it agrees with what was written. Pure.

use bmc_core::{BootDeviceKind, BootMode, BootOverride};

use super::plan::{CONTINUOUS, ONCE, Wanted};
use crate::{resources::Boot, vendors::Quirks};

/// In our words.
pub(super) fn as_override(boot: &Boot) -> BootOverride {
    let enabled = boot.enabled.as_deref();
    let target = boot
        .target
        .as_deref()
        .filter(|target| *target != "None" && !target.is_empty());
    let in_force = enabled.is_none_or(|word| !word.eq_ignore_ascii_case("Disabled"));
    BootOverride {
        device: target.filter(|_| in_force).map(kind),
        persistent: enabled.is_some_and(|word| word.eq_ignore_ascii_case(CONTINUOUS)),
        mode: boot.mode.as_deref().and_then(mode),
    }
}

/// Whether the BMC shows what was written, as far as it shows it at all, or as its quirks explain.
pub(super) fn agrees(wanted: &Wanted, boot: &Boot, quirks: &Quirks) -> bool {
    let same = |shown: &Option<String>, word: &str| {
        shown
            .as_deref()
            .is_some_and(|shown| shown.eq_ignore_ascii_case(word))
    };
    let played =
        |(written, shown): &(&str, &str)| *written == wanted.target && same(&boot.target, shown);
    let target = same(&boot.target, wanted.target) || quirks.target_shown_as.iter().any(played);
    let sticky =
        quirks.once_becomes_continuous && wanted.enabled == ONCE && same(&boot.enabled, CONTINUOUS);
    let enabled = boot.enabled.is_none() || same(&boot.enabled, wanted.enabled) || sticky;
    let mode = match wanted.mode {
        Some(mode) => {
            boot.mode.is_none() || same(&boot.mode, mode) || quirks.boot_mode_needs_reboot
        }
        None => true,
    };
    target && enabled && mode
}

/// For an error text.
pub(super) fn in_words(boot: &Boot) -> String {
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "nothing".to_owned());
    format!(
        "{} ({}) in mode {}",
        word(&boot.target),
        word(&boot.enabled),
        word(&boot.mode)
    )
}

fn kind(target: &str) -> BootDeviceKind {
    match target {
        "Pxe" => BootDeviceKind::Pxe,
        "Hdd" => BootDeviceKind::Disk,
        "Cd" | "UsbCd" => BootDeviceKind::Cdrom,
        "BiosSetup" => BootDeviceKind::Bios,
        "UefiHttp" => BootDeviceKind::UefiHttp,
        "Floppy" => BootDeviceKind::Floppy,
        "Usb" => BootDeviceKind::Usb,
        other => BootDeviceKind::Other(bmc_core::BmcMessage::new(other).as_str().to_owned()),
    }
}

fn mode(word: &str) -> Option<BootMode> {
    match word.to_ascii_lowercase().as_str() {
        "uefi" => Some(BootMode::Uefi),
        "legacy" => Some(BootMode::Legacy),
        _ => None,
    }
}
