//! The boot override: read, written where the BMC wants it written, and read back. What counts is what is read back.

mod plan;
mod shown;

use std::time::Duration;

use bmc_core::{
    BmcError, BmcMessage, BootDeviceKind, BootManners, BootOverride, BootRequest, Persistence,
    Target,
};
use serde_json::{Map, Value, json};

use crate::{
    connection::{Bmc, Resource},
    resources::{Boot, ComputerSystem, SystemSettings},
    vendors::Quirks,
};
use plan::{ONCE, Wanted};

const DOING: &str = "set the boot override";
/// Waits between reading back, while the BMC still shows the old state.
const READ_BACK: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// A system, and the resource where its boot changes wait if there is one.
struct View {
    system: Resource<ComputerSystem>,
    settings: Option<(Resource<SystemSettings>, Option<String>)>,
}

impl View {
    fn boot(&self) -> Boot {
        self.system.value.boot.clone().unwrap_or_default()
    }

    fn pending(&self) -> Option<&Boot> {
        self.settings.as_ref()?.0.value.boot.as_ref()
    }

    /// The override's devices, which some BMCs tell only in the settings resource (iDRAC 10).
    fn targets_allowed(&self) -> Option<Vec<String>> {
        let told = |boot: &Boot| {
            boot.targets_allowed
                .clone()
                .filter(|allowed| !allowed.is_empty())
        };
        told(&self.boot()).or_else(|| self.pending().and_then(told))
    }
}

/// The override that the BMC tells.
pub(crate) async fn get(bmc: &Bmc, target: &Target) -> Result<BootOverride, BmcError> {
    let system = bmc.system(target).await?;
    Ok(shown::as_override(&system.value.boot.unwrap_or_default()))
}

/// The devices that the BMC offers.
pub(crate) async fn supported(bmc: &Bmc, target: &Target) -> Result<Vec<BootDeviceKind>, BmcError> {
    let view = view(bmc, target).await?;
    let quirks = bmc.profile(&view.system).await?.quirks;
    let allowed = view.targets_allowed();
    let offered = |kind: &BootDeviceKind| plan::target(kind, allowed.as_deref(), &quirks).is_some();
    Ok(plan::KINDS.into_iter().filter(offered).collect())
}

/// How the BMC treats overrides: what its profile says, narrowed by what it lists itself.
pub(crate) async fn manners(bmc: &Bmc, target: &Target) -> Result<BootManners, BmcError> {
    let system = bmc.system(target).await?;
    let quirks = bmc.profile(&system).await?.quirks;
    let boot = system.value.boot.unwrap_or_default();
    let lists = |word| plan::lists(boot.enabled_allowed.as_deref(), word);
    Ok(BootManners {
        once_ends: !quirks.once_becomes_continuous && lists(ONCE),
        continuous: lists(plan::CONTINUOUS),
        disk_override_in_uefi: !quirks.disk_override_harms_uefi,
        mode_needs_reboot: quirks.boot_mode_needs_reboot,
    })
}

/// Writes the override and reads it back.
pub(crate) async fn set(
    bmc: &Bmc,
    target: &Target,
    request: &BootRequest,
) -> Result<BootOverride, BmcError> {
    let _lane = bmc.lane.write.lock().await;
    let view = view(bmc, target).await?;
    let quirks = bmc.profile(&view.system).await?.quirks;
    let boot = view.boot();
    let allowed = view.targets_allowed();
    let mut wanted = plan::wanted(request, &boot, allowed.as_deref(), &quirks)?;
    let written = write(bmc, &view, plan::body(&wanted, &boot, &quirks), &quirks).await;
    match written {
        Err(BmcError::Rejected { .. } | BmcError::Unsupported { .. })
            if request.persistence == Persistence::Continuous =>
        {
            // A BMC that knows no lasting override says so only now; one for the next boot is what it can give.
            wanted.enabled = ONCE;
            write(bmc, &view, plan::body(&wanted, &boot, &quirks), &quirks).await?;
        }
        other => other?,
    }
    if let Some(mode) = wanted.mode_to_renew(&boot, &quirks) {
        renew_mode(bmc, target, &mode, &quirks).await?;
    }
    read_back(bmc, target, &wanted, &quirks).await
}

