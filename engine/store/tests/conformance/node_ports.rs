//! Ports: unique by MAC address, name and UUID; gone with their node; found by their node's shard and group.

use crate::place::Place;
use crate::records::*;
use model::Port;
use ports::query::{Page, PortQuery};
use ports::store::{Store as _, StoreError};
use serde_json::json;
use uuid::Uuid;

on_both!(
    a_port_reads_back_and_changes,
    refusals_say_why,
    ports_are_found_by_every_criterion,
);

async fn a_port_reads_back_and_changes(place: Place) {
    let store = place.open().await;
    store.create_node(node(1), Vec::new()).await.unwrap();
    let mut port = port(1, node(1).uuid);
    port.name = Some("eth0".to_owned());
    port.extra = object(json!({"password": "x", "list": [1, 2.5]}));
    store.create_port(port.clone()).await.unwrap();
    assert_eq!(store.port(port.uuid).await.unwrap().unwrap(), port);
    assert_eq!(store.port_by_name("eth0").await.unwrap().unwrap(), port);
    port.pxe_enabled = false;
    port.name = None;
    store.update_port(port.clone()).await.unwrap();
    assert_eq!(
        store.port_by_address(port.address).await.unwrap().unwrap(),
        port
    );
    assert!(store.port_by_name("eth0").await.unwrap().is_none());
    store.delete_port(port.uuid).await.unwrap();
    assert!(store.port(port.uuid).await.unwrap().is_none());
}

async fn refusals_say_why(place: Place) {
    let store = place.open().await;
    store.create_node(node(1), Vec::new()).await.unwrap();
    let mut first = port(1, node(1).uuid);
    first.name = Some("eth0".to_owned());
    store.create_port(first.clone()).await.unwrap();
    let what = |result: Result<(), StoreError>| match result.unwrap_err() {
        StoreError::Duplicate { what, .. } | StoreError::NotFound { what, .. } => what,
        other => panic!("{other:?}"),
    };
    let clash = |change: &dyn Fn(&mut Port)| {
        let mut other = port(2, node(1).uuid);
        change(&mut other);
        other
    };
    let address = clash(&|p| p.address = first.address);
    assert_eq!(what(store.create_port(address).await), "MAC address");
    let name = clash(&|p| p.name = Some("eth0".to_owned()));
    assert_eq!(what(store.create_port(name).await), "name");
    assert_eq!(
        what(store.create_port(clash(&|p| p.uuid = first.uuid)).await),
        "uuid"
    );
    let stray = clash(&|p| p.node = Uuid::nil());
    assert_eq!(what(store.create_port(stray).await), "node");
    let missing = clash(&|_| ());
    assert_eq!(what(store.update_port(missing.clone()).await), "port");
    assert_eq!(what(store.delete_port(missing.uuid).await), "port");
    store.create_port(missing.clone()).await.unwrap();
    let mut taken = missing;
    taken.address = first.address;
    assert_eq!(what(store.update_port(taken).await), "MAC address");
}

async fn ports_are_found_by_every_criterion(place: Place) {
    let store = place.open().await;
    let (mut one, mut two) = (node(1), node(2));
    one.shard = Some("s1".to_owned());
    one.conductor_group = "rack1".to_owned();
    two.shard = Some("s2".to_owned());
    store.create_node(one.clone(), Vec::new()).await.unwrap();
    store.create_node(two.clone(), Vec::new()).await.unwrap();
    for number in 1..=4 {
        let mut port = port(number, if number < 3 { one.uuid } else { two.uuid });
        port.portgroup = (number == 2).then(|| Uuid::from_u128(7));
        port.description = (number == 3).then(|| "50% Uplink_x".to_owned());
        store.create_port(port).await.unwrap();
    }
    let ask = |change: &dyn Fn(&mut PortQuery)| {
        let mut query = PortQuery {
            page: Page {
                limit: 100,
                ..Page::default()
            },
            ..PortQuery::default()
        };
        change(&mut query);
        let store = store.clone();
        async move {
            let found = store.ports(&query).await.unwrap();
            found
                .iter()
                .map(|p| p.uuid.as_u128() as u8)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(ask(&|_| ()).await, [1, 2, 3, 4]);
    assert_eq!(ask(&|q| q.node = Some(one.uuid)).await, [1, 2]);
    assert_eq!(
        ask(&|q| q.address = Some(port(4, two.uuid).address)).await,
        [4]
    );
    assert_eq!(ask(&|q| q.portgroup = Some(Uuid::from_u128(7))).await, [2]);
    assert_eq!(
        ask(&|q| q.description_contains = Some("0% uplink_".to_owned())).await,
        [3]
    );
    for (pattern, found) in [
        ("5_%", &[3][..]),
        ("5_%q", &[]),
        (&"%".repeat(300), &[3]),
        (&"_".repeat(256), &[]),
    ] {
        let found_by = ask(&|q| q.description_contains = Some(pattern.to_owned())).await;
        assert_eq!(found_by, found, "{pattern}");
    }
    assert_eq!(
        ask(&|q| q.shards = vec!["s2".to_owned(), "s9".to_owned()]).await,
        [3, 4]
    );
    assert_eq!(
        ask(&|q| q.conductor_groups = vec!["rack1".to_owned()]).await,
        [1, 2]
    );
    let sorted = ask(&|q| {
        q.page.sort_key = Some("node_uuid".to_owned());
        q.page.sort_direction = ports::query::SortDirection::Descending;
        q.page.marker = Some(port(4, two.uuid).uuid);
        q.page.limit = 2;
    });
    assert_eq!(sorted.await, [3, 2]);
}
