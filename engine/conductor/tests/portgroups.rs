//! Ports and port groups on a real store: what is judged in a node's turn holds whoever else asks at the same time.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use conductor::Conductor;
use model::{MacAddress, Port, PortGroup, ProvisionState, Refusal, RefusalKind};
use ports::engine::{Engine, EngineError, ResourcesChange};
use ports::query::PortQuery;
use ports::resources;
use support::{Place, free_node};
use uuid::Uuid;

fn port(node: Uuid, group: &PortGroup, number: u8) -> Port {
    let mac = MacAddress::new([2, 0, 0, 0, 0, number]);
    let mut port = Port::new(Uuid::new_v4(), node, mac, chrono::Utc::now());
    port.portgroup = Some(group.uuid);
    port
}

async fn site(place: &Place) -> (Conductor, Uuid, PortGroup) {
    let engine = place.conductor();
    let node = free_node(&engine, "a", |node| {
        node.provision_state = ProvisionState::Manageable;
    });
    let node = node.await;
    let group = PortGroup::new(Uuid::new_v4(), node, chrono::Utc::now());
    let change = vec![resources::create(&group).unwrap()];
    place.store.change_resources(change).await.unwrap();
    (engine, node, group)
}

async fn stored(place: &Place, group: &PortGroup) -> Option<PortGroup> {
    let found = resources::find::<PortGroup>(&*place.store, group.uuid).await;
    found.unwrap().map(|known| known.resource)
}

fn kind(answer: Result<Port, EngineError>) -> RefusalKind {
    match answer {
        Err(EngineError::Refused(refusal)) => refusal.kind,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_first_port_brings_its_physical_network_along() {
    let place = Place::new().await;
    let (engine, node, group) = site(&place).await;
    let mut red = port(node, &group, 1);
    red.physical_network = Some("red".to_owned());
    engine.create_port(red.clone()).await.unwrap();
    let known = stored(&place, &group).await.unwrap();
    assert_eq!(known.physical_network.as_deref(), Some("red"));
    assert!(known.updated_at.is_some());

    let other = port(node, &group, 2);
    assert_eq!(
        kind(engine.create_port(other.clone()).await),
        RefusalKind::WrongState
    );
    assert!(place.store.port(other.uuid).await.unwrap().is_none());
    // A taken address: neither the port nor what it would do to the group is written.
    let free = PortGroup::new(Uuid::new_v4(), node, chrono::Utc::now());
    let change = vec![resources::create(&free).unwrap()];
    place.store.change_resources(change).await.unwrap();
    let mut twin = port(node, &free, 1);
    twin.physical_network = Some("blue".to_owned());
    assert!(engine.create_port(twin).await.is_err());
    assert_eq!(stored(&place, &free).await.unwrap(), free);

    let edit = |network: &str| {
        let network = Some(network.to_owned());
        Box::new(move |_: &model::Node, old: &Port| {
            let mut new = old.clone();
            new.physical_network = network;
            Ok(new)
        })
    };
    let moved = engine.edit_port(red.uuid, edit("blue")).await;
    assert_eq!(kind(moved), RefusalKind::WrongState);
    let kept = place.store.port(red.uuid).await.unwrap().unwrap();
    assert_eq!(kept, red);
}

#[tokio::test]
async fn a_port_goes_to_another_node_without_its_group() {
    let place = Place::new().await;
    let (engine, node, group) = site(&place).await;
    let other = free_node(&engine, "b", |_| {}).await;
    let member = port(node, &group, 1);
    engine.create_port(member.clone()).await.unwrap();
    assert_eq!(
        kind(engine.create_port(port(other, &group, 2)).await),
        RefusalKind::Invalid
    );
    let go = |leaves: bool| {
        Box::new(move |_: &model::Node, old: &Port| {
            let mut new = old.clone();
            new.node = other;
            new.portgroup = old.portgroup.filter(|_| !leaves);
            Ok(new)
        })
    };
    assert_eq!(
        kind(engine.edit_port(member.uuid, go(false)).await),
        RefusalKind::Invalid
    );
    let gone = engine.edit_port(member.uuid, go(true)).await.unwrap();
    assert_eq!((gone.node, gone.portgroup), (other, None));
}

/// Whoever comes first: a group that is removed has no ports, and a port in a group has that group.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_port_joins_a_group_or_the_group_goes() {
    let place = Place::new().await;
    let (engine, node, _) = site(&place).await;
    let (mut joined, mut gone) = (0, 0);
    for number in 1..=40 {
        let group = PortGroup::new(Uuid::new_v4(), node, chrono::Utc::now());
        let change = vec![resources::create(&group).unwrap()];
        place.store.change_resources(change).await.unwrap();
        let uuid = group.uuid;
        let judged = group.clone();
        let remove = engine.change_resources(
            node,
            Box::new(move |node, ports| {
                lifecycle::judge_portgroup_delete(node, &judged, ports)?;
                let resources = vec![resources::delete::<PortGroup>(uuid)];
                Ok::<_, Refusal>(ResourcesChange {
                    resources,
                    ..ResourcesChange::default()
                })
            }),
        );
        let join = engine.create_port(port(node, &group, number));
        let (first, second) = match number % 2 {
            0 => tokio::join!(remove, join),
            _ => {
                let (second, first) = tokio::join!(join, remove);
                (first, second)
            }
        };
        let left = stored(&place, &group).await.is_some();
        assert_eq!(first.is_ok(), !left);
        assert_eq!(second.is_ok(), left);
        joined += usize::from(left);
        gone += usize::from(!left);
    }
    assert_eq!(joined + gone, 40);
    assert!(joined > 0 && gone > 0, "{joined} {gone}");
    let query = PortQuery {
        node: Some(node),
        page: ports::query::Page {
            limit: 100,
            ..ports::query::Page::default()
        },
        ..PortQuery::default()
    };
    assert_eq!(place.store.ports(&query).await.unwrap().len(), joined);
}
