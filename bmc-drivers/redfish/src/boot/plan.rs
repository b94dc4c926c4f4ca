//! What to write for a wanted boot override. Pure: from the request, what the BMC shows and its quirks to the properties.

use std::fmt;

use bmc_core::{BmcError, BootDeviceKind, BootMode, BootRequest, Persistence};
use serde_json::{Map, Value};

use crate::{
    resources::{Boot, ENABLED, HTTP_URI, MODE, TARGET},
    vendors::Quirks,
};

pub(super) const ONCE: &str = "Once";
pub(super) const CONTINUOUS: &str = "Continuous";

/// The kinds that can be set.
pub(super) const KINDS: [BootDeviceKind; 7] = [
    BootDeviceKind::Pxe,
    BootDeviceKind::Disk,
    BootDeviceKind::Cdrom,
    BootDeviceKind::Bios,
    BootDeviceKind::UefiHttp,
    BootDeviceKind::Floppy,
    BootDeviceKind::Usb,
];

/// An override in Redfish's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub target: &'static str,
    pub enabled: &'static str,
    /// Asked for by the caller.
    pub mode: Option<&'static str>,
    /// For UEFI HTTP boot.
    pub uri: Option<String>,
}

impl Wanted {
    /// The mode to write again after the device: the one asked for, else the one that was.
    pub(super) fn mode_to_renew(&self, before: &Boot, quirks: &Quirks) -> Option<String> {
        let wanted = self.mode.or(before.mode.as_deref());
        wanted
            .filter(|_| quirks.boot_mode_reset_by_device)
            .map(str::to_owned)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "boot override {} ({})", self.target, self.enabled)?;
        self.mode
            .map_or(Ok(()), |mode| write!(f, " in mode {mode}"))
    }
}

/// The request in the BMC's words, or why it cannot be met.
pub(super) fn wanted(
    request: &BootRequest,
    shown: &Boot,
    targets_allowed: Option<&[String]>,
    quirks: &Quirks,
) -> Result<Wanted, BmcError> {
    let target =
        target(&request.device, targets_allowed, quirks).ok_or_else(|| BmcError::Unsupported {
            what: format!("boot device {}", request.device),
            allowed: targets_allowed.unwrap_or_default().to_vec(),
        })?;
    let (asked, other) = match request.persistence {
        Persistence::Once => (ONCE, CONTINUOUS),
        Persistence::Continuous => (CONTINUOUS, ONCE),
    };
    let allowed = shown.enabled_allowed.as_deref();
    let enabled = if !lists(allowed, asked) && lists(allowed, other) {
        other
    } else {
        asked
    };
    let mode = request.mode.map(|mode| match mode {
        BootMode::Uefi => "UEFI",
        BootMode::Legacy => "Legacy",
    });
    Ok(Wanted {
        target,
        enabled,
        mode,
        uri: request.http_boot_uri.clone(),
    })
}

/// The first word for this kind that the BMC offers.
pub(super) fn target(
    kind: &BootDeviceKind,
    allowed: Option<&[String]>,
    quirks: &Quirks,
) -> Option<&'static str> {
    let candidates: &[&'static str] = match kind {
        BootDeviceKind::Pxe => &["Pxe"],
        BootDeviceKind::Disk => &["Hdd"],
        BootDeviceKind::Cdrom => quirks.cd_targets,
        BootDeviceKind::Bios => &["BiosSetup"],
        BootDeviceKind::UefiHttp => &["UefiHttp"],
        BootDeviceKind::Floppy => &["Floppy"],
        BootDeviceKind::Usb => &["Usb"],
        BootDeviceKind::Other(_) => &[],
    };
    match allowed {
        // Nothing is said: the plain word, which is the last of the candidates.
        None => candidates.last().copied(),
        Some(_) => candidates.iter().copied().find(|word| lists(allowed, word)),
    }
}

/// Whether the list holds the word; a list that is not given holds every word.
pub(super) fn lists(allowed: Option<&[String]>, word: &str) -> bool {
    allowed.is_none_or(|allowed| allowed.is_empty() || allowed.iter().any(|known| known == word))
}

/// The properties to write.
pub(super) fn body(wanted: &Wanted, shown: &Boot, quirks: &Quirks) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert(TARGET.into(), wanted.target.into());
    let changes = shown.enabled.as_deref() != Some(wanted.enabled);
    if changes || quirks.boot_enabled_always_sent || quirks.boot_sent_whole {
        body.insert(ENABLED.into(), wanted.enabled.into());
    }
    let whole = || {
        shown
            .mode
            .as_deref()
            .or(Some("UEFI"))
            .filter(|_| quirks.boot_sent_whole)
    };
    if let Some(mode) = wanted.mode.or_else(whole) {
        body.insert(MODE.into(), mode.into());
    }
    let uri_left = shown.http_uri.as_deref().is_some_and(|uri| !uri.is_empty());
    if wanted.target == "UefiHttp" {
        if wanted.uri.is_some() || shown.exposed.contains(HTTP_URI) {
            body.insert(HTTP_URI.into(), wanted.uri.clone().into());
        }
    } else if uri_left {
        body.insert(HTTP_URI.into(), Value::Null);
    }
    body
}

/// The properties to write when only the mode is to change.
pub(super) fn mode_body(mode: &str) -> Map<String, Value> {
    Map::from_iter([(MODE.to_owned(), mode.into())])
}
