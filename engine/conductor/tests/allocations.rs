//! Allocations on a real store: never one node for two, taken up again after a stop in the middle, and ended with what they belong to.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use conductor::Conductor;
use futures::future::join_all;
use model::{Allocation, AllocationState, Node, ProvisionState, RefusalKind, Verb};
use ports::allocations::Allocator;
use ports::engine::{Engine, EngineError, ProvisionRequest};
use ports::query::{NodeQuery, Page, Parentage};
use ports::resources::{self, ResourceQuery};
use ports::store::Store;
use std::collections::BTreeSet;
use support::{Place, free_node};
use uuid::Uuid;

fn wanted() -> Allocation {
    let mut allocation = Allocation::new(Uuid::new_v4(), chrono::Utc::now());
    allocation.resource_class = Some("gold".to_owned());
    allocation
}

async fn all(store: &dyn Store) -> Vec<Allocation> {
    let query = ResourceQuery {
        page: Page {
            limit: 1000,
            ..Page::default()
        },
        ..ResourceQuery::default()
    };
    let found = resources::list::<Allocation>(store, &query).await.unwrap();
    found.into_iter().map(|known| known.resource).collect()
}

async fn find(store: &dyn Store, uuid: Uuid) -> Option<Allocation> {
    let found = resources::find::<Allocation>(store, uuid).await.unwrap();
    found.map(|known| known.resource)
}

/// Waits until `enough` of what is stored; every look is a read, so that time passes.
async fn until(store: &dyn Store, enough: impl Fn(&[Allocation]) -> bool) -> Vec<Allocation> {
    loop {
        let found = all(store).await;
        if enough(&found) {
            return found;
        }
        tokio::task::yield_now().await;
    }
}

fn is_settled(all: &[Allocation]) -> bool {
    all.iter().all(|it| it.state != AllocationState::Allocating)
}

/// The allocation once it waits no more.
async fn settled(place: &Place, engine: &Conductor, wanted: Allocation) -> Allocation {
    let uuid = wanted.uuid;
    engine.allocate(wanted).await.unwrap();
    until(&*place.store, is_settled).await;
    find(&*place.store, uuid).await.unwrap()
}

async fn nodes(store: &dyn Store) -> Vec<Node> {
    let query = NodeQuery {
        page: Page {
            limit: 1000,
            ..Page::default()
        },
        parentage: Parentage::All,
        ..NodeQuery::default()
    };
    store.nodes(&query).await.unwrap()
}

