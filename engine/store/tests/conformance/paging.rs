//! Paging: page after page gives exactly the sorted whole, in both directions, with unset and equal values, and with 10,000 nodes.

use crate::place::Place;
use crate::records::*;
use futures::{StreamExt as _, TryStreamExt as _};
use model::{Fault, Node, PowerState, ProvisionState};
use ports::query::SortDirection::{self, Ascending, Descending};
use ports::store::Store as _;
use std::cmp::Ordering;
use std::sync::Arc;
use store::SqlStore;
use uuid::Uuid;

on_both!(
    every_sort_key_pages_to_the_same_order,
    ten_thousand_nodes_are_listed_whole
);

/// Pages through all nodes and returns their UUIDs in the order they came.
async fn walk(
    store: &SqlStore,
    key: Option<&str>,
    direction: SortDirection,
    size: usize,
) -> Vec<Uuid> {
    let mut query = all(size);
    query.page.sort_key = key.map(str::to_owned);
    query.page.sort_direction = direction;
    let mut seen = Vec::new();
    loop {
        let page = store.nodes(&query).await.unwrap();
        assert!(page.len() <= size);
        seen.extend(page.iter().map(|node| node.uuid));
        match page.last() {
            Some(last) if page.len() == size => query.page.marker = Some(last.uuid),
            _ => return seen,
        }
    }
}

/// The order that is promised: unset first, then by value (text by code point), then by creation; descending is the reverse.
fn sorted(
    nodes: &[Node],
    by: impl Fn(&Node, &Node) -> Ordering,
    direction: SortDirection,
) -> Vec<Uuid> {
    let mut order: Vec<&Node> = nodes.iter().collect();
    order.sort_by(|a, b| by(a, b));
    if direction == Descending {
        order.reverse();
    }
    order.iter().map(|node| node.uuid).collect()
}

type Compare = Box<dyn Fn(&Node, &Node) -> Ordering>;

fn by<K: Ord>(key: impl Fn(&Node) -> K + 'static) -> Compare {
    Box::new(move |a, b| key(a).cmp(&key(b)))
}

fn keys() -> Vec<(&'static str, Compare)> {
    vec![
        ("uuid", by(|n| n.uuid)),
        ("name", by(|n| n.name.clone())),
        ("instance_uuid", by(|n| n.instance_uuid.clone())),
        ("created_at", by(|n| n.created_at)),
        ("updated_at", by(|n| n.updated_at)),
        ("driver", by(|n| n.driver.clone())),
        ("provision_state", by(|n| n.provision_state.as_str())),
        (
            "target_provision_state",
            by(|n| n.target_provision_state.map(|s| s.as_str())),
        ),
        ("provision_updated_at", by(|n| n.provision_updated_at)),
        ("power_state", by(|n| n.power_state.map(|s| s.as_str()))),
        (
            "target_power_state",
            by(|n| n.target_power_state.map(|s| s.as_str())),
        ),
        ("resource_class", by(|n| n.resource_class.clone())),
        ("conductor_group", by(|n| n.conductor_group.clone())),
        ("chassis_uuid", by(|n| n.chassis)),
        ("allocation_uuid", by(|n| n.allocation)),
        ("shard", by(|n| n.shard.clone())),
        ("parent_node", by(|n| n.parent_node)),
        ("owner", by(|n| n.owner.clone())),
        ("lessee", by(|n| n.lessee.clone())),
        ("description", by(|n| n.description.clone())),
        ("instance_name", by(|n| n.instance_name.clone())),
        ("fault", by(|n| n.fault.map(|f| f.as_str()))),
        ("last_error", by(|n| n.last_error.clone())),
        ("maintenance", by(|n| n.maintenance)),
        ("maintenance_reason", by(|n| n.maintenance_reason.clone())),
        ("retired", by(|n| n.retired)),
        ("retired_reason", by(|n| n.retired_reason.clone())),
        ("protected", by(|n| n.protected)),
        ("protected_reason", by(|n| n.protected_reason.clone())),
        ("automated_clean", by(|n| n.automated_clean)),
        ("console_enabled", by(|n| n.console_enabled)),
        ("boot_mode", by(|n| n.boot_mode.clone())),
        ("secure_boot", by(|n| n.secure_boot)),
        ("health", by(|n| n.health.clone())),
        ("inspection_started_at", by(|n| n.inspection_started_at)),
        ("inspection_finished_at", by(|n| n.inspection_finished_at)),
        ("id", Box::new(|_, _| Ordering::Equal)),
    ]
}

