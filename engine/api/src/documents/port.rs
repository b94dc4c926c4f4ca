//! The port document.

use crate::attributes::link_connection::is_hidden;
use crate::call::Call;
use crate::view::{Shown, View};
use api_types::Link;
use model::{Object, Port};

/// The whole document, as the newest version shows it.
pub(crate) fn full(call: &Call, port: &Port) -> api_types::Port {
    api_types::Port {
        uuid: port.uuid,
        address: port.address.to_string(),
        node_uuid: Some(port.node),
        name: port.name.clone(),
        description: port.description.clone(),
        pxe_enabled: port.pxe_enabled,
        local_link_connection: wiring(call, &port.local_link_connection),
        physical_network: port.physical_network.clone(),
        portgroup_uuid: port.portgroup,
        is_smartnic: port.is_smartnic,
        vendor: port.vendor.clone(),
        category: port.category.clone(),
        available_for_dynamic_portgroup: port.available_for_dynamic_portgroup,
        extra: port.extra.clone(),
        internal_info: port.internal_info.clone(),
        created_at: Some(port.created_at),
        updated_at: port.updated_at,
        links: Link::pair(call.public(), &format!("ports/{}", port.uuid)),
    }
}

/// The wiring; of a VTEP's, versions that do not know it see that there is none.
fn wiring(call: &Call, link: &Object) -> Object {
    match is_hidden(call, link) {
        true => Object::new(),
        false => link.clone(),
    }
}

/// The document, of which only what is shown is written.
pub(crate) fn view<'a>(call: &Call, port: &Port, shown: &'a Shown) -> View<'a, api_types::Port> {
    View {
        document: full(call, port),
        shown,
    }
}
