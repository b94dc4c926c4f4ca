//! Resources besides nodes and ports: they read back, are found and listed by their fields, are unique within their kind, change only
//! from what was read, and go with their node.

use crate::place::Place;
use crate::records::*;
use model::Chassis;
use model::{Resource, ResourceKind};
use ports::query::{Page, SortDirection};
use ports::resources::{
    Known, ResourceChange, ResourceQuery, create, delete, find, find_by, list, update,
};
use ports::store::{Store as _, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::SqlStore;
use uuid::Uuid;

on_both!(
    a_resource_reads_back_and_changes,
    a_change_from_an_old_reading_is_a_conflict,
    unique_values_are_unique_within_the_kind,
    changes_are_written_together_or_not_at_all,
    lists_filter_sort_and_page_by_fields,
    resources_go_with_their_node,
    a_turn_writes_resources_too,
);

/// A kind of the tests' own: it stands in for whichever has names, a node and numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Thing {
    uuid: Uuid,
    node_uuid: Option<Uuid>,
    name: Option<String>,
    rank: Option<i64>,
    properties: serde_json::Value,
}

impl Resource for Thing {
    const KIND: ResourceKind = ResourceKind::VolumeTarget;

    fn uuid(&self) -> Uuid {
        self.uuid
    }

    fn node(&self) -> Option<Uuid> {
        self.node_uuid
    }

    fn unique(&self) -> Vec<(&'static str, String)> {
        self.name
            .iter()
            .map(|name| ("name", name.clone()))
            .collect()
    }
}

fn thing(number: u32, name: &str) -> Thing {
    Thing {
        uuid: Uuid::from_u128(0x3000_0000_0000_4000_8000_0000_0000_0000 + u128::from(number)),
        node_uuid: None,
        name: Some(name.to_owned()),
        rank: Some(i64::from(number)),
        properties: json!({}),
    }
}

async fn add(store: &SqlStore, things: &[&Thing]) -> Result<(), StoreError> {
    let changes = things.iter().map(|thing| create(*thing).unwrap());
    store.change_resources(changes.collect()).await
}

async fn a_resource_reads_back_and_changes(place: Place) {
    let store = place.open().await;
    let mut chassis = Chassis::new(Uuid::new_v4(), at(1));
    chassis.extra = object(json!({"list": [1, 2.5, null], "text": "ä\u{1F600}"}));
    let new = create(&chassis).unwrap();
    store.change_resources(vec![new]).await.unwrap();
    let known = find::<Chassis>(&*store, chassis.uuid)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(known.resource, chassis);
    chassis.description = Some("rack 7".to_owned());
    let changed = update(&Known {
        resource: chassis.clone(),
        revision: known.revision,
    });
    store
        .change_resources(vec![changed.unwrap()])
        .await
        .unwrap();
    let known = find::<Chassis>(&*store, chassis.uuid)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((known.resource, known.revision), (chassis.clone(), 1));
    let gone = vec![delete::<Chassis>(chassis.uuid)];
    store.change_resources(gone.clone()).await.unwrap();
    assert!(
        find::<Chassis>(&*store, chassis.uuid)
            .await
            .unwrap()
            .is_none()
    );
    let again = store.change_resources(gone).await;
    assert!(matches!(
        again,
        Err(StoreError::NotFound {
            what: "Chassis",
            ..
        })
    ));
}

async fn a_change_from_an_old_reading_is_a_conflict(place: Place) {
    let store = place.open().await;
    let first = thing(1, "a");
    add(&store, &[&first]).await.unwrap();
    let known = find::<Thing>(&*store, first.uuid).await.unwrap().unwrap();
    let change = vec![update(&known).unwrap()];
    store.change_resources(change.clone()).await.unwrap();
    let late = store.change_resources(change).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
}

async fn unique_values_are_unique_within_the_kind(place: Place) {
    let store = place.open().await;
    let first = thing(1, "a");
    add(&store, &[&first]).await.unwrap();
    let clash = add(&store, &[&thing(2, "a")]).await.unwrap_err();
    assert!(
        matches!(&clash, StoreError::Duplicate { what: "name", value } if value == "a"),
        "{clash:?}"
    );
    let mut same = thing(1, "b");
    same.rank = None;
    let clash = add(&store, &[&same]).await.unwrap_err();
    assert!(matches!(clash, StoreError::Duplicate { what: "uuid", .. }));
    // Another kind may have the same UUID.
    let chassis = create(&Chassis::new(first.uuid, at(1))).unwrap();
    store.change_resources(vec![chassis]).await.unwrap();
    // A name that was given up is free.
    let mut known = find_by::<Thing>(&*store, "name", "a")
        .await
        .unwrap()
        .unwrap();
    known.resource.name = Some("c".to_owned());
    let renamed = vec![update(&known).unwrap()];
    store.change_resources(renamed).await.unwrap();
    assert!(
        find_by::<Thing>(&*store, "name", "a")
            .await
            .unwrap()
            .is_none()
    );
    add(&store, &[&thing(2, "a")]).await.unwrap();
}

