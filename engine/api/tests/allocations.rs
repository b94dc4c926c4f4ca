//! Allocations: versions, form, filters, who sees and does what, and the one that a node has.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{Accounts, Role, Roles};
use axum::Router;
use model::ProvisionState;
use serde_json::{Value, json};
use std::sync::Arc;
use support::Fake;
use support::ask::{Reply, ask, ask_as, ask_at};
use uuid::Uuid;

const A: &str = "/v1/allocations";

fn site() -> (Arc<Fake>, Router, Uuid, Uuid) {
    let fake = Fake::new();
    let of_class = |node: &mut model::Node| {
        node.resource_class = Some("gold".to_owned());
        node.provision_state = ProvisionState::Available;
        node.power_state = Some(model::PowerState::Off);
    };
    let one = fake.add_node("one", of_class);
    let two = fake.add_node("two", of_class);
    let router = fake.operator();
    (fake, router, one, two)
}

async fn made(router: &Router, body: Value) -> Value {
    let reply = ask(router, "POST", A, Some(body)).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.body
}

async fn status(router: &Router, version: &str, method: &str, path: &str, body: Value) -> u16 {
    let body = (!body.is_null()).then_some(body);
    let reply = ask_at(router, version, method, path, body).await;
    reply.status.as_u16()
}

#[tokio::test]
async fn each_version_has_what_it_should() {
    let (_fake, router, one, _) = site();
    let gold = json!({"resource_class": "gold"});
    for (version, method, path, body, expected) in [
        ("1.51", "GET", A.to_owned(), Value::Null, 404),
        ("1.51", "POST", A.to_owned(), gold.clone(), 405),
        ("1.51", "DELETE", format!("{A}/x"), Value::Null, 405),
        ("1.56", "PATCH", format!("{A}/x"), json!([]), 405),
        (
            "1.51",
            "GET",
            format!("/v1/nodes/{one}/allocation"),
            Value::Null,
            404,
        ),
        (
            "1.51",
            "DELETE",
            format!("/v1/nodes/{one}/allocation"),
            Value::Null,
            404,
        ),
        ("1.52", "POST", A.to_owned(), gold.clone(), 201),
        (
            "1.57",
            "POST",
            A.to_owned(),
            json!({"node": one, "resource_class": "gold"}),
            400,
        ),
        (
            "1.59",
            "POST",
            A.to_owned(),
            json!({"owner": "p", "resource_class": "gold"}),
            406,
        ),
        ("1.59", "GET", format!("{A}?owner=p"), Value::Null, 406),
        ("1.59", "GET", format!("{A}?fields=owner"), Value::Null, 406),
        ("1.60", "GET", format!("{A}?owner=p"), Value::Null, 200),
    ] {
        let got = status(&router, version, method, &path, body).await;
        assert_eq!(got, expected, "{version} {method} {path}");
    }
    let listed = ask_at(&router, "1.59", "GET", A, None).await;
    assert!(listed.body["allocations"][0].get("owner").is_none());
    assert!(listed.body["allocations"][0].get("state").is_some());
}

