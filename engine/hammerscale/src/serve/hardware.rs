//! The hardware types that are enabled, with their drivers. The one place that knows which driver serves which type.

use crate::adapters::system::{SystemClock, SystemEntropy};
use crate::config::Settings;
use anyhow::{Result, bail};
use bmc_redfish::{Options, RedfishDriver};
use conductor::hardware::{
    Catalogue, FakeDelays, FakeHardware, HardwareType, IdracHardware, IpmiHardware,
    ManualManagement, RedfishHardware,
};
use std::sync::Arc;

pub(crate) fn catalogue(settings: &Settings) -> Result<Catalogue> {
    // One driver for all that speak Redfish: a BMC has few sessions.
    let redfish: Arc<dyn bmc_core::Driver> = Arc::new(redfish(settings));
    let mut types: Vec<Box<dyn HardwareType>> = Vec::new();
    for name in &settings.enabled_hardware_types {
        match name.as_str() {
            "fake-hardware" => types.push(Box::new(fake(settings)?)),
            "redfish" => types.push(Box::new(RedfishHardware::new(redfish.clone()))),
            "idrac" => types.push(Box::new(IdracHardware::new(redfish.clone()))),
            "manual-management" => types.push(Box::new(ManualManagement::default())),
            "ipmi" => types.push(Box::new(IpmiHardware)),
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

fn fake(settings: &Settings) -> Result<FakeHardware> {
    let entropy = Arc::new(SystemEntropy::new()?);
    let delays = FakeDelays::new(settings.fake_delays.clone(), Arc::new(SystemClock), entropy);
    Ok(FakeHardware::with_delays(delays))
}

fn redfish(settings: &Settings) -> RedfishDriver {
    let bmc = settings.bmc.clone();
    let mut options = Options::checked_by(Arc::new(move |address| bmc.permits(address)));
    options.connect_timeout = settings.bmc.connect_timeout;
    options.read_timeout = settings.bmc.read_timeout;
    RedfishDriver::new(options)
}
