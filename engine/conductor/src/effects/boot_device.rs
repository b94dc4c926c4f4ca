//! Chooses the boot device; the driver writes it and reads it back. Setting it twice is harmless.

use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use async_trait::async_trait;
use bmc_core::{BootDeviceKind, BootRequest, Persistence};
use model::{Action, Outcome};

pub(super) struct SetBootDevice;

/// The BMC's device for a word of the API; none when the API has no such word.
pub(crate) fn device(word: &str) -> Option<BootDeviceKind> {
    match word {
        "pxe" => Some(BootDeviceKind::Pxe),
        "disk" => Some(BootDeviceKind::Disk),
        "cdrom" => Some(BootDeviceKind::Cdrom),
        "bios" => Some(BootDeviceKind::Bios),
        "uefihttp" => Some(BootDeviceKind::UefiHttp),
        "floppy" => Some(BootDeviceKind::Floppy),
        _ => None,
    }
}

#[async_trait]
impl EffectKind for SetBootDevice {
    fn name(&self) -> &'static str {
        "set_boot_device"
    }

    fn certainty(&self) -> Certainty {
        Certainty::Probed
    }

    async fn probe(&self, context: &Context) -> Probe {
        let Action::SetBootDevice {
            device: wanted,
            persistent,
        } = &context.action
        else {
            return Probe::Unknown;
        };
        let Some(boot) = context.machine.driver.boot_device() else {
            return Probe::Unknown;
        };
        match boot.get(&context.machine.target).await {
            Ok(found) if found.device == device(wanted) && found.persistent == *persistent => {
                Probe::Done(Outcome::Done)
            }
            Ok(_) => Probe::NotDone,
            Err(_) => Probe::Unknown,
        }
    }

    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let Action::SetBootDevice {
            device: wanted,
            persistent,
        } = &context.action
        else {
            return Err(mismatch(context));
        };
        let boot = context
            .machine
            .driver
            .boot_device()
            .ok_or_else(|| ActError::lasting("this driver cannot choose the boot device"))?;
        let kind = device(wanted)
            .ok_or_else(|| ActError::lasting(format!("'{wanted}' is not a boot device")))?;
        let persistence = if *persistent {
            Persistence::Continuous
        } else {
            Persistence::Once
        };
        boot.set(
            &context.machine.target,
            &BootRequest::new(kind, persistence),
        )
        .await?;
        Ok(Outcome::Done)
    }
}
