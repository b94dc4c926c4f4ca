//! Virtual network interfaces: which port or port group of a node each is attached to. The network interface `flat` keeps that beside the
//! port (`internal_info.tenant_vif_port_id`), `noop` keeps nothing. No networking service is told.

use crate::conductor::Conductor;
use model::{InterfaceKind, Node, Object, Port, Refusal, RefusalKind, ResourceKind};
use ports::engine::EngineError;
use ports::hardware::VifRequest;
use ports::query::Page;
use ports::resources::{ResourceChange, ResourceQuery, StoredResource};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The key in `internal_info`.
const KEY: &str = "tenant_vif_port_id";
const MOST_GROUPS: usize = 256;

/// What one can be attached to.
enum Place {
    Port(Box<Port>),
    Group(StoredResource),
}

impl Place {
    fn uuid(&self) -> Uuid {
        match self {
            Place::Port(port) => port.uuid,
            Place::Group(group) => group.uuid,
        }
    }

    fn noun(&self) -> &'static str {
        match self {
            Place::Port(_) => "port",
            Place::Group(_) => "port group",
        }
    }

    /// What is attached to it.
    fn vif(&self) -> Option<&str> {
        let value = match self {
            Place::Port(port) => port.internal_info.get(KEY),
            Place::Group(group) => group.document.get("internal_info")?.get(KEY),
        };
        value.and_then(Value::as_str)
    }

    /// Whether something else is attached to it; refused when this one is.
    fn is_taken(&self, id: &str) -> Result<bool, Refusal> {
        match self.vif() {
            Some(attached) if attached == id => Err(Refusal::new(
                RefusalKind::WrongState,
                format!(
                    "VIF {id} is attached to {} {} already.",
                    self.noun(),
                    self.uuid()
                ),
            )),
            other => Ok(other.is_some()),
        }
    }
}

fn keeps(node: &Node) -> bool {
    node.interface(InterfaceKind::Network) == "flat"
}

async fn groups(conductor: &Conductor, node: Uuid) -> Result<Vec<StoredResource>, EngineError> {
    let query = ResourceQuery {
        node: Some(node),
        page: Page {
            limit: MOST_GROUPS,
            ..Page::default()
        },
        ..ResourceQuery::default()
    };
    let store = &conductor.inner.store;
    Ok(store.resources(ResourceKind::PortGroup, &query).await?)
}

async fn places(conductor: &Conductor, node: &Node) -> Result<Vec<Place>, EngineError> {
    let ports = conductor.ports_of(node.uuid).await?.into_iter();
    let groups = groups(conductor, node.uuid).await?.into_iter();
    Ok(ports
        .map(|port| Place::Port(Box::new(port)))
        .chain(groups.map(Place::Group))
        .collect())
}

/// The identities of those that are attached.
pub(crate) async fn list(conductor: &Conductor, node: &Node) -> Result<Vec<String>, EngineError> {
    if !keeps(node) {
        return Ok(Vec::new());
    }
    let places = places(conductor, node).await?;
    let attached = places.iter().filter_map(Place::vif);
    Ok(attached.map(str::to_owned).collect())
}

/// Attaches one; the caller holds the node's turn.
pub(crate) async fn attach(
    conductor: &Conductor,
    node: &Node,
    request: &VifRequest,
) -> Result<(), EngineError> {
    if !keeps(node) {
        return Ok(());
    }
    let place = free(places(conductor, node).await?, request)?;
    let place = place.ok_or_else(|| {
        let text = format!(
            "No port or port group of node {} is free for VIF {}; add one, or detach what is attached.",
            node.uuid, request.id
        );
        Refusal::new(RefusalKind::Invalid, text)
    })?;
    write(conductor, place, Some(&request.id)).await
}

/// Detaches one; the caller holds the node's turn.
pub(crate) async fn detach(
    conductor: &Conductor,
    node: &Node,
    id: &str,
) -> Result<(), EngineError> {
    if !keeps(node) {
        return Ok(());
    }
    let mut places = places(conductor, node).await?.into_iter();
    let place = places.find(|place| place.vif() == Some(id));
    let place = place.ok_or_else(|| {
        let text = format!("VIF {id} is not attached to node {}.", node.uuid);
        Refusal::new(RefusalKind::Invalid, text)
    })?;
    write(conductor, place, None).await
}

