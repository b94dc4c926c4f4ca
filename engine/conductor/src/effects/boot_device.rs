//! Chooses the boot device, and with it the boot mode that the node asks for; the driver writes both and reads them back. Setting it twice is
//! harmless.

use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use crate::agents;
use async_trait::async_trait;
use bmc_core::{BootDeviceKind, BootMode, BootRequest, Persistence};
use model::{Action, InterfaceKind, Node, Outcome};

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

/// A node that manages by `noop` trusts its machine to try the network first: the BMC is left alone.
fn is_noop(node: &Node) -> bool {
    node.interface(InterfaceKind::Management) == "noop"
}

/// The mode to change to: the one of the node's capability `boot_mode`, where the BMC shows the other one. A BMC that shows none is not told one:
/// it would refuse the property.
fn mode_to_set(node: &Node, shown: Option<BootMode>) -> Option<BootMode> {
    let wanted = match agents::wanted_boot_mode(node)? {
        "uefi" => BootMode::Uefi,
        "bios" => BootMode::Legacy,
        _ => return None,
    };
    (shown? != wanted).then_some(wanted)
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
        if is_noop(&context.node) {
            return Probe::NotDone;
        }
        let Some(boot) = context.machine.driver.boot_device() else {
            return Probe::Unknown;
        };
        match boot.get(&context.machine.target).await {
            Ok(found)
                if found.device == device(wanted)
                    && found.persistent == *persistent
                    && mode_to_set(&context.node, found.mode).is_none() =>
            {
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
        if is_noop(&context.node) {
            return Ok(Outcome::Done);
        }
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
        let mut request = BootRequest::new(kind, persistence);
        if agents::wanted_boot_mode(&context.node).is_some() {
            let shown = boot.get(&context.machine.target).await?.mode;
            request.mode = mode_to_set(&context.node, shown);
        }
        boot.set(&context.machine.target, &request).await?;
        Ok(Outcome::Done)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn node(capabilities: &str) -> Node {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut node = Node::new(uuid::Uuid::nil(), "redfish", now);
        let capabilities = json!(capabilities);
        node.properties.insert("capabilities".into(), capabilities);
        node
    }

    #[test]
    fn the_mode_is_set_where_it_is_asked_for_and_differs() {
        let (uefi, legacy) = (Some(BootMode::Uefi), Some(BootMode::Legacy));
        for (capabilities, shown, wanted) in [
            ("cpu_vt:true,boot_mode:bios", uefi, legacy),
            ("boot_mode:uefi", legacy, uefi),
            ("boot_mode:uefi", uefi, None),
            ("boot_mode:bios", None, None),
            ("boot_mode:other", uefi, None),
            ("cpu_vt:true", legacy, None),
        ] {
            assert_eq!(
                mode_to_set(&node(capabilities), shown),
                wanted,
                "{capabilities}"
            );
        }
    }
}
