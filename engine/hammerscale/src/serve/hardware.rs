//! The hardware types that are enabled, with their drivers. The one place that knows which driver serves which type.

use crate::config::Settings;
use anyhow::{Result, bail};
use bmc_redfish::{Options, RedfishDriver};
use conductor::hardware::{Catalogue, FakeHardware, HardwareType, RedfishHardware};
use std::sync::Arc;

pub(crate) fn catalogue(settings: &Settings) -> Result<Catalogue> {
    let mut types: Vec<Box<dyn HardwareType>> = Vec::new();
    for name in &settings.enabled_hardware_types {
        match name.as_str() {
            "fake-hardware" => types.push(Box::new(FakeHardware::default())),
            "redfish" => types.push(Box::new(RedfishHardware::new(Arc::new(redfish(settings))))),
            other => {
                bail!("hardware.enabled_types: '{other}' is not a hardware type of this engine")
            }
        }
    }
    let defaults = settings
        .default_interfaces
        .iter()
        .map(|(kind, name)| (*kind, name.as_str().to_owned()))
        .collect();
    Ok(Catalogue::new(types).with_defaults(defaults))
}

fn redfish(settings: &Settings) -> RedfishDriver {
    let bmc = settings.bmc.clone();
    let mut options = Options::checked_by(Arc::new(move |address| bmc.permits(address)));
    options.connect_timeout = settings.bmc.connect_timeout;
    options.read_timeout = settings.bmc.read_timeout;
    RedfishDriver::new(options)
}
