//! Machines whose deployed system is a ramdisk or a bootable medium: what they are given when they ask the network, from before the
//! deployment to after its end, and by an engine that has just been started.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use conductor::hardware::ManualManagement;
use conductor::{Conductor, OwnRamdisk, RamdiskSettings, Settings};
use model::boot::{BootWhat, KernelArgs};
use model::{Guarded, InterfaceKind, MacAddress, Node, Port, ProvisionState, Verb};
use ports::engine::{Engine, EngineError, ProvisionRequest};
use ports::hardware::Validation;
use ports::netboot::BootDirectory;
use serde_json::{Value, json};
use support::Place;
use uuid::Uuid;

const MAC: MacAddress = MacAddress::new([2, 0, 0, 0, 0, 1]);

/// An engine as it is after a start.
fn engine(place: &Place) -> Conductor {
    let ramdisk = RamdiskSettings {
        own: Some(OwnRamdisk {
            kernel: "vmlinuz".parse().unwrap(),
            initrd: "initramfs".parse().unwrap(),
        }),
        nodes_name_theirs: false,
        append: "console=ttyS0".parse::<KernelArgs>().unwrap(),
        agent_api_url: "https://192.0.2.1:6386".to_owned(),
        agent_api_ca_pem: None,
    };
    let settings = Settings {
        ramdisk: Some(ramdisk),
        ..support::settings()
    };
    place.conductor_with(Box::new(ManualManagement::default()), settings)
}

async fn machine(engine: &Conductor, instance: Value) -> Uuid {
    let mut node = Node::new(Uuid::new_v4(), "manual-management", chrono::Utc::now());
    let deploy = (InterfaceKind::Deploy, "ramdisk".to_owned());
    node.interfaces.extend([deploy]);
    node.instance_info = Guarded::new(instance.as_object().unwrap().clone());
    node.provision_state = ProvisionState::Available;
    node.automated_clean = Some(false);
    let node = engine.enroll(node).await.unwrap().uuid;
    let port = Port::new(Uuid::new_v4(), node, MAC, chrono::Utc::now());
    engine.create_port(port).await.unwrap();
    node
}

async fn boots(engine: &Conductor) -> BootWhat {
    engine.order_for(MAC).await.unwrap().unwrap().what
}

/// Says the verb and waits for the state that it leads to.
async fn verb(place: &Place, engine: &Conductor, node: Uuid, verb: Verb, goal: ProvisionState) {
    engine
        .provision(node, ProvisionRequest::new(verb))
        .await
        .unwrap();
    loop {
        let now = place.store.node(node).await.unwrap().unwrap();
        if now.provision_state == goal {
            return;
        }
        assert_eq!(now.last_error, None);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_medium_is_offered_while_it_is_deployed_whoever_was_restarted() {
    let place = Place::new().await;
    let first = engine(&place);
    let iso = json!({"boot_iso": "http://192.0.2.9/live.iso"});
    let node = machine(&first, iso).await;
    assert_eq!(boots(&first).await, BootWhat::Disk);
    verb(&place, &first, node, Verb::Deploy, ProvisionState::Active).await;
    let live = BootWhat::Medium {
        url: "http://192.0.2.9/live.iso".parse().unwrap(),
    };
    assert_eq!(boots(&first).await, live);
    drop(first);
    let second = engine(&place);
    assert_eq!(boots(&second).await, live, "nothing of it is in memory");
    verb(&place, &second, node, Verb::Rebuild, ProvisionState::Active).await;
    assert_eq!(boots(&second).await, live);
    let end = ProvisionState::Available;
    verb(&place, &second, node, Verb::Undeploy, end).await;
    assert_eq!(boots(&second).await, BootWhat::Disk);
}

#[tokio::test]
async fn a_kernel_and_a_ramdisk_come_from_where_the_instance_says() {
    let place = Place::new().await;
    let engine = engine(&place);
    let live = json!({"kernel": "http://192.0.2.9/k", "ramdisk": "http://192.0.2.9/r", "ramdisk_kernel_arguments": "a=b"});
    let node = machine(&engine, live).await;
    verb(&place, &engine, node, Verb::Deploy, ProvisionState::Active).await;
    let wanted = BootWhat::Instance {
        kernel: "http://192.0.2.9/k".parse().unwrap(),
        initrd: "http://192.0.2.9/r".parse().unwrap(),
        args: "root=/dev/ram0 text console=ttyS0 a=b".parse().unwrap(),
    };
    assert_eq!(boots(&engine).await, wanted);
}

#[tokio::test]
async fn what_cannot_be_booted_is_refused_before_the_machine_is_touched() {
    let place = Place::new().await;
    let engine = engine(&place);
    let node = machine(
        &engine,
        json!({"image_source": "http://192.0.2.9/disk.raw"}),
    )
    .await;
    let refused = engine
        .provision(node, ProvisionRequest::new(Verb::Deploy))
        .await;
    let Err(EngineError::Refused(refusal)) = refused else {
        panic!("{refused:?}");
    };
    assert!(refusal.message.contains("boot_iso"), "{}", refusal.message);
    let verdicts = engine.validate(node).await.unwrap();
    let verdict = &verdicts[&InterfaceKind::Deploy];
    assert!(
        matches!(verdict, Validation::Bad(why) if why.contains("boot_iso")),
        "{verdict:?}"
    );
}