/// A node whose fields take few different values, unset among them, and in no order.
fn mixed(number: u32) -> Node {
    let mut node = node(number.wrapping_mul(7919) % 1009);
    let word = |salt: u32| match number.wrapping_mul(salt) % 7 {
        0 | 1 => None,
        2 => Some("Zebra".to_owned()),
        3 => Some("apple".to_owned()),
        4 => Some("Äpfel".to_owned()),
        5 => Some(String::new()),
        _ => Some("zebra_2".to_owned()),
    };
    let pick = |salt: u32, of: u32| number.wrapping_mul(salt) % of;
    let flag = |salt: u32| pick(salt, 3) == 0;
    let maybe_flag = |salt: u32| [None, Some(false), Some(true)][(pick(salt, 3)) as usize];
    let time = |salt: u32| (pick(salt, 4) > 0).then(|| at(i64::from(pick(salt, 5))));
    let id = |salt: u32| (pick(salt, 3) > 0).then(|| Uuid::from_u128(u128::from(pick(salt, 4))));
    let state = |salt: u32| ProvisionState::ALL[(pick(salt, 5)) as usize];
    let power =
        |salt: u32| [None, Some(PowerState::On), Some(PowerState::Off)][(pick(salt, 3)) as usize];
    node.name = flag(5).then(|| format!("n{number}"));
    node.instance_uuid = flag(7).then(|| format!("i{number}"));
    node.updated_at = time(11);
    node.driver = word(13).unwrap_or_default();
    node.provision_state = state(17);
    node.target_provision_state = flag(19).then(|| state(3));
    node.provision_updated_at = time(23);
    node.power_state = power(29);
    node.target_power_state = power(31);
    node.resource_class = word(37);
    node.conductor_group = word(41).unwrap_or_default();
    node.chassis = id(43);
    node.allocation = id(47);
    node.shard = word(53);
    node.parent_node = id(59);
    node.owner = word(61);
    node.lessee = word(67);
    node.description = word(71);
    node.instance_name = word(73);
    node.fault = flag(79).then_some(Fault::Clean);
    node.last_error = word(83);
    (
        node.maintenance,
        node.retired,
        node.protected,
        node.console_enabled,
    ) = (flag(2), flag(89), flag(97), flag(101));
    (
        node.maintenance_reason,
        node.retired_reason,
        node.protected_reason,
    ) = (word(103), word(107), word(109));
    (node.automated_clean, node.secure_boot) = (maybe_flag(113), maybe_flag(127));
    (node.boot_mode, node.health) = (word(131), word(137));
    (node.inspection_started_at, node.inspection_finished_at) = (time(139), time(149));
    node
}

async fn fill(store: &Arc<SqlStore>, nodes: &[Node]) {
    futures::stream::iter(nodes.iter().cloned())
        .map(|node| Ok::<_, ports::store::StoreError>(store.create_node(node, Vec::new())))
        .try_buffered(1)
        .try_collect::<Vec<()>>()
        .await
        .unwrap();
}

async fn every_sort_key_pages_to_the_same_order(place: Place) {
    let store = place.open().await;
    let nodes: Vec<Node> = (0..43).map(mixed).collect();
    fill(&store, &nodes).await;
    for (key, compare) in keys() {
        for direction in [Ascending, Descending] {
            let wanted = sorted(&nodes, &compare, direction);
            for size in [1, 7, 43, 100] {
                let seen = walk(&store, Some(key), direction, size).await;
                assert_eq!(seen, wanted, "{key} {direction:?} by {size}");
            }
        }
    }
}

async fn ten_thousand_nodes_are_listed_whole(place: Place) {
    let store = place.open().await;
    let nodes: Vec<Node> = (0..10_000)
        .map(|number| {
            let mut node = node(number);
            node.resource_class = (number % 3 > 0).then(|| format!("class{}", number * 7 % 11));
            node
        })
        .collect();
    let made = futures::stream::iter(nodes.iter().cloned())
        .map(|node| {
            let store = store.clone();
            async move { store.create_node(node, Vec::new()).await }
        })
        .buffer_unordered(200);
    made.try_collect::<Vec<()>>().await.unwrap();
    let uuids = sorted(&nodes, by(|n| n.uuid), Ascending);
    let mut seen = walk(&store, None, Ascending, 1000).await;
    let mut back = walk(&store, None, Descending, 999).await;
    back.reverse();
    assert_eq!(seen, back);
    let created = seen.clone();
    seen.sort();
    assert_eq!(seen, uuids);
    // Equal classes stand in the order of creation.
    let place_of: std::collections::HashMap<Uuid, usize> = created
        .iter()
        .enumerate()
        .map(|(place, uuid)| (*uuid, place))
        .collect();
    let class = by(move |n: &Node| (n.resource_class.clone(), place_of[&n.uuid]));
    let seen = walk(&store, Some("resource_class"), Ascending, 1000).await;
    assert_eq!(seen, sorted(&nodes, class, Ascending));
}
