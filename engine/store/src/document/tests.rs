//! What is written reads back the same, whatever a client put into the free-form fields.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::key::SealingKey;
use model::{
    AgentLink, BootTicket, Fault, Flow, FlowKind, Guarded, InterfaceKind, Object, Phase,
    PowerState, PowerTarget, ProvisionState, Secret, Stage, Step, Timestamp, Wait, WaitFor,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::json;
use std::sync::LazyLock;

static SEALER: LazyLock<Sealer> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    Sealer::new(SealingKey::load_or_create(&folder.path().join("key")).unwrap())
});

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any::<String>(),
        1 => prop::sample::select(vec!["redfish_password", "token", "$sealed", "$$sealed", "my_Secret", "configdrive", "v", ""])
            .prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!({"$sealed": "k1:AAAA"})),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Object> {
    vec((key(), value()), 0..4).prop_map(|pairs| pairs.into_iter().collect())
}

fn text() -> impl Strategy<Value = Option<String>> {
    option::of(any::<String>())
}

fn uuid() -> impl Strategy<Value = Option<Uuid>> {
    option::of(any::<u128>().prop_map(Uuid::from_u128))
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0i64..253_402_300_799, 0u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| Timestamp::from_timestamp(seconds, nanos).unwrap())
}

fn state() -> impl Strategy<Value = ProvisionState> {
    prop::sample::select(ProvisionState::ALL)
}

fn power() -> impl Strategy<Value = PowerState> {
    prop::sample::select(vec![PowerState::On, PowerState::Off, PowerState::Error])
}

fn step() -> impl Strategy<Value = Step> {
    (
        any::<String>(),
        any::<String>(),
        object(),
        any::<i64>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(interface, step, args, priority, abortable, reboot_requested)| Step {
                interface,
                step,
                args,
                priority,
                abortable,
                reboot_requested,
            },
        )
}

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        Just(Stage::ReadPower),
        Just(Stage::Hold {
            step: Step::default()
        }),
        (power(), any::<u32>(), any::<bool>()).prop_map(|(target, grace_seconds, soft)| {
            Stage::SetPower {
                target,
                grace_seconds,
                soft,
            }
        }),
        step().prop_map(|step| Stage::AgentStep {
            phase: Phase::Service,
            step
        }),
    ]
}

fn flow() -> impl Strategy<Value = Flow> {
    let kind = prop_oneof![
        Just(FlowKind::Deploy),
        prop::sample::select(PowerTarget::ALL).prop_map(FlowKind::Power)
    ];
    let wait = (time(), time(), option::of(any::<u32>())).prop_map(
        |(since, deadline, silence_seconds)| Wait {
            on: WaitFor::Step,
            since,
            deadline,
            silence_seconds,
        },
    );
    (
        kind,
        vec(stage(), 0..3),
        option::of(wait),
        vec(step(), 0..2),
        option::of(value()),
        time(),
        any::<u8>(),
    )
        .prop_map(
            |(kind, stages, wait, requested_steps, agent_steps_version, at, small)| Flow {
                kind,
                stages,
                cursor: small.into(),
                pending: (small % 2 == 0).then(|| model::EffectId {
                    node: Uuid::nil(),
                    number: small.into(),
                }),
                wait,
                tries: small.into(),
                boots: small.into(),
                started_at: at,
                stage_started_at: at,
                came_early: false,
                abort_requested: small % 3 == 0,
                requested_steps,
                asker: None,
                agent_steps_version: agent_steps_version.filter(|version| !version.is_null()),
            },
        )
}

fn agent() -> impl Strategy<Value = AgentLink> {
    (any::<String>(), text(), text(), text(), time()).prop_map(
        |(token, url, certificate, version, since)| AgentLink {
            token: Secret::new(token),
            url,
            certificate,
            version,
            since,
        },
    )
}

fn ticket() -> impl Strategy<Value = BootTicket> {
    (any::<String>(), time(), any::<bool>()).prop_map(|(nonce, minted_at, spent)| BootTicket {
        nonce: Secret::new(nonce),
        minted_at,
        spent,
    })
}

prop_compose! {
    fn node()(
        objects in vec(object(), 7),
        texts in vec(text(), 17),
        uuids in vec(uuid(), 4),
        times in vec(option::of(time()), 5),
        flags in vec(any::<bool>(), 6),
        maybe in vec(option::of(any::<bool>()), 2),
        states in (state(), option::of(state()), option::of(power()), option::of(power())),
        flows in vec(option::of(flow()), 2),
        agent in option::of(agent()),
        boot in option::of(ticket()),
        traits in vec(any::<String>(), 0..3),
        next_effect in any::<u64>(),
    ) -> Node {
        let mut node = Node::new(uuids[0].unwrap_or_default(), texts[0].as_deref().unwrap_or_default(), times[0].unwrap_or_default());
        let [driver_info, properties, instance_info, extra, network_data, raid, target_raid] = objects.try_into().unwrap();
        node.driver_info = Guarded::new(driver_info);
        node.instance_info = Guarded::new(instance_info);
        (node.properties, node.extra, node.network_data) = (properties, extra, network_data);
        (node.raid_config, node.target_raid_config) = (raid, target_raid);
        node.interfaces = InterfaceKind::ALL.iter().filter_map(|kind| Some((*kind, texts[1].clone()?))).collect();
        let mut text = texts.into_iter().skip(2);
        for slot in [
            &mut node.name, &mut node.instance_uuid, &mut node.instance_name, &mut node.resource_class, &mut node.shard,
            &mut node.owner, &mut node.lessee, &mut node.description, &mut node.protected_reason, &mut node.retired_reason,
            &mut node.maintenance_reason, &mut node.last_error, &mut node.boot_mode, &mut node.health, &mut node.inventory,
        ] {
            *slot = text.next().unwrap();
        }
        node.config_drive = node.inventory.clone();
        node.conductor_group = node.shard.clone().unwrap_or_default();
        (node.chassis, node.allocation, node.parent_node) = (uuids[1], uuids[2], uuids[3]);
        (node.updated_at, node.provision_updated_at) = (times[1], times[2]);
        (node.inspection_started_at, node.inspection_finished_at) = (times[3], times[4]);
        (node.disable_power_off, node.protected, node.retired) = (flags[0], flags[1], flags[2]);
        (node.maintenance, node.console_enabled) = (flags[3], flags[4]);
        (node.automated_clean, node.secure_boot) = (maybe[0], maybe[1]);
        node.fault = flags[5].then_some(Fault::RescueAbort);
        (node.provision_state, node.target_provision_state, node.power_state, node.target_power_state) = states;
        let [flow, errand] = flows.try_into().unwrap();
        (node.flow, node.errand, node.agent, node.boot) = (flow, errand, agent, boot);
        (node.traits, node.next_effect) = (traits, next_effect);
        node
    }
}