async fn changes_are_written_together_or_not_at_all(place: Place) {
    let store = place.open().await;
    let refused = add(&store, &[&thing(1, "a"), &thing(2, "a")]).await;
    assert!(refused.is_err());
    assert!(
        list::<Thing>(&*store, &all_of(10))
            .await
            .unwrap()
            .is_empty()
    );
}

fn all_of(limit: usize) -> ResourceQuery {
    ResourceQuery {
        page: Page {
            limit,
            ..Page::default()
        },
        ..ResourceQuery::default()
    }
}

async fn names(store: &SqlStore, query: &ResourceQuery) -> Vec<String> {
    let found = list::<Thing>(store, query).await.unwrap();
    let names = found.into_iter().map(|known| known.resource.name.unwrap());
    names.collect()
}

async fn lists_filter_sort_and_page_by_fields(place: Place) {
    let store = place.open().await;
    for (number, name, rank) in [(1, "c", Some(10)), (2, "a", Some(9)), (3, "b", None)] {
        let mut thing = thing(number, name);
        thing.rank = rank;
        add(&store, &[&thing]).await.unwrap();
    }
    assert_eq!(names(&store, &all_of(10)).await, ["c", "a", "b"]);
    let mut query = all_of(10);
    query.page.sort_key = Some("name".to_owned());
    assert_eq!(names(&store, &query).await, ["a", "b", "c"]);
    // Numbers sort as numbers, what is unset first.
    query.page.sort_key = Some("rank".to_owned());
    assert_eq!(names(&store, &query).await, ["b", "a", "c"]);
    let negative = Thing {
        rank: Some(-3),
        ..thing(4, "d")
    };
    add(&store, &[&negative]).await.unwrap();
    assert_eq!(names(&store, &query).await, ["b", "d", "a", "c"]);
    query.page.sort_direction = SortDirection::Descending;
    query.page.limit = 1;
    let mut seen = Vec::new();
    loop {
        let page = list::<Thing>(&*store, &query).await.unwrap();
        let Some(last) = page.last() else { break };
        query.page.marker = Some(last.resource.uuid);
        seen.push(last.resource.name.clone().unwrap());
    }
    assert_eq!(seen, ["c", "a", "d", "b"]);
    let mut query = all_of(10);
    query.equal = vec![("rank", json!(9))];
    assert_eq!(names(&store, &query).await, ["a"]);
    query.equal = vec![("rank", json!(9)), ("name", json!("c"))];
    assert!(names(&store, &query).await.is_empty());
    query = all_of(10);
    query.page.sort_key = Some("name') --".to_owned());
    let refused = list::<Thing>(&*store, &query).await;
    assert!(matches!(refused, Err(StoreError::SortKey(_))));
}

async fn resources_go_with_their_node(place: Place) {
    let store = place.open().await;
    let mut one = thing(1, "a");
    one.node_uuid = Some(node(1).uuid);
    let orphan = add(&store, &[&one]).await;
    assert!(matches!(
        orphan,
        Err(StoreError::NotFound { what: "node", .. })
    ));
    store.create_node(node(1), Vec::new()).await.unwrap();
    add(&store, &[&one, &thing(2, "b")]).await.unwrap();
    let mut query = all_of(10);
    query.node = one.node_uuid;
    assert_eq!(names(&store, &query).await, ["a"]);
    store.delete_node(node(1).uuid, 0).await.unwrap();
    assert_eq!(names(&store, &all_of(10)).await, ["b"]);
    assert!(
        find_by::<Thing>(&*store, "name", "a")
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_turn_writes_resources_too(place: Place) {
    let store = place.open().await;
    store.create_node(node(1), Vec::new()).await.unwrap();
    let mut record = turn(node(1));
    record.resources = vec![create(&thing(1, "a")).unwrap()];
    assert_eq!(store.commit(record).await.unwrap(), 1);
    assert_eq!(names(&store, &all_of(10)).await, ["a"]);
    // From a node that has changed since: neither is written.
    let mut record = turn(node(1));
    record.resources = vec![ResourceChange::Delete(Thing::KIND, thing(1, "a").uuid)];
    assert!(matches!(
        store.commit(record).await,
        Err(StoreError::Conflict)
    ));
    assert_eq!(names(&store, &all_of(10)).await, ["a"]);
}
