//! The node document: secrets masked, states as the microversion knows them, `reservation` while the engine is at work.

use super::internal_info;
use crate::access::SEE_INSIDE;
use crate::call::Call;
use crate::view::{Shown, View};
use api_types::{Link, Microversion};
use model::{Guarded, InterfaceKind, Node, Object, ProvisionState};
use std::collections::BTreeMap;

/// The document as the newest version shows it. The node's own values become the document's: nothing is copied.
fn document(call: &Call, mut node: Node, shown: &Shown) -> api_types::Node {
    let allowed = call.is_allowed(&node, SEE_INSIDE);
    let internal_info = match shown.contains("driver_internal_info") {
        true => internal_info::of(&node),
        false => Object::new(),
    };
    let steps = internal_info::current_steps(&node);
    let busy = node.is_busy();
    let interfaces = std::mem::take(&mut node.interfaces);
    let conductor = call.app.engine.conductor_name();
    let path = format!("nodes/{}", node.uuid);
    let sub = |name: &str| match shown.contains(name) {
        true => Link::pair(call.public(), &[&path, "/", name].concat()),
        false => Vec::new(),
    };
    let mut document = api_types::Node {
        uuid: node.uuid,
        name: node.name,
        created_at: Some(node.created_at),
        updated_at: node.updated_at,
        driver: node.driver,
        driver_info: node.driver_info.into_masked(),
        driver_internal_info: internal_info,
        properties: node.properties,
        instance_info: masked_instance_info(node.instance_info, node.config_drive.is_some()),
        instance_uuid: node.instance_uuid,
        instance_name: node.instance_name,
        extra: node.extra,
        chassis_uuid: node.chassis,
        power_state: node.power_state.map(|s| s.as_str().to_owned()),
        target_power_state: node.target_power_state.map(|s| s.as_str().to_owned()),
        provision_state: state_word(call.version(), node.provision_state),
        target_provision_state: node.target_provision_state.map(|s| s.as_str().to_owned()),
        provision_updated_at: node.provision_updated_at,
        last_error: node.last_error,
        maintenance: node.maintenance,
        maintenance_reason: node.maintenance_reason,
        fault: node.fault.map(|f| f.as_str().to_owned()),
        health: node.health,
        reservation: busy.then(|| conductor.to_owned()),
        console_enabled: node.console_enabled,
        boot_mode: node.boot_mode,
        secure_boot: node.secure_boot,
        clean_step: steps.clean,
        deploy_step: steps.deploy,
        service_step: steps.service,
        raid_config: node.raid_config,
        target_raid_config: node.target_raid_config,
        inspection_started_at: node.inspection_started_at,
        inspection_finished_at: node.inspection_finished_at,
        resource_class: node.resource_class,
        traits: node.traits,
        conductor_group: node.conductor_group,
        conductor: Some(conductor.to_owned()),
        automated_clean: node.automated_clean,
        protected: node.protected,
        protected_reason: node.protected_reason,
        owner: node.owner,
        lessee: node.lessee,
        description: node.description,
        allocation_uuid: node.allocation,
        retired: node.retired,
        retired_reason: node.retired_reason,
        network_data: node.network_data,
        shard: node.shard,
        parent_node: node.parent_node,
        disable_power_off: node.disable_power_off,
        links: Link::pair(call.public(), &path),
        ports: sub("ports"),
        states: sub("states"),
        portgroups: sub("portgroups"),
        volume: sub("volume"),
        ..api_types::Node::default()
    };
    name_interfaces(interfaces, &mut document);
    if !allowed {
        redact(&mut document);
    }
    document
}

fn name_interfaces(mut named: BTreeMap<InterfaceKind, String>, document: &mut api_types::Node) {
    let mut interface = |kind| named.remove(&kind);
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
pub(crate) fn view<'a>(call: &Call, node: Node, shown: &'a Shown) -> View<'a, api_types::Node> {
    View {
        document: document(call, node, shown),
        shown,
    }
}

/// The node as a patch has left it: Ironic answers before it gives back the lock that the patch took, and so the lock is shown.
pub(crate) fn patched<'a>(call: &Call, node: Node, shown: &'a Shown) -> View<'a, api_types::Node> {
    let mut view = view(call, node, shown);
    let conductor = call.app.engine.conductor_name();
    let held = &mut view.document.reservation;
    held.get_or_insert_with(|| conductor.to_owned());
    view
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
pub(crate) fn masked_instance_info(info: Guarded, has_config_drive: bool) -> Object {
    let mut seen = info.into_masked();
    let mask = || serde_json::Value::from(model::mask::MASK);
    if has_config_drive {
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