/// Every active allocation has a node of its own, both say so, and nobody else has one.
async fn check_pairs(store: &dyn Store, expected: usize) {
    let mut taken = BTreeSet::new();
    for allocation in all(store).await {
        let node = match allocation.state {
            AllocationState::Active => allocation.node_uuid.unwrap(),
            _ => {
                assert_eq!(allocation.node_uuid, None);
                continue;
            }
        };
        assert!(taken.insert(node), "node {node} was given twice");
        let node = store.node(node).await.unwrap().unwrap();
        assert_eq!(node.allocation, Some(allocation.uuid));
        assert_eq!(node.instance_uuid, Some(allocation.uuid.to_string()));
    }
    assert_eq!(taken.len(), expected);
    for node in nodes(store).await {
        assert_eq!(node.allocation.is_some(), taken.contains(&node.uuid));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_at_once_have_exactly_the_hundred_nodes_there_are() {
    let place = Place::new().await;
    let engine = place.conductor();
    engine.start().await.unwrap();
    for number in 0..100 {
        free_node(&engine, &format!("n{number}"), |_| {}).await;
    }
    let asked = (0..200).map(|_| engine.allocate(wanted()));
    assert!(join_all(asked).await.into_iter().all(|it| it.is_ok()));
    let found = until(&*place.store, |all| all.len() == 200 && is_settled(all)).await;
    let failed: Vec<_> = found
        .iter()
        .filter(|it| it.state == AllocationState::Error)
        .collect();
    assert_eq!(failed.len(), 100);
    for it in failed {
        let expected = format!(
            "Failed to process allocation {}: no available nodes match the resource class gold.",
            it.uuid
        );
        assert_eq!(it.last_error.as_deref(), Some(expected.as_str()));
    }
    check_pairs(&*place.store, 100).await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_is_served_whenever_the_engine_stopped() {
    let place = Place::new().await;
    let first = place.conductor();
    for number in 0..40 {
        free_node(&first, &format!("n{number}"), |_| {}).await;
    }
    // Accepted by an engine that never came to serve any.
    for _ in 0..60 {
        first.allocate(wanted()).await.unwrap();
    }
    drop(first);
    check_pairs(&*place.store, 0).await;
    // Stopped again and again in the middle of it.
    for so_far in [5, 15, 30] {
        let engine = place.conductor();
        engine.start().await.unwrap();
        let active = |all: &[Allocation]| {
            let active = |it: &&Allocation| it.state == AllocationState::Active;
            all.iter().filter(active).count() >= so_far
        };
        until(&*place.store, active).await;
        engine.stop().await;
    }
    let last = place.conductor();
    last.start().await.unwrap();
    until(&*place.store, is_settled).await;
    check_pairs(&*place.store, 40).await;
    last.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allocation_and_a_client_do_not_both_get_a_node() {
    let place = Place::new().await;
    let engine = place.conductor();
    engine.start().await.unwrap();
    let mut all_nodes = Vec::new();
    for number in 0..20 {
        all_nodes.push(free_node(&engine, &format!("n{number}"), |_| {}).await);
    }
    let manual = all_nodes.iter().map(|node| {
        let instance = Uuid::new_v4().to_string();
        let edit = Box::new(move |old: &Node| {
            let mut node = old.clone();
            node.instance_uuid = Some(instance);
            Ok(node)
        });
        engine.edit(*node, edit, false)
    });
    let asked = (0..20).map(|_| engine.allocate(wanted()));
    let (taken, _) = tokio::join!(join_all(manual), join_all(asked));
    until(&*place.store, |all| all.len() == 20 && is_settled(all)).await;
    let by_hand = taken.iter().filter(|it| it.is_ok()).count();
    check_pairs(&*place.store, 20 - by_hand).await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_fit_node_is_given() {
    type Change = fn(&mut Node);
    let place = Place::new().await;
    let engine = place.conductor();
    engine.start().await.unwrap();
    let unfit: [(&str, Change); 9] = [
        ("maintenance", |node| node.maintenance = true),
        ("powerless", |node| node.power_state = None),
        ("manageable", |node| {
            node.provision_state = ProvisionState::Manageable;
        }),
        ("instance", |node| {
            node.instance_uuid = Some(Uuid::new_v4().to_string());
        }),
        ("silver", |node| {
            node.resource_class = Some("silver".to_owned());
        }),
        ("classless", |node| node.resource_class = None),
        ("retired", |node| node.retired = true),
        ("child", |node| node.parent_node = Some(Uuid::from_u128(7))),
        ("traitless", |_| {}),
    ];
    let mut known = Vec::new();
    for (name, change) in unfit {
        known.push(free_node(&engine, name, change).await);
    }
    let mut it = wanted();
    it.traits = vec!["CUSTOM_B".to_owned(), "CUSTOM_A".to_owned()];
    let it = settled(&place, &engine, it).await;
    let error = it.last_error.unwrap();
    assert!(
        error.ends_with("no suitable nodes have the requested traits CUSTOM_B, CUSTOM_A."),
        "{error}"
    );
    let mut it = wanted();
    it.candidate_nodes = known[..8].to_vec();
    let error = settled(&place, &engine, it).await.last_error.unwrap();
    assert!(
        error.ends_with(
            "none of the requested nodes are available and match the resource class gold."
        ),
        "{error}"
    );
    let with_traits = free_node(&engine, "traits", |node| {
        node.traits = ["CUSTOM_A", "CUSTOM_B", "CUSTOM_C"]
            .map(str::to_owned)
            .into();
    })
    .await;
    let mut it = wanted();
    it.traits = vec!["CUSTOM_B".to_owned(), "CUSTOM_A".to_owned()];
    let it = settled(&place, &engine, it).await;
    assert_eq!(it.node_uuid, Some(with_traits));
    let node = place.store.node(with_traits).await.unwrap().unwrap();
    let expected = serde_json::json!(["CUSTOM_B", "CUSTOM_A"]);
    assert_eq!(node.instance_info.get("traits"), Some(&expected));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_its_name_or_its_owner_is_chosen() {
    let place = Place::new().await;
    let engine = place.conductor();
    engine.start().await.unwrap();
    for number in 0..30 {
        free_node(&engine, &format!("n{number}"), |_| {}).await;
    }
    let namesake = free_node(&engine, "blue", |_| {}).await;
    let owned = free_node(&engine, "owned", |node| node.owner = Some("p".to_owned())).await;
    let leased = free_node(&engine, "leased", |node| node.lessee = Some("p".to_owned())).await;
    let mut it = wanted();
    it.name = Some("blue".to_owned());
    assert_eq!(settled(&place, &engine, it).await.node_uuid, Some(namesake));
    let of_project = || {
        let mut it = wanted();
        it.owner = Some("p".to_owned());
        it
    };
    let mut given = BTreeSet::new();
    for _ in 0..2 {
        given.insert(
            settled(&place, &engine, of_project())
                .await
                .node_uuid
                .unwrap(),
        );
    }
    assert_eq!(given, BTreeSet::from([owned, leased]));
    let none = settled(&place, &engine, of_project()).await;
    assert_eq!(none.state, AllocationState::Error);
    engine.stop().await;
}

fn refused(result: Result<(), EngineError>) -> model::Refusal {
    match result {
        Err(EngineError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn reached(store: &dyn Store, node: Uuid, state: ProvisionState) -> Node {
    loop {
        let found = store.node(node).await.unwrap().unwrap();
        if found.provision_state == state {
            return found;
        }
        assert_eq!(found.last_error, None);
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allocation_ends_with_the_instance_the_undeploy_or_the_node() {
    let place = Place::new().await;
    let store = &*place.store;
    let engine = place.conductor();
    engine.start().await.unwrap();
    let node = free_node(&engine, "one", |_| {}).await;

    // Given back by its own end.
    let uuid = settled(&place, &engine, wanted()).await.uuid;
    engine.deallocate(uuid).await.unwrap();
    assert_eq!(find(store, uuid).await, None);
    let free = store.node(node).await.unwrap().unwrap();
    assert_eq!((free.allocation, free.instance_uuid), (None, None));
    assert!(matches!(
        engine.deallocate(uuid).await,
        Err(EngineError::NotFound {
            what: "Allocation",
            ..
        })
    ));

    // By taking the instance away.
    let uuid = settled(&place, &engine, wanted()).await.uuid;
    let without = |old: &Node| {
        let mut node = old.clone();
        node.instance_uuid = None;
        Ok(node)
    };
    engine.edit(node, Box::new(without), false).await.unwrap();
    assert_eq!(find(store, uuid).await, None);

    // By the undeploy, and not while the node is in use.
    let uuid = settled(&place, &engine, wanted()).await.uuid;
    engine
        .provision(node, ProvisionRequest::new(Verb::Deploy))
        .await
        .unwrap();
    reached(store, node, ProvisionState::Active).await;
    let refusal = refused(engine.deallocate(uuid).await);
    assert_eq!(refusal.kind, RefusalKind::WrongState);
    let edited = engine.edit(node, Box::new(without), false).await;
    assert_eq!(refused(edited.map(drop)).kind, RefusalKind::WrongState);
    assert!(find(store, uuid).await.is_some());
    engine
        .provision(node, ProvisionRequest::new(Verb::Undeploy))
        .await
        .unwrap();
    let free = reached(store, node, ProvisionState::Available).await;
    assert_eq!((free.allocation, free.instance_uuid), (None, None));
    assert_eq!(find(store, uuid).await, None);

    // With the node.
    let uuid = settled(&place, &engine, wanted()).await.uuid;
    let refusal = refused(engine.delete(node).await);
    assert_eq!(refusal.kind, RefusalKind::WrongState);
    engine.set_maintenance(node, true, None).await.unwrap();
    engine.delete(node).await.unwrap();
    assert_eq!(find(store, uuid).await, None);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_in_use_may_be_given_one_afterwards() {
    let place = Place::new().await;
    let store = &*place.store;
    let engine = place.conductor();
    engine.start().await.unwrap();
    let free = free_node(&engine, "free", |_| {}).await;
    let used = free_node(&engine, "used", |node| {
        node.provision_state = ProvisionState::Active;
    })
    .await;
    let early = wanted();
    let refusal = refused(engine.backfill(early.clone(), free).await.map(drop));
    assert_eq!(refusal.kind, RefusalKind::Invalid);
    let kept = find(store, early.uuid).await.unwrap();
    assert_eq!(kept.state, AllocationState::Error);
    assert!(kept.last_error.unwrap().contains(&refusal.message));

    let late = wanted();
    let active = engine.backfill(late.clone(), used).await.unwrap();
    assert_eq!(active.state, AllocationState::Active);
    check_pairs(store, 1).await;
    // Its UUID is an instance's already.
    let twin = free_node(&engine, "twin", |node| {
        node.provision_state = ProvisionState::Active;
    })
    .await;
    let again = engine.backfill(late, twin).await;
    assert!(matches!(again, Err(EngineError::Store(_))), "{again:?}");
    check_pairs(store, 1).await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_waits_can_be_taken_back() {
    let place = Place::new().await;
    let idle = place.conductor();
    let node = free_node(&idle, "one", |_| {}).await;
    let first = wanted();
    idle.allocate(first.clone()).await.unwrap();
    idle.deallocate(first.uuid).await.unwrap();
    assert_eq!(all(&*place.store).await, []);
    let engine = place.conductor();
    engine.start().await.unwrap();
    let second = settled(&place, &engine, wanted()).await;
    assert_eq!(second.node_uuid, Some(node));
    engine.stop().await;
}
