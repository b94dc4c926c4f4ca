//! The node document: secrets masked, states as the microversion knows them, `reservation` while the engine is at work.

use super::internal_info;
use crate::access::SEE_INSIDE;
use crate::call::Call;
use crate::view::{Shown, View};
use api_types::{Link, Microversion};
use model::{InterfaceKind, Node, Object, ProvisionState};

/// The document as the newest version shows it. What is large is left empty where it is not shown: a list of a thousand summaries is
/// asked for more often than any other.
fn document(call: &Call, node: &Node, shown: &Shown) -> api_types::Node {
    let object = |field: &str, of: &dyn Fn() -> Object| match shown.contains(field) {
        true => of(),
        false => Object::new(),
    };
    let conductor = call.app.engine.conductor_name();
    let path = format!("nodes/{}", node.uuid);
    let sub = |name: &str| match shown.contains(name) {
        true => Link::pair(call.public(), &format!("{path}/{name}")),
        false => Vec::new(),
    };
    let steps = internal_info::current_steps(node);
    let mut document = api_types::Node {
        uuid: node.uuid,
        name: node.name.clone(),
        created_at: Some(node.created_at),
        updated_at: node.updated_at,
        driver: node.driver.clone(),
        driver_info: object("driver_info", &|| node.driver_info.masked()),
        driver_internal_info: object("driver_internal_info", &|| internal_info::of(node)),
        properties: object("properties", &|| node.properties.clone()),
        instance_info: object("instance_info", &|| masked_instance_info(node)),
        instance_uuid: node.instance_uuid.clone(),
        instance_name: node.instance_name.clone(),
        extra: object("extra", &|| node.extra.clone()),
        chassis_uuid: node.chassis,
        power_state: node.power_state.map(|s| s.as_str().to_owned()),
        target_power_state: node.target_power_state.map(|s| s.as_str().to_owned()),
        provision_state: state_word(call.version(), node.provision_state),
        target_provision_state: node.target_provision_state.map(|s| s.as_str().to_owned()),
        provision_updated_at: node.provision_updated_at,
        last_error: node.last_error.clone(),
        maintenance: node.maintenance,
        maintenance_reason: node.maintenance_reason.clone(),
        fault: node.fault.map(|f| f.as_str().to_owned()),
        health: node.health.clone(),
        reservation: node.is_busy().then(|| conductor.to_owned()),
        console_enabled: node.console_enabled,
        boot_mode: node.boot_mode.clone(),
        secure_boot: node.secure_boot,
        clean_step: steps.clean,
        deploy_step: steps.deploy,
        service_step: steps.service,
        raid_config: object("raid_config", &|| node.raid_config.clone()),
        target_raid_config: object("target_raid_config", &|| node.target_raid_config.clone()),
        inspection_started_at: node.inspection_started_at,
        inspection_finished_at: node.inspection_finished_at,
        resource_class: node.resource_class.clone(),
        traits: node.traits.clone(),
        conductor_group: node.conductor_group.clone(),
        conductor: Some(conductor.to_owned()),
        automated_clean: node.automated_clean,
        protected: node.protected,
        protected_reason: node.protected_reason.clone(),
        owner: node.owner.clone(),
        lessee: node.lessee.clone(),
        description: node.description.clone(),
        allocation_uuid: node.allocation,
        retired: node.retired,
        retired_reason: node.retired_reason.clone(),
        network_data: object("network_data", &|| node.network_data.clone()),
        shard: node.shard.clone(),
        parent_node: node.parent_node,
        disable_power_off: node.disable_power_off,
        links: Link::pair(call.public(), &path),
        ports: sub("ports"),
        states: sub("states"),
        portgroups: sub("portgroups"),
        volume: sub("volume"),
        ..api_types::Node::default()
    };
    name_interfaces(node, &mut document);
    if !call.is_allowed(node, SEE_INSIDE) {
        redact(&mut document);
    }
    document
}

fn name_interfaces(node: &Node, document: &mut api_types::Node) {
    let interface = |kind| node.interfaces.get(&kind).cloned();
    document.bios_interface = interface(InterfaceKind::Bios);
    document.boot_interface = interface(InterfaceKind::Boot);
    document.console_interface = interface(InterfaceKind::Console);
    document.deploy_interface = interface(InterfaceKind::Deploy);
    document.firmware_interface = interface(InterfaceKind::Firmware);
    document.inspect_interface = interface(InterfaceKind::Inspect);
    document.management_interface = interface(InterfaceKind::Management);
    document.network_interface = interface(InterfaceKind::Network);
    document.power_interface = interface(InterfaceKind::Power);
    document.raid_interface = interface(InterfaceKind::Raid);
    document.rescue_interface = interface(InterfaceKind::Rescue);
    document.storage_interface = interface(InterfaceKind::Storage);
    document.vendor_interface = interface(InterfaceKind::Vendor);
}

/// What only the owner's users and the fleet's may see: addresses, accounts and names of the infrastructure. The words are Ironic's.
fn redact(document: &mut api_types::Node) {
    let content = |field: &str| {
        let text = format!("** Redacted - requires baremetal:node:get:{field} permission. **");
        Object::from_iter([("content".to_owned(), text.into())])
    };
    document.driver_info = content("driver_info");
    document.driver_internal_info = content("driver_internal_info");
    document.reservation =
        Some("** Redacted - requires baremetal:node:get:reservation permission. **".to_owned());
    document.last_error = Some(REDACTED_ERROR.to_owned());
}

/// What stands in `last_error` for those who may not read it.
pub(crate) const REDACTED_ERROR: &str =
    "** Value Redacted - Requires baremetal:node:get:last_error permission. **";

/// The document, of which only what is shown is written.
pub(crate) fn view<'a>(call: &Call, node: &Node, shown: &'a Shown) -> View<'a, api_types::Node> {
    View {
        document: document(call, node, shown),
        shown,
    }
}

/// A provision state as a version knows it: `available` came with 1.2, `inspect wait` with 1.39.
pub(crate) fn state_word(version: Microversion, state: ProvisionState) -> Option<String> {
    match state {
        ProvisionState::Available if !version.has(2) => None,
        ProvisionState::InspectWait if !version.has(39) => {
            Some(ProvisionState::Inspecting.as_str().to_owned())
        }
        state => Some(state.as_str().to_owned()),
    }
}

/// instance_info, with the config drive and the temporary image URL hidden whatever they are.
pub(crate) fn masked_instance_info(node: &Node) -> Object {
    let mut seen = node.instance_info.masked();
    let mask = || serde_json::Value::from(model::mask::MASK);
    if node.config_drive.is_some() {
        seen.insert("configdrive".to_owned(), mask());
    }
    for key in ["configdrive", "image_url"] {
        if let Some(value) = seen.get_mut(key).filter(|v| !is_empty(v)) {
            *value = mask();
        }
    }
    seen
}

fn is_empty(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Null => true,
        serde_json::Value::String(text) => text.is_empty(),
        serde_json::Value::Object(object) => object.is_empty(),
        _ => false,
    }
}