#[tokio::test]
async fn a_new_one_reads_back_as_it_was_asked_for() {
    let (_fake, router, one, two) = site();
    let reply = ask(
        &router,
        "POST",
        A,
        Some(json!({
            "name": "detail", "resource_class": "gold", "candidate_nodes": ["two", one.to_string(), "two"],
            "traits": ["CUSTOM_B", "CUSTOM_A", "CUSTOM_A"], "extra": {"a": [1]}, "owner": "p1"})),
    )
    .await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let uuid = reply.body["uuid"].as_str().unwrap().to_owned();
    let expected = json!({
        "uuid": uuid, "name": "detail", "node_uuid": null, "state": "allocating", "last_error": null,
        "resource_class": "gold", "candidate_nodes": [two, one, two],
        "traits": ["CUSTOM_B", "CUSTOM_A", "CUSTOM_A"], "owner": "p1", "extra": {"a": [1]},
        "created_at": "2026-11-22T10:00:00+00:00", "updated_at": null,
        "links": [{"href": format!("http://engine:6385/v1/allocations/{uuid}"), "rel": "self"},
                  {"href": format!("http://engine:6385/allocations/{uuid}"), "rel": "bookmark"}]});
    assert_eq!(reply.body, expected);
    let location = format!("http://engine:6385/v1/allocations/{uuid}");
    assert_eq!(reply.header("location"), Some(location.as_str()));
    for named in [uuid.as_str(), "detail"] {
        let shown = ask(&router, "GET", &format!("{A}/{named}"), None).await;
        assert_eq!(shown.body, expected, "{named}");
    }
    let missing = ask(&router, "GET", &format!("{A}/nope"), None).await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.error(), "Allocation nope could not be found.");
}

#[tokio::test]
async fn what_is_malformed_is_refused() {
    let (_fake, router, one, _) = site();
    let gold = |key: &str, value: Value| json!({"resource_class": "gold", key: value});
    for body in [
        json!({}),
        json!({"resource_class": null}),
        json!({"resource_class": ""}),
        json!({"resource_class": 5}),
        json!({"resource_class": "x".repeat(81)}),
        gold("name", json!("a b")),
        gold("name", json!(7)),
        gold("bogus", json!(1)),
        gold("node_uuid", json!(one)),
        gold("state", json!("active")),
        gold("uuid", json!("x")),
        gold("extra", json!([])),
        gold("candidate_nodes", json!("one")),
        gold("candidate_nodes", json!([1])),
        gold("candidate_nodes", json!(["nope"])),
        gold("candidate_nodes", json!(["a b"])),
        gold("candidate_nodes", Value::Array(vec![json!("one"); 2001])),
        gold("traits", json!(["bad"])),
        gold("traits", json!("CUSTOM_A")),
        gold("node", json!("nope")),
        gold("node", json!(1)),
        json!([]),
    ] {
        let reply = ask(&router, "POST", A, Some(body.clone())).await;
        assert_eq!(reply.status, 400, "{body}");
        reply.error();
    }
    for query in [
        "sort_key=traits",
        "sort_key=node_uuid",
        "sort_key=nope",
        "node=nope",
        "detail=true",
        "bogus=1",
        "marker=x",
        "fields=bogus",
        "limit=0",
    ] {
        let reply = ask(&router, "GET", &format!("{A}?{query}"), None).await;
        assert_eq!(reply.status, 400, "{query}: {}", reply.text);
    }
}

