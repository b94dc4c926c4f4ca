//! What the BMC tells about itself. Parts that a BMC does not have are left out; who asks gets what there is.

use bmc_core::{BmcError, BmcFacts, EthernetFact, Target};

use crate::{
    connection::{Bmc, Resource},
    resources::{Collection, ComputerSystem, EthernetInterface, Link},
    system::describe,
};

/// Everything at once, read anew; also chooses the quirk profile again.
pub(crate) async fn facts(bmc: &Bmc, target: &Target) -> Result<BmcFacts, BmcError> {
    bmc.forget_knowledge();
    let root = bmc.root().await?;
    let system = bmc.system(target).await?;
    let manager = bmc.manager(&system.value).await?;
    let profile = bmc.choose_profile(&system, manager.as_ref()).await?;
    let ethernet = ethernet(bmc, &system).await?;
    let described = describe(&root, &system.value, manager.as_ref());
    let told = |text: String| Some(text).filter(|text| !text.is_empty());
    let Resource { value: system, .. } = system;
    let health = system
        .status
        .and_then(|status| status.health.or(status.health_rollup));
    Ok(BmcFacts {
        vendor: told(described.vendor),
        model: told(described.model),
        serial: system.serial_number,
        sku: system.sku,
        bios_version: system.bios_version,
        bmc_firmware: told(described.bmc_firmware),
        uuid: system.uuid,
        health,
        ethernet,
        redfish_version: root.redfish_version.clone(),
        profile: profile.name,
    })
}

async fn ethernet(
    bmc: &Bmc,
    system: &Resource<ComputerSystem>,
) -> Result<Vec<EthernetFact>, BmcError> {
    let Some(path) = system
        .value
        .ethernet_interfaces
        .as_ref()
        .and_then(Link::path)
    else {
        return Ok(Vec::new());
    };
    let doing = "list the Ethernet interfaces";
    let Some(first) = bmc.get_optional::<Collection>(path, doing).await? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for member in bmc.members_from(first.value, doing).await? {
        let interface = bmc
            .get_optional::<EthernetInterface>(&member, "read an Ethernet interface")
            .await?;
        found.extend(interface.and_then(|resource| fact(&member, resource.value)));
    }
    Ok(found)
}

/// An interface without a readable address (InfiniBand, absent cards) tells nothing that could be used.
fn fact(path: &str, interface: EthernetInterface) -> Option<EthernetFact> {
    let read = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    let mac = read(&interface.mac).or_else(|| read(&interface.permanent_mac))?;
    let last = || path.rsplit('/').next().unwrap_or_default().to_owned();
    Some(EthernetFact {
        name: interface.id.unwrap_or_else(last),
        mac,
        enabled: interface.interface_enabled,
    })
}
