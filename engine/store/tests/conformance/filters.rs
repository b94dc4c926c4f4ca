//! Every criterion of a node list, alone and together.

use crate::place::Place;
use crate::records::*;
use model::{Fault, Node, ProvisionState};
use ports::query::{NodeQuery, Parentage};
use ports::store::{Store as _, StoreError};
use uuid::Uuid;

on_both!(
    each_criterion_finds_its_nodes,
    shards_are_counted,
    patterns_are_ironics,
    unknown_keys_and_markers_are_refused
);

/// Node 1 has everything set, node 2 is its child, node 3 is bare.
fn fleet() -> [Node; 3] {
    let mut one = node(1);
    one.chassis = Some(Uuid::from_u128(5));
    one.instance_uuid = Some("i".to_owned());
    one.instance_name = Some("web".to_owned());
    one.maintenance = true;
    one.retired = true;
    one.provision_state = ProvisionState::DeployWait;
    one.driver = "ipmi".to_owned();
    one.resource_class = Some("large".to_owned());
    one.fault = Some(Fault::Power);
    one.conductor_group = "rack".to_owned();
    one.owner = Some("alice".to_owned());
    one.lessee = Some("bob".to_owned());
    one.description = Some("Top shelf".to_owned());
    one.shard = Some("s1".to_owned());
    let mut two = node(2);
    two.parent_node = Some(one.uuid);
    two.owner = Some("bob".to_owned());
    two.shard = Some("s2".to_owned());
    [one, two, node(3)]
}

async fn shards_are_counted(place: Place) {
    let store = place.open().await;
    assert_eq!(store.shards().await.unwrap(), []);
    let [one, two, mut three] = fleet();
    three.shard = Some("s2".to_owned());
    for node in [one, two, three, node(4)] {
        store.create_node(node, Vec::new()).await.unwrap();
    }
    let named = |name: &str, count| (Some(name.to_owned()), count);
    assert_eq!(
        store.shards().await.unwrap(),
        [named("s2", 2), (None, 1), named("s1", 1)]
    );
}

async fn each_criterion_finds_its_nodes(place: Place) {
    let store = place.open().await;
    for node in fleet() {
        store.create_node(node, Vec::new()).await.unwrap();
    }
    let text = |text: &str| Some(text.to_owned());
    type Change = Box<dyn Fn(&mut NodeQuery)>;
    let cases: Vec<(Change, &[u32])> = vec![
        (Box::new(|_| ()), &[1, 2, 3]),
        (Box::new(|q| q.chassis = Some(Uuid::from_u128(5))), &[1]),
        (Box::new(move |q| q.instance_uuid = text("i")), &[1]),
        (Box::new(|q| q.associated = Some(true)), &[1]),
        (Box::new(|q| q.associated = Some(false)), &[2, 3]),
        (Box::new(|q| q.maintenance = Some(true)), &[1]),
        (Box::new(|q| q.maintenance = Some(false)), &[2, 3]),
        (Box::new(|q| q.retired = Some(true)), &[1]),
        (
            Box::new(|q| q.provision_state = Some(ProvisionState::DeployWait)),
            &[1],
        ),
        (Box::new(move |q| q.driver = text("redfish")), &[2, 3]),
        (Box::new(move |q| q.resource_class = text("large")), &[1]),
        (Box::new(|q| q.fault = Some(Fault::Power)), &[1]),
        (Box::new(move |q| q.conductor_group = text("rack")), &[1]),
        (Box::new(move |q| q.conductor_group = text("")), &[2, 3]),
        (Box::new(move |q| q.owner = text("alice")), &[1]),
        (Box::new(move |q| q.lessee = text("bob")), &[1]),
        (Box::new(move |q| q.project = text("bob")), &[1, 2]),
        (
            Box::new(move |q| q.description_contains = text("SHELF")),
            &[1],
        ),
        (
            Box::new(|q| q.shards = vec!["s1".to_owned(), "s2".to_owned()]),
            &[1, 2],
        ),
        (Box::new(|q| q.sharded = Some(false)), &[3]),
        (Box::new(|q| q.sharded = Some(true)), &[1, 2]),
        (Box::new(move |q| q.instance_name = text("web")), &[1]),
        (Box::new(|q| q.parentage = Parentage::TopLevel), &[1, 3]),
        (
            Box::new(|q| q.parentage = Parentage::Of(fleet()[0].uuid)),
            &[2],
        ),
        (
            Box::new(move |q| {
                q.project = text("bob");
                q.maintenance = Some(false);
                q.sharded = Some(true);
                q.page.marker = Some(fleet()[0].uuid);
            }),
            &[2],
        ),
    ];
    for (index, (change, wanted)) in cases.iter().enumerate() {
        let mut query = all(100);
        change(&mut query);
        let found = store.nodes(&query).await.unwrap();
        let wanted: Vec<Node> = fleet()
            .into_iter()
            .filter(|n| wanted.contains(&(n.uuid.as_u128() as u32)))
            .collect();
        assert_eq!(found, wanted, "case {index}");
    }
}

async fn patterns_are_ironics(place: Place) {
    let store = place.open().await;
    for (number, text) in [
        (1, "100% a_b"),
        (2, "100 aXb"),
        (3, r"back\slash"),
        (4, "o'brien?$1"),
        (5, "\u{c4}pfel, stra\u{df}e"),
    ] {
        let mut node = node(number);
        node.description = Some(text.to_owned());
        store.create_node(node, Vec::new()).await.unwrap();
    }
    for (part, wanted) in [
        ("%", vec![1, 2, 3, 4, 5]),
        ("a_b", vec![1, 2]),
        ("A_B", vec![1, 2]),
        ("0%B", vec![1, 2]),
        ("b%0", vec![]),
        ("___________", vec![5]),
        ("__________", vec![3, 4, 5]),
        ("a", vec![1, 2, 3, 5]),
        (&"a".repeat(5_000), vec![]),
        (&"%".repeat(4_096), vec![1, 2, 3, 4, 5]),
        (r"\", vec![3]),
        (r"\s", vec![3]),
        ("'", vec![4]),
        ("?$1", vec![4]),
        ("", vec![1, 2, 3, 4, 5]),
        ("zz", vec![]),
        ("\u{c4}PFEL", vec![5]),
        ("\u{e4}pfel", vec![]),
        ("RA\u{df}", vec![5]),
    ] {
        let query = NodeQuery {
            description_contains: Some(part.to_owned()),
            ..all(100)
        };
        let found = store.nodes(&query).await.unwrap();
        let found: Vec<u32> = found.iter().map(|n| n.uuid.as_u128() as u32).collect();
        assert_eq!(found, wanted, "{part}");
    }
}

async fn unknown_keys_and_markers_are_refused(place: Place) {
    let store = place.open().await;
    store.create_node(node(1), Vec::new()).await.unwrap();
    for key in [
        "doc",
        "revision",
        "inventory",
        "at_work",
        "driver_info",
        "id; DROP TABLE nodes",
        "",
    ] {
        let mut query = all(10);
        query.page.sort_key = Some(key.to_owned());
        assert!(
            matches!(store.nodes(&query).await, Err(StoreError::SortKey(k)) if k == key),
            "{key}"
        );
    }
    let mut query = all(10);
    query.page.marker = Some(Uuid::from_u128(99));
    assert!(matches!(
        store.nodes(&query).await,
        Err(StoreError::NotFound { what: "node", .. })
    ));
    assert!(store.nodes(&all(0)).await.unwrap().is_empty());
}