#[tokio::test]
async fn names_and_uuids_are_each_ones_own() {
    let (_fake, router, ..) = site();
    let first = made(&router, json!({"resource_class": "gold", "name": "a"})).await;
    for body in [
        json!({"resource_class": "gold", "name": "a"}),
        json!({"resource_class": "gold", "uuid": first["uuid"]}),
    ] {
        let reply = ask(&router, "POST", A, Some(body)).await;
        assert_eq!(reply.status, 409, "{}", reply.text);
    }
    made(&router, json!({"resource_class": "gold", "name": "b"})).await;
    let rename = json!([{"op": "replace", "path": "/name", "value": "a"}]);
    let reply = ask(&router, "PATCH", &format!("{A}/b"), Some(rename)).await;
    assert_eq!(reply.status, 409, "{}", reply.text);
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let (fake, router, one, _) = site();
    for (name, class, owner) in [
        ("a", "gold", "p1"),
        ("b", "gold", "p2"),
        ("c", "silver", "p1"),
    ] {
        let body = json!({"name": name, "resource_class": class, "owner": owner});
        made(&router, body).await;
    }
    fake.settle(one).await;
    for (query, expected) in [
        ("", vec!["a", "b", "c"]),
        ("resource_class=gold", vec!["a", "b"]),
        ("owner=p1", vec!["a", "c"]),
        ("owner=p1&resource_class=silver", vec!["c"]),
        ("state=active", vec!["a"]),
        ("state=allocating", vec!["b", "c"]),
        ("state=bogus", vec![]),
        ("node=one", vec!["a"]),
        ("node=two", vec![]),
        ("sort_key=name&sort_dir=desc", vec!["c", "b", "a"]),
    ] {
        let reply = ask(&router, "GET", &format!("{A}?{query}"), None).await;
        let items = reply.body["allocations"].as_array().expect(&reply.text);
        let names: Vec<_> = items.iter().map(|i| i["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{query}");
    }
    let page = ask(
        &router,
        "GET",
        &format!("{A}?limit=2&fields=name,state"),
        None,
    )
    .await;
    let items = page.body["allocations"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let keys: Vec<_> = items[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["links", "name", "state"]);
    let next = page.body["next"].as_str().unwrap();
    let rest = ask(
        &router,
        "GET",
        next.trim_start_matches("http://engine:6385"),
        None,
    )
    .await;
    assert_eq!(rest.body["allocations"][0]["name"], "c");
    assert!(rest.body.get("next").is_none());
}

#[tokio::test]
async fn only_name_and_extra_can_be_patched() {
    let (_fake, router, ..) = site();
    made(&router, json!({"resource_class": "gold", "name": "a"})).await;
    let patch = |path: &str, op: &str, path_of: &str, value: Value| {
        let patch = json!([{"op": op, "path": path_of, "value": value}]);
        let path = format!("{A}/{path}");
        let router = router.clone();
        async move { ask(&router, "PATCH", &path, Some(patch)).await }
    };
    let renamed = patch("a", "replace", "/name", json!("b")).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    assert_eq!(renamed.body["name"], "b");
    assert_eq!(renamed.body["updated_at"], "2026-11-22T10:00:00+00:00");
    let extra = patch("b", "add", "/extra/x", json!({"y": 1})).await;
    assert_eq!(extra.body["extra"], json!({"x": {"y": 1}}));
    assert_eq!(
        patch("b", "replace", "/extra", Value::Null).await.body["extra"],
        json!({})
    );
    for (path, value) in [
        ("/state", json!("error")),
        ("/resource_class", json!("silver")),
        ("/owner", Value::Null),
        ("/node_uuid", Value::Null),
        ("/candidate_nodes", json!([])),
        ("/traits", json!([])),
        ("/uuid", json!(Uuid::new_v4())),
        ("/name", json!("b b")),
        ("/bogus", json!(1)),
    ] {
        let reply = patch("b", "replace", path, value).await;
        assert_eq!(reply.status, 400, "{path}: {}", reply.text);
    }
    assert_eq!(
        patch("nope", "replace", "/name", json!("x")).await.status,
        404
    );
    let nameless = json!([{"op": "remove", "path": "/name"}]);
    let reply = ask(&router, "PATCH", &format!("{A}/b"), Some(nameless)).await;
    assert_eq!(reply.body["name"], Value::Null);
}

#[tokio::test]
async fn a_node_shows_its_allocation_and_gives_it_up() {
    let (fake, router, one, two) = site();
    let of_one = format!("/v1/nodes/{one}/allocation");
    let none = ask(&router, "GET", &of_one, None).await;
    assert_eq!(none.status, 404);
    assert!(none.error().contains("was not found"), "{}", none.error());
    assert_eq!(ask(&router, "DELETE", &of_one, None).await.status, 404);
    assert_eq!(
        ask(&router, "GET", "/v1/nodes/nope/allocation", None)
            .await
            .status,
        400
    );
    assert_eq!(
        ask(&router, "DELETE", "/v1/nodes/nope/allocation", None)
            .await
            .status,
        404
    );

    made(
        &router,
        json!({"resource_class": "gold", "name": "a", "traits": ["CUSTOM_T"]}),
    )
    .await;
    let uuid = fake.settle(one).await.to_string();
    let shown = ask(&router, "GET", "/v1/nodes/one/allocation", None).await;
    assert_eq!(shown.body["uuid"], uuid.as_str());
    assert_eq!(shown.body["node_uuid"], one.to_string());
    assert_eq!(shown.body["state"], "active");
    let some = ask(&router, "GET", &format!("{of_one}?fields=state"), None).await;
    assert_eq!(some.body.as_object().unwrap().len(), 2, "{}", some.text);
    let node = ask(&router, "GET", "/v1/nodes/one", None).await.body;
    assert_eq!(node["allocation_uuid"], uuid.as_str());
    assert_eq!(node["instance_uuid"], uuid.as_str());
    assert_eq!(node["instance_info"]["traits"], json!(["CUSTOM_T"]));
    assert!(
        ask_at(&router, "1.51", "GET", "/v1/nodes/one", None)
            .await
            .body
            .get("allocation_uuid")
            .is_none()
    );

    fake.change(one, |node| node.provision_state = ProvisionState::Active);
    for path in [of_one.clone(), format!("{A}/a")] {
        let reply = ask(&router, "DELETE", &path, None).await;
        assert_eq!(reply.status, 409, "{path}");
        assert!(
            reply.error().contains("because the node is active"),
            "{}",
            reply.error()
        );
    }
    fake.change(one, |node| node.provision_state = ProvisionState::Available);
    assert_eq!(ask(&router, "DELETE", &of_one, None).await.status, 204);
    assert_eq!(fake.node(one).allocation, None);
    assert_eq!(fake.node(one).instance_uuid, None);
    assert_eq!(
        ask(&router, "GET", &format!("{A}/a"), None).await.status,
        404
    );
    assert_eq!(
        ask(&router, "DELETE", &format!("{A}/a"), None).await.status,
        404
    );
    assert_eq!(fake.node(two).allocation, None);
}

#[tokio::test]
async fn a_node_in_use_is_given_one_afterwards() {
    let (fake, router, one, _) = site();
    let refused = ask(&router, "POST", A, Some(json!({"node": "one"}))).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.error().contains("must be in the \"active\" state"));
    let instance = Uuid::new_v4();
    fake.change(one, |node| {
        node.provision_state = ProvisionState::Active;
        node.instance_uuid = Some(instance.to_string());
    });
    for body in [
        json!({"node": "one", "resource_class": "silver"}),
        json!({"node": "one", "traits": ["CUSTOM_Q"]}),
        json!({"node": "one", "candidate_nodes": ["two"]}),
    ] {
        let reply = ask(&router, "POST", A, Some(body.clone())).await;
        assert_eq!(reply.status, 400, "{body}");
    }
    let other = json!({"node": "one", "uuid": Uuid::new_v4()});
    let other = ask(&router, "POST", A, Some(other)).await;
    assert_eq!(other.status, 409);
    assert!(
        other.error().contains("is associated with instance"),
        "{}",
        other.error()
    );
    let active = made(&router, json!({"node": "one", "name": "late"})).await;
    assert_eq!(active["uuid"], instance.to_string());
    assert_eq!(active["state"], "active");
    assert_eq!(active["resource_class"], "gold");
    assert_eq!(active["node_uuid"], one.to_string());
    assert_eq!(fake.node(one).allocation, Some(instance));
}

#[tokio::test]
async fn an_owned_allocation_holds_its_nodes_owner() {
    let (fake, router, one, two) = site();
    fake.change(one, |node| node.owner = Some("p1".to_owned()));
    made(&router, json!({"resource_class": "gold", "owner": "p1"})).await;
    fake.settle(one).await;
    let owner = |value: Value| Some(json!([{"op": "add", "path": "/owner", "value": value}]));
    let reply = ask(&router, "PATCH", "/v1/nodes/one", owner(json!("p2"))).await;
    assert_eq!(reply.status, 409, "{}", reply.text);
    made(&router, json!({"resource_class": "gold"})).await;
    fake.settle(two).await;
    let reply = ask(&router, "PATCH", "/v1/nodes/two", owner(json!("p2"))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

struct Guarded {
    fake: Arc<Fake>,
    router: Router,
    _folder: tempfile::TempDir,
}

fn guarded() -> Guarded {
    let (fake, ..) = site();
    let folder = tempfile::tempdir().unwrap();
    let roles = [
        ("admin", "admin"),
        ("audit", "system-reader"),
        ("p1-member", "member:p1"),
        ("p1-reader", "reader:p1"),
        ("p2-member", "member:p2"),
    ];
    let lines: String = roles
        .iter()
        .map(|(name, _)| format!("{name}:{}\n", bcrypt::hash("pw", 4).unwrap()))
        .collect();
    let path = folder.path().join("htpasswd");
    std::fs::write(&path, lines).unwrap();
    let roles = roles
        .iter()
        .map(|(name, role)| ((*name).to_owned(), role.parse::<Role>().unwrap()));
    let accounts = Accounts::open(&path, Roles::new(roles)).unwrap();
    Guarded {
        router: fake.guarded(accounts),
        fake,
        _folder: folder,
    }
}

impl Guarded {
    async fn ask(&self, user: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        ask_as(&self.router, user, method, path, body).await
    }
}

#[tokio::test]
async fn a_projects_users_see_and_make_their_own() {
    let site = guarded();
    let gold = || Some(json!({"resource_class": "gold"}));
    for (user, expected) in [
        ("audit", 403),
        ("p1-reader", 403),
        ("p1-member", 201),
        ("admin", 201),
    ] {
        let reply = site.ask(user, "POST", A, gold()).await;
        assert_eq!(reply.status, expected, "{user}: {}", reply.text);
        if user == "p1-member" {
            assert_eq!(reply.body["owner"], "p1");
        }
    }
    let foreign = Some(json!({"resource_class": "gold", "owner": "p2"}));
    assert_eq!(site.ask("p1-member", "POST", A, foreign).await.status, 403);
    let unseen = Some(json!({"resource_class": "gold", "candidate_nodes": ["one"]}));
    assert_eq!(site.ask("p1-member", "POST", A, unseen).await.status, 400);
    for (user, seen) in [
        ("admin", 2),
        ("audit", 2),
        ("p1-reader", 1),
        ("p2-member", 0),
    ] {
        let reply = site.ask(user, "GET", A, None).await;
        assert_eq!(
            reply.body["allocations"].as_array().unwrap().len(),
            seen,
            "{user}"
        );
    }
    assert_eq!(
        site.ask("p1-member", "GET", &format!("{A}?owner=p2"), None)
            .await
            .status,
        403
    );
    let own = site.ask("p1-reader", "GET", A, None).await.body["allocations"][0]["uuid"].clone();
    let path = format!("{A}/{}", own.as_str().unwrap());
    let rename = || Some(json!([{"op": "add", "path": "/name", "value": "n"}]));
    for (user, method, body, expected) in [
        ("p2-member", "GET", None, 404),
        ("p2-member", "DELETE", None, 404),
        ("p2-member", "PATCH", rename(), 404),
        ("p1-reader", "GET", None, 200),
        ("p1-reader", "PATCH", rename(), 403),
        ("p1-reader", "DELETE", None, 403),
        ("audit", "GET", None, 200),
        ("audit", "DELETE", None, 403),
        ("p1-member", "PATCH", rename(), 200),
        ("p1-member", "DELETE", None, 204),
    ] {
        let reply = site.ask(user, method, &path, body).await;
        assert_eq!(reply.status, expected, "{user} {method}: {}", reply.text);
    }
    assert_eq!(site.fake.world.lock().unwrap().resources.len(), 1);
}
