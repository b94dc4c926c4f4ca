//! Doors for the fuzz targets in `fuzz/`: bodies as a BMC may send them, read as the driver reads them. Not an API, and nothing
//! of the driver goes through it.

use bmc_core::{BmcMessage, Secret};
use serde::de::DeserializeOwned;

use crate::{
    resources::{
        ActionInfo, Collection, ComputerSystem, EthernetInterface, Link, Manager, ServiceRoot,
        SystemSettings,
    },
    system::describe,
    vendors,
};

/// What an error body says, as it would be shown to a person who logged in with this password.
pub fn quoted(body: &[u8], password: &str) -> BmcMessage {
    crate::message::quote(body, Some(&Secret::from(password)))
}

/// Reads a body as each resource. What comes back: the paths that would be followed, and the texts that would be shown.
pub fn resources(body: &[u8]) -> (Vec<String>, Vec<String>) {
    let root: ServiceRoot = read(body);
    let system: ComputerSystem = read(body);
    let settings: SystemSettings = read(body);
    let manager: Manager = read(body);
    let collection: Collection = read(body);
    let interface: EthernetInterface = read(body);
    let allowed = read::<ActionInfo>(body).allowed("ResetType");
    let mut links: Vec<&Link> = collection.members.iter().collect();
    links.extend(
        [&root.systems, &root.managers, &system.ethernet_interfaces]
            .into_iter()
            .flatten(),
    );
    let mut paths: Vec<&str> = links.into_iter().filter_map(Link::path).collect();
    paths.extend(system.manager_path());
    paths.extend(system.settings_object().map(|(path, _)| path));
    let paths = paths.into_iter().map(str::to_owned).collect();
    let described = describe(&root, &system, Some(&manager));
    let _ = vendors::choose(&described);
    let mut shown = vec![
        described.vendor,
        described.service,
        described.model,
        described.bmc_firmware,
    ];
    shown.extend(allowed.into_iter().flatten());
    let boots = [system.boot, settings.boot].into_iter().flatten();
    shown.extend(boots.flat_map(|boot| boot.targets_allowed.into_iter().flatten()));
    shown.extend(
        [
            system.uuid,
            system.sku,
            system.serial_number,
            system.bios_version,
        ]
        .into_iter()
        .flatten(),
    );
    shown.extend(
        [
            system.power_state,
            interface.id,
            interface.mac,
            interface.permanent_mac,
        ]
        .into_iter()
        .flatten(),
    );
    (paths, shown)
}

fn read<T: DeserializeOwned + Default>(body: &[u8]) -> T {
    serde_json::from_slice(body).unwrap_or_default()
}
