//! Inspection rules at work: an inventory arrives, and node, ports and what is stored are what the rules made of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use agent_wire::InspectionData;
use model::{BootTicket, Guarded, InspectionRule, Node, Port, ProvisionState, Secret};
use ports::blob::BlobKind;
use ports::engine::{AgentOrigin, Engine};
use ports::query::PortQuery;
use ports::resources;
use serde_json::{Value, json};
use support::Place;
use uuid::Uuid;

const NONCE: &str = "the nonce of this boot";
const OLD_MAC: &str = "52:54:00:aa:bb:01";
const NEW_MAC: &str = "52:54:00:aa:bb:02";

/// A node whose machine was booted for an inspection, and waits for its inventory.
async fn waiting(place: &Place) -> Uuid {
    let now = chrono::Utc::now();
    let mut node = Node::new(Uuid::new_v4(), "fake-hardware", now);
    node.name = Some("rack7-3".to_owned());
    node.driver_info = Guarded::new(object(json!({"address": "192.0.2.9"})));
    node.provision_state = ProvisionState::InspectWait;
    node.target_provision_state = Some(ProvisionState::Manageable);
    node.boot = Some(BootTicket {
        nonce: Secret::new(NONCE.to_owned()),
        minted_at: now,
        spent: true,
    });
    let flow = json!({
        "kind": "inspect", "stages": [{"stage": "await_inspection"}], "cursor": 0, "pending": null,
        "wait": {"for": "inspection", "since": now, "deadline": now + chrono::TimeDelta::hours(1), "silence_seconds": null},
        "tries": 1, "boots": 1, "started_at": now, "stage_started_at": now,
        "abort_requested": false, "requested_steps": [], "agent_steps_version": null,
    });
    node.flow = Some(serde_json::from_value(flow).unwrap());
    let engine = place.conductor();
    let uuid = engine.enroll(node).await.unwrap().uuid;
    let port = Port::new(Uuid::new_v4(), uuid, OLD_MAC.parse().unwrap(), now);
    engine.create_port(port).await.unwrap();
    uuid
}

fn object(value: Value) -> model::Object {
    value.as_object().unwrap().clone()
}

fn inventory() -> InspectionData {
    let card = |name: &str, mac: &str| json!({"name": name, "mac_address": mac});
    serde_json::from_value(json!({
        "inventory": {
            "interfaces": [card("eth0", OLD_MAC), card("eth1", NEW_MAC)],
            "cpu": {"count": 16, "architecture": "x86_64"},
            "memory": {"total": 68_719_476_736_u64, "physical_mb": 65536},
            "disks": [], "bmc_address": "192.0.2.9", "boot": {"current_boot_mode": "uefi"},
            "system_vendor": {"manufacturer": "Dell Inc.", "product_name": "R640", "serial_number": "1"},
        },
        "lldp_raw": {},
    }))
    .unwrap()
}

async fn add(place: &Place, priority: i64, conditions: Value, actions: Value) -> InspectionRule {
    let mut rule = InspectionRule::new(Uuid::new_v4(), chrono::Utc::now());
    rule.priority = priority;
    rule.conditions = serde_json::from_value(conditions).unwrap();
    rule.actions = serde_json::from_value(actions).unwrap();
    let change = resources::create(&rule).unwrap();
    place.store.change_resources(vec![change]).await.unwrap();
    rule
}

fn set(path: &str, value: impl Into<Value>) -> Value {
    json!({"op": "set-attribute", "args": {"path": path, "value": value.into()}})
}

/// The node after its inventory arrived.
async fn inspected(place: &Place, node: Uuid) -> Node {
    let origin = AgentOrigin {
        nonce: Some(Secret::new(NONCE.to_owned())),
        from: "192.0.2.50".parse().unwrap(),
        agents_listener: true,
    };
    let engine = place.conductor();
    let told = engine.agent_inspection(inventory(), Some(node), origin);
    told.await.map(|_| ()).unwrap();
    place.store.node(node).await.unwrap().unwrap()
}

async fn ports(place: &Place, node: Uuid) -> Vec<Port> {
    let query = PortQuery {
        node: Some(node),
        page: ports::query::Page {
            limit: 10,
            ..Default::default()
        },
        ..PortQuery::default()
    };
    place.store.ports(&query).await.unwrap()
}