async fn view(bmc: &Bmc, target: &Target) -> Result<View, BmcError> {
    let system = bmc.system(target).await?;
    let mut settings = None;
    if let Some((path, etag)) = system.value.settings_object() {
        let resource = bmc
            .get_optional::<SystemSettings>(path, "read the system's settings resource")
            .await?;
        settings = resource.map(|resource| (resource, etag.map(str::to_owned)));
    }
    Ok(View { system, settings })
}

/// Writes each property where the BMC exposes it: in the settings resource if it is there, else in the system.
async fn write(
    bmc: &Bmc,
    view: &View,
    body: Map<String, Value>,
    quirks: &Quirks,
) -> Result<(), BmcError> {
    let exposed = |key: &str| {
        view.pending()
            .is_some_and(|boot| boot.exposed.contains(key))
    };
    let (pending, direct): (Map<_, _>, Map<_, _>) =
        body.into_iter().partition(|(key, _)| exposed(key));
    if let Some((resource, told)) = view.settings.as_ref().filter(|_| !pending.is_empty()) {
        let etag = told.as_deref().or(resource.etag.as_deref());
        patch(bmc, &resource.path, pending, etag, quirks).await?;
    }
    if direct.is_empty() {
        return Ok(());
    }
    patch(
        bmc,
        &view.system.path,
        direct,
        view.system.etag.as_deref(),
        quirks,
    )
    .await
}

async fn patch(
    bmc: &Bmc,
    path: &str,
    boot: Map<String, Value>,
    etag: Option<&str>,
    quirks: &Quirks,
) -> Result<(), BmcError> {
    let body = json!({"Boot": boot});
    let Some((words, patience)) = quirks.boot_refused_in_post else {
        return bmc.patch(path, &body, etag, DOING).await;
    };
    let mut pause = patience.first;
    for _ in 0..patience.tries {
        match bmc.patch(path, &body, etag, DOING).await {
            Err(BmcError::Rejected { message, .. }) if message.as_str().contains(words) => {
                bmc.wire.options.pace.sleep(pause).await;
                pause = (pause * 2).min(patience.longest);
            }
            other => return other,
        }
    }
    bmc.patch(path, &body, etag, DOING).await
}

/// Writes the mode again if the written device changed it.
async fn renew_mode(
    bmc: &Bmc,
    target: &Target,
    mode: &str,
    quirks: &Quirks,
) -> Result<(), BmcError> {
    let view = view(bmc, target).await?;
    if view
        .boot()
        .mode
        .as_deref()
        .is_none_or(|shown| shown.eq_ignore_ascii_case(mode))
    {
        return Ok(());
    }
    write(bmc, &view, plan::mode_body(mode), quirks).await
}

async fn read_back(
    bmc: &Bmc,
    target: &Target,
    wanted: &Wanted,
    quirks: &Quirks,
) -> Result<BootOverride, BmcError> {
    let mut pauses = READ_BACK.into_iter();
    loop {
        let view = view(bmc, target).await?;
        let boots: Vec<Boot> = [Some(view.boot()), view.pending().cloned()]
            .into_iter()
            .flatten()
            .collect();
        if let Some(boot) = boots
            .iter()
            .find(|boot| shown::agrees(wanted, boot, quirks))
        {
            return Ok(shown::as_override(boot));
        }
        let Some(pause) = pauses.next() else {
            return Err(BmcError::NotApplied {
                address: target.address.clone(),
                wrote: wanted.to_string(),
                reads: BmcMessage::new(&shown::in_words(&boots[0])),
            });
        };
        bmc.wire.options.pace.sleep(pause).await;
    }
}
