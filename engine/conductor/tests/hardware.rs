//! What may be asked of a node's hardware, on a real store: VIFs and BIOS settings are kept, and what a driver cannot do is told.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use conductor::Conductor;
use model::{
    BiosSetting, InterfaceKind, Node, Object, Port, ProvisionState, RefusalKind, Step, Verb,
};
use ports::engine::{Engine, EngineError, ProvisionRequest};
use ports::hardware::{FirmwareMode, NodeHardware, VendorAnswer, VendorCall, VifRequest};
use ports::resources::{self, ResourceQuery};
use serde_json::json;
use std::collections::BTreeMap;
use support::{Place, free_node};
use uuid::Uuid;

fn kind(error: EngineError) -> RefusalKind {
    match error {
        EngineError::Refused(refusal) => refusal.kind,
        other => panic!("{other}"),
    }
}

fn vif(id: &str) -> VifRequest {
    VifRequest {
        id: id.to_owned(),
        port: None,
        portgroup: None,
    }
}

async fn add_port(engine: &Conductor, node: Uuid, number: u8) -> Uuid {
    let address = format!("52:54:00:00:00:{number:02x}").parse().unwrap();
    let port = Port::new(Uuid::new_v4(), node, address, chrono::Utc::now());
    engine.create_port(port).await.unwrap().uuid
}

#[tokio::test]
async fn a_vif_is_kept_beside_its_port() {
    let place = Place::new().await;
    let engine = place.conductor();
    let flat = |node: &mut Node| {
        node.interfaces
            .insert(InterfaceKind::Network, "flat".into());
    };
    let node = free_node(&engine, "flat", flat).await;
    let none = engine.attach_vif(node, vif("a")).await.unwrap_err();
    assert_eq!(kind(none), RefusalKind::Invalid, "no port is free");
    let port = add_port(&engine, node, 1).await;
    engine.attach_vif(node, vif("a")).await.unwrap();
    let again = engine.attach_vif(node, vif("a")).await.unwrap_err();
    assert_eq!(kind(again), RefusalKind::WrongState);
    assert_eq!(engine.vifs(node).await.unwrap(), ["a"]);
    let kept = place.store.port(port).await.unwrap().unwrap();
    assert_eq!(kept.internal_info["tenant_vif_port_id"], "a");
    engine.detach_vif(node, "a").await.unwrap();
    assert!(engine.vifs(node).await.unwrap().is_empty());
    let gone = engine.detach_vif(node, "a").await.unwrap_err();
    assert_eq!(kind(gone), RefusalKind::Invalid);

    let noop = free_node(&engine, "noop", |_| {}).await;
    engine.attach_vif(noop, vif("a")).await.unwrap();
    assert!(engine.vifs(noop).await.unwrap().is_empty());
}

async fn settings(place: &Place, node: Uuid) -> BTreeMap<String, Option<String>> {
    let mut query = ResourceQuery {
        node: Some(node),
        ..ResourceQuery::default()
    };
    query.page.limit = 100;
    let found = resources::list::<BiosSetting>(&*place.store, &query).await;
    let all = found.unwrap().into_iter().map(|known| known.resource);
    all.map(|setting| (setting.name, setting.value)).collect()
}

async fn clean(place: &Place, engine: &Conductor, node: Uuid, step: &str, args: Object) {
    let mut request = ProvisionRequest::new(Verb::Clean);
    request.steps = vec![Step {
        interface: "bios".into(),
        step: step.into(),
        args,
        ..Step::default()
    }];
    engine.provision(node, request).await.unwrap();
    loop {
        let state = place.store.node(node).await.unwrap().unwrap();
        if state.provision_state == ProvisionState::Manageable {
            return;
        }
        assert_eq!(state.last_error, None);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn bios_steps_of_fake_hardware_leave_their_settings() {
    let place = Place::new().await;
    let engine = place.conductor();
    let at_rest = |node: &mut Node| node.provision_state = ProvisionState::Manageable;
    let node = free_node(&engine, "n", at_rest).await;
    for (wanted, kept) in [
        (
            json!([{"name": "a", "value": "b"}, {"name": "n", "value": 5}]),
            vec![("a", Some("b")), ("n", Some("5"))],
        ),
        (json!([{"name": "a", "value": "c"}]), vec![("a", Some("c"))]),
    ] {
        let args = json!({ "settings": wanted }).as_object().unwrap().clone();
        clean(&place, &engine, node, "apply_configuration", args).await;
        let kept = kept.into_iter();
        let kept: BTreeMap<_, _> = kept
            .map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
            .collect();
        assert_eq!(settings(&place, node).await, kept);
    }
    clean(&place, &engine, node, "factory_reset", Object::new()).await;
    assert!(settings(&place, node).await.is_empty());
}

#[tokio::test]
async fn what_the_driver_cannot_do_is_told() {
    let place = Place::new().await;
    let engine = place.conductor();
    let node = free_node(&engine, "n", |_| {}).await;
    let nmi = engine.inject_nmi(node).await.unwrap_err();
    assert!(nmi.to_string().contains("inject_nmi"));
    let mode = FirmwareMode::Boot("uefi".into());
    engine.set_firmware_mode(node, mode).await.unwrap();
    let told = place.store.node(node).await.unwrap().unwrap().last_error;
    assert!(told.unwrap().contains("set_boot_mode"));
    engine.set_console(node, true).await.unwrap();
    let console = engine.console(node).await.unwrap();
    assert_eq!((console.enabled, console.access), (true, Some(json!({}))));
    let call = VendorCall {
        http_method: "POST".into(),
        method: "third_method_sync".into(),
        arguments: json!({"bar": "meow"}).as_object().unwrap().clone(),
    };
    let answer = engine.call_vendor(node, call).await.unwrap();
    assert_eq!(answer, VendorAnswer::Value(json!(true)));
    assert_eq!(engine.indicator(node, "system", "led").await.unwrap(), "on");
}
