//! Texts that one of the databases takes otherwise than the other unless told: null characters, and the order of languages.

use crate::place::Place;
use crate::records::*;
use model::{InterfaceKind, Node};
use ports::query::{NodeQuery, SortDirection};
use ports::store::Store as _;
use serde_json::json;

on_both!(
    null_characters_harm_no_list,
    texts_in_documents_sort_by_code_point,
);

async fn null_characters_harm_no_list(place: Place) {
    let store = place.open().await;
    let mut one = node(1);
    one.description = Some("a\0b".to_owned());
    one.shard = Some("s\0".to_owned());
    one.last_error = Some("\0".to_owned());
    one.extra = object(json!({"k\0": ["\0", r"\u0000", "\\\0"]}));
    store.create_node(one.clone(), Vec::new()).await.unwrap();
    let mut port = port(1, one.uuid);
    port.extra = object(json!({"k": "\0"}));
    port.vendor = Some("v\0".to_owned());
    store.create_port(port.clone()).await.unwrap();
    for key in ["boot_interface", "disable_power_off", "shard", "last_error"] {
        let mut query = all(10);
        query.page.sort_key = Some(key.to_owned());
        assert_eq!(store.nodes(&query).await.unwrap(), [one.clone()], "{key}");
        query.page.marker = Some(one.uuid);
        assert!(store.nodes(&query).await.unwrap().is_empty(), "{key}");
    }
    let query = NodeQuery {
        shards: vec!["s\0".to_owned(), "other".to_owned()],
        ..all(10)
    };
    assert_eq!(store.nodes(&query).await.unwrap(), [one.clone()]);
    assert_eq!(store.node(one.uuid).await.unwrap().unwrap(), one);
    let mut query = ports::query::PortQuery {
        page: all(10).page,
        ..Default::default()
    };
    query.page.sort_key = Some("vendor".to_owned());
    assert_eq!(store.ports(&query).await.unwrap(), [port]);
}

async fn texts_in_documents_sort_by_code_point(place: Place) {
    let store = place.open().await;
    let words = ["b", "B", "_", "\u{e4}", "a", "A", "-a", "Z", "z"];
    let mut nodes: Vec<Node> = Vec::new();
    for (number, word) in (0..).zip(words) {
        let mut node = node(number);
        node.interfaces.insert(InterfaceKind::Boot, word.to_owned());
        store.create_node(node.clone(), Vec::new()).await.unwrap();
        nodes.push(node);
    }
    nodes.sort_by_key(|node| node.interfaces[&InterfaceKind::Boot].clone());
    let mut query = all(100);
    query.page.sort_key = Some("boot_interface".to_owned());
    assert_eq!(store.nodes(&query).await.unwrap(), nodes);
    query.page.sort_direction = SortDirection::Descending;
    nodes.reverse();
    assert_eq!(store.nodes(&query).await.unwrap(), nodes);
}
