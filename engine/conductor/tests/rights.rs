//! Whoever asks must have the right on a node when its turn comes, whatever is asked: between any two looks at the node it may have gone
//! to somebody else. Then nothing is changed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use conductor::Conductor;
use model::{Node, Port, PowerTarget, Refusal, RefusalKind, Verb};
use ports::asker::{Right, within};
use ports::engine::{Engine, EngineError, ProvisionRequest, ResourcesChange};
use ports::hardware::{FirmwareMode, MediaChange, NodeHardware, VendorCall, VifRequest};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{Place, free_node};
use uuid::Uuid;

/// A node with a port, and a conductor that works on nothing by itself.
struct Site {
    place: Place,
    engine: Conductor,
    node: Uuid,
    port: Uuid,
}

impl Site {
    async fn new() -> Self {
        let place = Place::new().await;
        let engine = place.conductor();
        let node = free_node(&engine, "one", |_| {}).await;
        let port = engine.create_port(port(node, 1)).await.unwrap().uuid;
        Self {
            place,
            engine,
            node,
            port,
        }
    }

    async fn all(&self) -> (Option<Node>, Option<Port>) {
        let store = &self.place.store;
        let node = store.node(self.node).await.unwrap();
        (node, store.port(self.port).await.unwrap())
    }
}

fn port(node: Uuid, number: u8) -> Port {
    let address = format!("52:54:00:00:00:{number:02x}").parse().unwrap();
    Port::new(Uuid::new_v4(), node, address, chrono::Utc::now())
}

/// A right that holds `times`, and not any more then.
fn lasting(times: usize) -> (Right, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let right: Right =
        Arc::new(
            move |_: &Node| match counted.fetch_add(1, Ordering::SeqCst) < times {
                true => Ok(()),
                false => Err(Refusal::new(RefusalKind::Forbidden, "not yours any more")),
            },
        );
    (right, asked)
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), EngineError>> + Send + 'a>>;
type Ask = for<'a> fn(&'a Site) -> Answer<'a>;

macro_rules! ask {
    (|$site:ident| $work:expr) => {
        (|$site| Box::pin(async move { $work.await.map(drop) })) as Ask
    };
}

/// What may be asked, and how often the node is looked at for it: the last time in its turn.
fn requests() -> Vec<(&'static str, usize, Ask)> {
    vec![
        (
            "edit",
            1,
            ask!(|s| s.engine.edit(s.node, Box::new(described), false)),
        ),
        ("delete", 1, ask!(|s| s.engine.delete(s.node))),
        (
            "manage",
            2,
            ask!(|s| s
                .engine
                .provision(s.node, ProvisionRequest::new(Verb::Manage))),
        ),
        (
            "power",
            2,
            ask!(|s| s.engine.power(s.node, PowerTarget::On, None)),
        ),
        (
            "maintenance",
            2,
            ask!(|s| s.engine.set_maintenance(s.node, true, None)),
        ),
        (
            "no maintenance",
            2,
            ask!(|s| s.engine.set_maintenance(s.node, false, None)),
        ),
        (
            "raid",
            1,
            ask!(|s| s.engine.set_target_raid(s.node, disks())),
        ),
        (
            "boot device",
            2,
            ask!(|s| s.engine.set_boot_device(s.node, "pxe".to_owned(), true)),
        ),
        (
            "new port",
            1,
            ask!(|s| s.engine.create_port(port(s.node, 2))),
        ),
        (
            "port",
            1,
            ask!(|s| s.engine.edit_port(s.port, Box::new(named))),
        ),
        ("no port", 1, ask!(|s| s.engine.delete_port(s.port))),
        (
            "resources",
            1,
            ask!(|s| s.engine.change_resources(s.node, Box::new(traits))),
        ),
        ("console", 2, ask!(|s| s.engine.set_console(s.node, true))),
        ("interrupt", 1, ask!(|s| s.engine.inject_nmi(s.node))),
        (
            "boot mode",
            2,
            ask!(|s| s
                .engine
                .set_firmware_mode(s.node, FirmwareMode::SecureBoot(true))),
        ),
        (
            "media",
            2,
            ask!(|s| s.engine.change_virtual_media(
                s.node,
                MediaChange::Detach {
                    devices: Vec::new()
                }
            )),
        ),
        ("VIF", 1, ask!(|s| s.engine.attach_vif(s.node, vif()))),
        ("no VIF", 1, ask!(|s| s.engine.detach_vif(s.node, "v"))),
        (
            "light",
            1,
            ask!(|s| s.engine.set_indicator(s.node, "system", "led", "on")),
        ),
        ("vendor", 1, ask!(|s| s.engine.call_vendor(s.node, call()))),
    ]
}

fn described(old: &Node) -> Result<Node, Refusal> {
    let mut node = old.clone();
    node.description = Some("changed".to_owned());
    Ok(node)
}

fn named(_: &Node, old: &Port) -> Result<Port, Refusal> {
    let mut port = old.clone();
    port.name = Some("changed".to_owned());
    Ok(port)
}

fn traits(old: &Node, _: &[Port]) -> Result<ResourcesChange, Refusal> {
    let mut node = old.clone();
    node.traits = vec!["CUSTOM_CHANGED".to_owned()];
    Ok(ResourcesChange {
        node: Some(node),
        ..ResourcesChange::default()
    })
}

fn disks() -> model::Object {
    let disk = serde_json::json!({"logical_disks": [{"raid_level": "1", "size_gb": "MAX"}]});
    disk.as_object().unwrap().clone()
}

fn vif() -> VifRequest {
    VifRequest {
        id: "v".to_owned(),
        port: None,
        portgroup: None,
    }
}

fn call() -> VendorCall {
    VendorCall {
        http_method: "POST".to_owned(),
        method: "first_method".to_owned(),
        arguments: model::Object::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_done_for_who_has_lost_the_right() {
    for (what, least, ask) in requests() {
        let mut looks = 0;
        loop {
            let site = Site::new().await;
            let before = site.all().await;
            let (right, asked) = lasting(looks);
            let answer = within(right, ask(&site)).await;
            if asked.load(Ordering::SeqCst) <= looks {
                break;
            }
            let refused = matches!(&answer, Err(EngineError::Refused(refusal)) if refusal.kind == RefusalKind::Forbidden);
            assert!(refused, "{what}, after {looks} looks: {answer:?}");
            assert_eq!(site.all().await, before, "{what}, after {looks} looks");
            looks += 1;
        }
        assert!(looks >= least, "{what} looks {looks} times at a node");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_engine_does_of_itself_needs_nobodys_right() {
    let site = Site::new().await;
    site.engine.start().await.unwrap();
    let (right, _) = lasting(2);
    let request = ProvisionRequest::new(Verb::Manage);
    within(right, site.engine.provision(site.node, request))
        .await
        .unwrap();
    while site.all().await.0.unwrap().provision_state != model::ProvisionState::Manageable {
        tokio::task::yield_now().await;
    }
    site.engine.stop().await;
}