proptest! {
    #[test]
    fn a_node_reads_back_the_same(node in node()) {
        let text = SEALER.write_node(&node).unwrap();
        let read = SEALER.read_node(node.uuid, &text).unwrap();
        prop_assert!(read == node);
    }

    #[test]
    fn a_port_reads_back_the_same(extra in object(), internal in object(), name in text(), flag in any::<bool>()) {
        let mut port = Port::new(Uuid::nil(), Uuid::nil(), model::MacAddress::new([2; 6]), Timestamp::UNIX_EPOCH);
        (port.extra, port.internal_info, port.name) = (extra, internal, name);
        (port.pxe_enabled, port.is_smartnic, port.available_for_dynamic_portgroup) = (flag, !flag, flag);
        let text = SEALER.write_port(&port).unwrap();
        prop_assert_eq!(SEALER.read_port(port.uuid, &text).unwrap(), port);
    }

    #[test]
    fn damaged_documents_are_refused_and_never_panic(text in any::<String>(), value in value()) {
        let _ = SEALER.read_node(Uuid::nil(), &text);
        let _ = SEALER.read_node(Uuid::nil(), &json!({"v": 1, "node": value}).to_string());
        let unversioned = SEALER.read_node(Uuid::nil(), &json!({"node": value}).to_string());
        prop_assert!(unversioned.is_err());
    }
}

fn bare() -> Node {
    Node::new(Uuid::nil(), "fake", Timestamp::UNIX_EPOCH)
}

#[test]
fn token_and_nonce_are_sealed() {
    let mut node = bare();
    node.agent = Some(AgentLink {
        token: Secret::new("agent-canary".to_owned()),
        url: None,
        certificate: None,
        version: None,
        since: Timestamp::UNIX_EPOCH,
    });
    node.boot = Some(BootTicket {
        nonce: Secret::new("boot-canary".to_owned()),
        minted_at: Timestamp::UNIX_EPOCH,
        spent: false,
    });
    let text = SEALER.write_node(&node).unwrap();
    assert!(!text.contains("canary"));
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(value["node"]["agent"]["token"]["$sealed"].is_string());
    assert!(value["node"]["boot"]["nonce_token"]["$sealed"].is_string());
}

#[test]
fn fields_of_a_newer_engine_are_passed_over_but_not_a_newer_version() {
    let mut value: Value = serde_json::from_str(&SEALER.write_node(&bare()).unwrap()).unwrap();
    value["node"]["invented"] = json!({"x": 1});
    value["invented"] = json!(true);
    assert_eq!(
        SEALER.read_node(Uuid::nil(), &value.to_string()).unwrap(),
        bare()
    );
    value["v"] = json!(2);
    let error = SEALER
        .read_node(Uuid::nil(), &value.to_string())
        .unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("newer engine"), "{source}");
}

#[test]
fn fields_that_an_older_engine_did_not_write_get_their_default() {
    let text = json!({"v": 1, "node": {
        "uuid": Uuid::nil(), "driver": "fake", "created_at": "1970-01-01T00:00:00Z", "provision_state": "enroll", "next_effect": 1,
    }});
    assert_eq!(
        SEALER.read_node(Uuid::nil(), &text.to_string()).unwrap(),
        bare()
    );
}

#[test]
fn errors_do_not_quote_the_document() {
    let text = json!({"v": 1, "node": {"uuid": "a-secret-thing", "driver": 5}}).to_string();
    let error = SEALER.read_node(Uuid::nil(), &text).unwrap_err();
    assert!(!format!("{error:?}").contains("a-secret-thing"));
}

#[test]
fn the_usual_node_is_read_in_one_pass_and_others_are_not() {
    let usual = |change: &dyn Fn(&mut Node)| {
        let created_at = Timestamp::from_timestamp(1, 0).unwrap();
        let mut node = Node::new(Uuid::from_u128(7), "redfish", created_at);
        let info = json!({"redfish_password": "x", "redfish_username": "root"});
        node.driver_info = Guarded::new(info.as_object().unwrap().clone());
        change(&mut node);
        let text = SEALER.write_node(&node).unwrap();
        let read = SEALER.read_usual_node(node.uuid, &text);
        assert!(read.as_ref().is_none_or(|read| *read == node));
        assert_eq!(SEALER.read_node(node.uuid, &text).unwrap(), node);
        read.is_some()
    };
    assert!(usual(&|_| {}));
    assert!(usual(&|node| node.name = Some("a".into())));
    let secret = json!({"my_secret": 1}).as_object().unwrap().clone();
    assert!(!usual(&|node| node.extra = secret.clone()));
    assert!(!usual(&|node| node.description = Some("$sealed".into())));
}