#[tokio::test]
async fn rules_change_node_ports_and_what_is_stored() {
    let place = Place::new().await;
    let node = waiting(&place).await;
    let vendor = "{inventory[system_vendor][manufacturer]}";
    let dell = json!([{"op": "contains", "args": {"value": vendor, "regex": "Dell"}}]);
    let port = |mac: &str| json!({"op": "set-port-attribute", "args": {"port_id": mac, "path": "extra/seen", "value": "{node.uuid}"}});
    let actions = json!([
        set("resource_class", "{node.properties[cpu_arch]}-{inventory[cpu][count]}"),
        set("driver_info/password", "pssst"),
        {"op": "add-trait", "args": {"name": "CUSTOM_DELL"}},
        {"op": "set-plugin-data", "args": {"path": "checked.by", "value": "rules"}},
        port(OLD_MAC),
        port(NEW_MAC),
    ]);
    add(&place, 5, dell, actions).await;
    let hp = json!([{"op": "contains", "args": {"value": vendor, "regex": "HPE"}}]);
    add(&place, 9, hp, json!([set("extra/never", true)])).await;

    let after = inspected(&place, node).await;
    assert_eq!(after.provision_state, ProvisionState::Manageable);
    assert_eq!(after.last_error, None);
    assert_eq!(after.resource_class.as_deref(), Some("x86_64-16"));
    assert_eq!(after.driver_info.text("password"), Some("pssst"));
    assert_eq!(after.driver_info.text("address"), Some("192.0.2.9"));
    assert_eq!(after.traits, ["CUSTOM_DELL"]);
    assert!(after.extra.is_empty());
    assert_eq!(after.properties["memory_mb"], 65536);
    let found = ports(&place, node).await;
    assert_eq!(found.len(), 2);
    for port in found {
        assert_eq!(port.extra["seen"], json!(node), "{}", port.address);
    }
    let hash = after.inventory.unwrap();
    let blob = place.store.blob(BlobKind::Inventory, &hash).await.unwrap();
    let stored: Value = serde_json::from_slice(&blob.unwrap()).unwrap();
    assert_eq!(stored["plugin_data"]["checked"]["by"], "rules");
    assert_eq!(stored["plugin_data"]["macs"], json!([OLD_MAC, NEW_MAC]));
    assert_eq!(stored["inventory"]["cpu"]["count"], 16);
}

#[tokio::test]
async fn a_rule_may_fail_the_inspection() {
    let place = Place::new().await;
    let node = waiting(&place).await;
    add(&place, 5, json!([]), json!([set("extra/first", 1)])).await;
    let fail = json!([{"op": "fail", "args": {"msg": "{inventory[cpu][count]} CPUs are too few"}}]);
    let rule = add(&place, 1, json!([]), fail).await;
    let after = inspected(&place, node).await;
    assert_eq!(after.provision_state, ProvisionState::InspectFailed);
    let why = after.last_error.unwrap();
    assert!(why.contains("16 CPUs are too few"), "{why}");
    assert!(why.contains(&rule.uuid.to_string()), "{why}");
    assert_eq!(after.extra["first"], 1);
    assert_eq!(after.inventory, None);
}

#[tokio::test]
async fn what_stands_against_a_change_fails_the_inspection() {
    for (action, word) in [
        (set("driver", "no-such-driver"), "no-such-driver"),
        (
            set("power_interface", "no-such-interface"),
            "no-such-interface",
        ),
        (set("name", "taken"), "another node"),
        (
            json!({"op": "set-port-attribute", "args": {"port_id": NEW_MAC, "path": "name", "value": "taken-port"}}),
            "another port",
        ),
    ] {
        let place = Place::new().await;
        let other = support::free_node(&place.conductor(), "taken", |_| {}).await;
        let mut port = Port::new(
            Uuid::new_v4(),
            other,
            "52:54:00:00:00:99".parse().unwrap(),
            chrono::Utc::now(),
        );
        port.name = Some("taken-port".to_owned());
        place.conductor().create_port(port).await.unwrap();
        let node = waiting(&place).await;
        add(&place, 5, json!([]), json!([set("extra/first", 1), action])).await;
        let after = inspected(&place, node).await;
        assert_eq!(
            after.provision_state,
            ProvisionState::InspectFailed,
            "{action}"
        );
        let why = after.last_error.unwrap();
        assert!(why.contains(word), "{action}: {why}");
        assert!(after.extra.is_empty(), "nothing of it is kept");
        assert_eq!(after.name.as_deref(), Some("rack7-3"));
    }
}

#[tokio::test]
async fn a_rule_without_a_phase_does_not_run() {
    let place = Place::new().await;
    let node = waiting(&place).await;
    let mut rule = InspectionRule::new(Uuid::new_v4(), chrono::Utc::now());
    rule.phase = None;
    rule.actions = serde_json::from_value(json!([set("extra/a", 1)])).unwrap();
    let change = resources::create(&rule).unwrap();
    place.store.change_resources(vec![change]).await.unwrap();
    let after = inspected(&place, node).await;
    assert_eq!(after.provision_state, ProvisionState::Manageable);
    assert!(after.extra.is_empty());
}
