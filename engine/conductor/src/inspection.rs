//! What an inspection's inventory means for the node: ports, properties, boot mode. Ironic's hooks validate-interfaces, ports and
//! architecture, with Metal3's settings (add all ports, keep present ones).

use crate::conductor::Conductor;
use crate::digest;
use crate::quoted::quoted;
use crate::turn::CONFLICT_ATTEMPTS;
use agent_wire::{InspectionData, Interface};
use lifecycle::{Fact, Inspected, RuleResults};
use model::{MacAddress, Node, Object, Port, RefusalKind};
use ports::blob::{Blob, BlobKind};
use ports::engine::{AgentOrigin, AgentRefusal, EngineError};
use ports::store::StoreError;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use tracing::{Instrument, info_span};
use uuid::Uuid;

/// No machine has more.
const MOST_INTERFACES: usize = 128;
const GIB: u64 = 1 << 30;
/// Ironic's rule for the root disk when there is no hint: the smallest of at least 4 GiB.
const SMALLEST_ROOT: u64 = 4 * GIB;

impl Conductor {
    pub(crate) async fn inspection_came(
        &self,
        data: InspectionData,
        named: Option<Uuid>,
        origin: &AgentOrigin,
    ) -> Result<Node, AgentRefusal> {
        if data.inventory.interfaces.len() > MOST_INTERFACES {
            return Err(AgentRefusal::Invalid(format!(
                "the inventory has more than {MOST_INTERFACES} interfaces"
            )));
        }
        let addresses: Vec<MacAddress> = usable(&data).into_iter().map(|(mac, _)| mac).collect();
        let node = self
            .node_of_agent(&addresses, named, origin)
            .await?
            .ok_or(AgentRefusal::NotFound)?;
        self.check_boot(&node, origin)?;
        let span = info_span!(parent: None, "turn", node = %node.uuid, event = "inspected");
        match self.inspected(node.uuid, &data).instrument(span).await {
            Ok(node) => Ok(node),
            Err(EngineError::Refused(refusal)) if refusal.kind == RefusalKind::Busy => {
                Err(AgentRefusal::Busy)
            }
            Err(EngineError::Refused(_)) => Err(AgentRefusal::NotFound),
            Err(error) => Err(error.into()),
        }
    }

    /// The turn of an inventory: what was found, what the rules make of it and the decision, in one hold of the node.
    async fn inspected(&self, node: Uuid, data: &InspectionData) -> Result<Node, EngineError> {
        let _turn = self.inner.nodes.lock(node).await;
        for _ in 0..CONFLICT_ATTEMPTS {
            let before = self.load(node).await?;
            let (found, blob) = self.found(&before, data).await?;
            let fact = Fact::Inspected(found);
            match self.decided(before, &fact, vec![blob], &mut None).await {
                Err(EngineError::Store(StoreError::Conflict)) => {}
                other => return other,
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn found(
        &self,
        node: &Node,
        data: &InspectionData,
    ) -> Result<(Inspected, Blob), EngineError> {
        let interfaces = usable(data);
        let told = data.error.as_deref().filter(|text| !text.is_empty());
        let mut error = told.map(quoted);
        if interfaces.is_empty() {
            error =
                error.or_else(|| Some("no network interface with a MAC address was found".into()));
        }
        let boot_mac = pxe_mac(data);
        let mut new_ports = Vec::new();
        for (mac, _) in &interfaces {
            match self.inner.store.port_by_address(*mac).await? {
                // As in Ironic: the port stays where it is, and the inspection goes on.
                Some(port) if port.node != node.uuid => {
                    tracing::warn!(node = %node.uuid, %mac, other = %port.node, "an inspected MAC address belongs to another node; no port is added");
                }
                Some(_) => {}
                None => {
                    let mut port = Port::new(self.fresh_uuid(), node.uuid, *mac, self.now());
                    port.pxe_enabled = boot_mac.is_none_or(|boot| boot == *mac);
                    new_ports.push(port);
                }
            }
        }
        let mut found = Inspected {
            inventory: String::new(),
            properties: properties(data),
            boot_mode: data.inventory.boot.current_boot_mode.clone(),
            new_ports,
            error,
            rules: RuleResults::default(),
        };
        let document = document(data, &interfaces, boot_mac);
        let document = self.run_rules(node, &mut found, document).await?;
        let text = document.to_string().into_bytes();
        let kept = |text: Vec<u8>| digest::blob(BlobKind::Inventory, text);
        let blob = digest::aside(text.len(), move || kept(text)).await?;
        found.inventory = blob.hash.clone();
        Ok((found, blob))
    }
}

/// Interfaces that count: not loopback, with a proper MAC address, each address once (a bond shares its member's).
fn usable(data: &InspectionData) -> Vec<(MacAddress, &Interface)> {
    let mut seen = BTreeSet::new();
    data.inventory
        .interfaces
        .iter()
        .filter(|interface| interface.name != "lo")
        .filter_map(|interface| {
            let mac: MacAddress = interface.mac_address.as_deref()?.parse().ok()?;
            (!mac.is_zero() && seen.insert(mac)).then_some((mac, interface))
        })
        .collect()
}

fn pxe_mac(data: &InspectionData) -> Option<MacAddress> {
    data.inventory.boot.pxe_interface.as_deref()?.parse().ok()
}

fn properties(data: &InspectionData) -> Object {
    let inventory = &data.inventory;
    let mut properties = Object::new();
    if let Some(architecture) = &inventory.cpu.architecture {
        properties.insert("cpu_arch".into(), json!(architecture));
    }
    if inventory.cpu.count > 0 {
        properties.insert("cpus".into(), json!(inventory.cpu.count));
    }
    if let Some(memory) = inventory.memory.physical_mb {
        properties.insert("memory_mb".into(), json!(memory));
    }
    if let Some(size) = root_disk_size(data) {
        properties.insert("local_gb".into(), json!((size / GIB).saturating_sub(1)));
    }
    if let Some(vendor) = &inventory.system_vendor.manufacturer {
        properties.insert("vendor".into(), json!(vendor));
    }
    properties
}

fn root_disk_size(data: &InspectionData) -> Option<u64> {
    let chosen = data.root_disk.as_ref().map(|disk| disk.size);
    chosen.or_else(|| {
        let sizes = data.inventory.disks.iter().map(|disk| disk.size);
        sizes.filter(|size| *size >= SMALLEST_ROOT).min()
    })
}

/// What `GET nodes/{node}/inventory` answers: `{inventory, plugin_data}`. Logs are left out: they are kept apart.
fn document(
    data: &InspectionData,
    interfaces: &[(MacAddress, &Interface)],
    boot_mac: Option<MacAddress>,
) -> Value {
    let by_name: Map<String, Value> = interfaces
        .iter()
        .map(|(mac, interface)| {
            let mut fields = serde_json::to_value(interface).unwrap_or_default();
            fields["pxe_enabled"] = json!(boot_mac.is_none_or(|boot| boot == *mac));
            (interface.name.clone(), fields)
        })
        .collect();
    let macs: Vec<String> = interfaces.iter().map(|(mac, _)| mac.to_string()).collect();
    let mut plugin_data = data.extra.clone();
    plugin_data.insert("all_interfaces".into(), Value::Object(by_name.clone()));
    plugin_data.insert("valid_interfaces".into(), Value::Object(by_name));
    plugin_data.insert("macs".into(), json!(macs));
    plugin_data.insert("root_disk".into(), json!(data.root_disk));
    plugin_data.insert("configuration".into(), json!(data.configuration));
    json!({"inventory": data.inventory, "plugin_data": plugin_data})
}