/// The best free place: a port group rather than a port, a port that the machine boots from rather than another, else the oldest. A group
/// is free while nothing is attached to it or to any of its ports; its ports are free by themselves only after that.
fn free(places: Vec<Place>, request: &VifRequest) -> Result<Option<Place>, Refusal> {
    let (mut ports, mut groups) = (Vec::new(), Vec::new());
    let mut split = BTreeSet::new();
    for place in places {
        let wanted = match &place {
            Place::Port(_) => request.port.as_deref(),
            Place::Group(_) => request.portgroup.as_deref(),
        };
        let is_wanted = wanted.is_none_or(|uuid| uuid == place.uuid().to_string());
        match place {
            _ if !is_wanted => {}
            Place::Port(port) => {
                let place = Place::Port(port.clone());
                match place.is_taken(&request.id)? {
                    true => split.extend(port.portgroup),
                    false => ports.push(port),
                }
            }
            Place::Group(group) => groups.push(Place::Group(group)),
        }
    }
    if request.port.is_none() {
        for group in groups {
            let uuid = group.uuid();
            let has_ports = ports.iter().any(|port| port.portgroup == Some(uuid));
            if !group.is_taken(&request.id)? && has_ports && !split.contains(&uuid) {
                return Ok(Some(group));
            }
        }
    }
    // Ironic gives a named port of a group to nobody while the group is whole.
    ports.retain(|port| match port.portgroup {
        None => request.portgroup.is_none(),
        Some(group) => request.portgroup.is_none() && split.contains(&group),
    });
    ports.sort_by_key(|port| !port.pxe_enabled);
    Ok(ports.into_iter().next().map(Place::Port))
}

async fn write(conductor: &Conductor, place: Place, id: Option<&str>) -> Result<(), EngineError> {
    let set = |info: &mut Object| match id {
        Some(id) => {
            info.insert(KEY.to_owned(), json!(id));
        }
        None => {
            info.remove(KEY);
        }
    };
    let store = &conductor.inner.store;
    match place {
        Place::Port(mut port) => {
            set(&mut port.internal_info);
            port.updated_at = Some(conductor.now());
            store.update_port(*port).await?;
        }
        Place::Group(mut group) => {
            if let Value::Object(document) = &mut group.document {
                let info = document.entry("internal_info").or_insert_with(|| json!({}));
                if let Value::Object(info) = info {
                    set(info);
                }
            }
            store
                .change_resources(vec![ResourceChange::Update(group)])
                .await?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use model::MacAddress;

    fn port(number: u8, group: Option<u128>, vif: Option<&str>) -> Place {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let address: MacAddress = format!("52:54:00:00:00:{number:02x}").parse().unwrap();
        let uuid = Uuid::from_u128(number.into());
        let mut port = Port::new(uuid, Uuid::nil(), address, now);
        port.portgroup = group.map(Uuid::from_u128);
        port.pxe_enabled = number > 1;
        if let Some(vif) = vif {
            port.internal_info.insert(KEY.into(), json!(vif));
        }
        Place::Port(Box::new(port))
    }

    fn group(number: u128, vif: Option<&str>) -> Place {
        Place::Group(StoredResource {
            kind: ResourceKind::PortGroup,
            uuid: Uuid::from_u128(number),
            node: None,
            unique: Vec::new(),
            revision: 0,
            document: json!({"internal_info": {KEY: vif}}),
        })
    }

    fn chosen(places: Vec<Place>, port: Option<u128>, group: Option<u128>) -> Option<u128> {
        let text = |number: u128| Uuid::from_u128(number).to_string();
        let request = VifRequest {
            id: "new".into(),
            port: port.map(text),
            portgroup: group.map(text),
        };
        let place = free(places, &request).unwrap();
        place.map(|place| place.uuid().as_u128())
    }

    #[test]
    fn groups_go_before_ports_and_booting_ports_before_others() {
        let ports = || vec![port(1, None, None), port(2, None, None)];
        assert_eq!(chosen(ports(), None, None), Some(2));
        assert_eq!(chosen(ports(), Some(1), None), Some(1));
        assert_eq!(chosen(ports(), Some(9), None), None);
        assert_eq!(chosen(vec![port(2, None, Some("x"))], None, None), None);
        let grouped = || vec![port(1, Some(7), None), port(2, None, None), group(7, None)];
        assert_eq!(chosen(grouped(), None, None), Some(7));
        assert_eq!(chosen(grouped(), None, Some(7)), Some(7));
        assert_eq!(chosen(grouped(), None, Some(8)), None);
        assert_eq!(chosen(vec![group(7, None)], None, None), None);
    }

    #[test]
    fn a_group_of_which_a_port_is_taken_gives_its_other_ports() {
        let places = || {
            vec![
                port(1, Some(7), None),
                port(3, Some(7), Some("x")),
                group(7, None),
            ]
        };
        assert_eq!(chosen(places(), None, None), Some(1));
        assert_eq!(chosen(places(), None, Some(7)), None);
    }

    #[test]
    fn the_same_one_is_not_attached_twice() {
        let request = VifRequest {
            id: "x".into(),
            port: None,
            portgroup: None,
        };
        let refusal = free(vec![port(1, None, Some("x"))], &request)
            .err()
            .unwrap();
        assert_eq!(refusal.kind, RefusalKind::WrongState);
    }
}
