//! Fields of nodes that have rules of their own: owner, lessee, description, protected, retired, instance_name, parent_node; and what a
//! client reads while the engine is at work on a node.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use axum::Router;
use model::{ProvisionState as State, Refusal, RefusalKind};
use serde_json::{Value, json};
use std::sync::Arc;
use support::ask::{ask, ask_at};
use support::{CONDUCTOR, Fake};

fn site() -> (Arc<Fake>, Router) {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    (fake, router)
}

fn add(field: &str, value: Value) -> Option<Value> {
    Some(json!([{"op": "add", "path": format!("/{field}"), "value": value}]))
}

/// Each field and the version that has it.
const FIELDS: &[(&str, u16)] = &[
    ("conductor_group", 46),
    ("protected", 48),
    ("protected_reason", 48),
    ("owner", 50),
    ("description", 51),
    ("retired", 61),
    ("retired_reason", 61),
    ("lessee", 65),
    ("shard", 82),
    ("parent_node", 83),
    ("instance_name", 104),
];

#[tokio::test]
async fn a_field_is_refused_and_hidden_before_its_version() {
    let (_fake, router) = site();
    for (field, since) in FIELDS {
        let before = format!("1.{}", since - 1);
        let reply = ask_at(
            &router,
            &before,
            "PATCH",
            "/v1/nodes/a",
            add(field, json!("x")),
        )
        .await;
        assert_eq!(reply.status, 406, "{field}: {}", reply.text);
        // What an older client cannot see it may still take away.
        let gone = Some(json!([{"op": "remove", "path": format!("/{field}")}]));
        let reply = ask_at(&router, &before, "PATCH", "/v1/nodes/a", gone).await;
        assert_eq!(reply.status, 200, "{field}: {}", reply.text);
        assert!(reply.body.get(field).is_none(), "{field}");
        let asked = format!("/v1/nodes/a?fields={field}");
        assert_eq!(
            ask_at(&router, &before, "GET", &asked, None).await.status,
            406
        );
        let shown = ask_at(&router, &format!("1.{since}"), "GET", "/v1/nodes/a", None).await;
        assert!(shown.body.get(field).is_some(), "{field}");
        if !field.starts_with("protected") {
            let body = json!({"driver": "fake-hardware", *field: "x"});
            let reply = ask_at(&router, &before, "POST", "/v1/nodes", Some(body)).await;
            assert_eq!(reply.status, 406, "{field}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_filter_is_refused_before_its_version() {
    let (_fake, router) = site();
    for (filter, since) in [
        ("owner=x", 50),
        ("lessee=x", 65),
        ("shard=x", 82),
        ("parent_node=x", 83),
        ("include_children=true", 83),
        ("instance_name=x", 104),
    ] {
        let path = format!("/v1/nodes?{filter}");
        let before = format!("1.{}", since - 1);
        assert_eq!(
            ask_at(&router, &before, "GET", &path, None).await.status,
            406,
            "{filter}"
        );
        let since = format!("1.{since}");
        assert_eq!(
            ask_at(&router, &since, "GET", &path, None).await.status,
            200,
            "{filter}"
        );
    }
    // These came later than the first version, which takes them all the same.
    for filter in ["description_contains=x", "retired=true", "project=x"] {
        let path = format!("/v1/nodes?{filter}");
        let reply = ask_at(&router, "1.1", "GET", &path, None).await;
        assert_eq!(reply.status, 200, "{filter}");
    }
}

#[tokio::test]
async fn values_are_bounded() {
    let (_fake, router) = site();
    for (field, value, status) in [
        ("description", json!("x".repeat(4096)), 200),
        ("description", json!("x".repeat(4097)), 400),
        ("description", json!(5), 400),
        ("instance_name", json!(""), 400),
        ("instance_name", json!("x".repeat(256)), 400),
        ("instance_name", json!("x"), 200),
        ("instance_name", Value::Null, 200),
        ("owner", json!(["p"]), 400),
        ("owner", json!("p"), 200),
        ("lessee", json!("p"), 200),
        ("resource_class", json!("x".repeat(81)), 400),
        ("protected", json!("maybe"), 400),
        ("protected", Value::Null, 200),
        ("retired", json!("maybe"), 400),
        ("retired", json!("yes"), 200),
        ("retired", Value::Null, 200),
        ("parent_node", json!("nope"), 400),
        ("parent_node", json!("a"), 400),
        ("name", json!("detail"), 400),
    ] {
        let reply = ask(&router, "PATCH", "/v1/nodes/a", add(field, value.clone())).await;
        assert_eq!(reply.status, status, "{field} {value}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_reason_needs_its_flag_and_goes_with_it() {
    let (_fake, router) = site();
    for flag in ["protected", "retired"] {
        let reason = format!("{flag}_reason");
        let reply = ask(&router, "PATCH", "/v1/nodes/a", add(&reason, json!("why"))).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
        let text = format!("The {reason} field can only be set when {flag} is True");
        assert!(reply.error().contains(&text), "{}", reply.error());
        let both = json!([
            {"op": "add", "path": format!("/{flag}"), "value": true},
            {"op": "add", "path": format!("/{reason}"), "value": "why"}]);
        let reply = ask(&router, "PATCH", "/v1/nodes/a", Some(both)).await;
        assert_eq!(reply.body[&reason], "why", "{}", reply.text);
        let reply = ask(&router, "PATCH", "/v1/nodes/a", add(flag, json!(false))).await;
        assert_eq!(reply.body[&reason], Value::Null);
        let body = json!({"driver": "fake-hardware", "protected": true});
        assert_eq!(
            ask(&router, "POST", "/v1/nodes", Some(body)).await.status,
            400
        );
    }
}

#[tokio::test]
async fn an_older_place_of_the_instances_name_is_followed() {
    let (_fake, router) = site();
    let shown = |name: &str| add("instance_info/display_name", json!(name));
    let reply = ask(&router, "PATCH", "/v1/nodes/a", shown("first")).await;
    assert_eq!(reply.body["instance_name"], "first");
    let reply = ask(&router, "PATCH", "/v1/nodes/a", shown("second")).await;
    assert_eq!(reply.body["instance_name"], "first");
    let body = json!({"driver": "fake-hardware", "instance_info": {"display_name": "x"}});
    let reply = ask(&router, "POST", "/v1/nodes", Some(body)).await;
    assert_eq!(reply.body["instance_name"], Value::Null);
}

#[tokio::test]
async fn children_stand_under_their_parent() {
    let (fake, router) = site();
    let body = json!({"driver": "fake-hardware", "name": "kid", "parent_node": "a"});
    let kid = ask(&router, "POST", "/v1/nodes", Some(body)).await.body;
    let parent = fake.node(uuid::Uuid::from_u128(1)).uuid.to_string();
    assert_eq!(kid["parent_node"], parent.as_str());
    let reply = ask(&router, "GET", "/v1/nodes/a/children", None).await;
    let href = format!("http://engine:6385/v1/nodes?parent_node={parent}");
    let expected = json!({"children": [kid["uuid"]], "links": {"href": href, "rel": "children"}});
    assert_eq!(reply.body, expected);
    assert_eq!(
        ask_at(&router, "1.82", "GET", "/v1/nodes/a/children", None)
            .await
            .status,
        404
    );
    assert_eq!(
        ask(&router, "GET", "/v1/nodes/nope/children", None)
            .await
            .status,
        404
    );
    for (query, expected) in [
        ("", vec!["a"]),
        ("include_children=true", vec!["a", "kid"]),
        ("parent_node=a", vec!["kid"]),
        (&format!("parent_node={parent}"), vec!["kid"]),
        ("parent_node=nope", vec![]),
    ] {
        let reply = ask(&router, "GET", &format!("/v1/nodes?{query}"), None).await;
        let nodes = reply.body["nodes"].as_array().expect(&reply.text);
        let names: Vec<_> = nodes.iter().map(|n| n["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{query}");
    }
}

#[tokio::test]
async fn who_has_a_node_is_named() {
    let (fake, router) = site();
    let node = uuid::Uuid::from_u128(1);
    assert_eq!(
        ask(&router, "GET", "/v1/nodes/a", None).await.body["reservation"],
        Value::Null
    );
    for (state, holder) in [
        (State::Deploying, json!(CONDUCTOR)),
        (State::DeployWait, Value::Null),
        (State::Active, Value::Null),
        (State::CleanHold, Value::Null),
        (State::Cleaning, json!(CONDUCTOR)),
        (State::DeployFailed, Value::Null),
    ] {
        fake.change(node, |node| node.provision_state = state);
        let shown = ask(&router, "GET", "/v1/nodes/a", None).await;
        assert_eq!(shown.body["reservation"], holder, "{state}");
    }
    fake.change(node, |node| node.provision_state = State::Cleaning);
    let refusal = lifecycle::judge_idle(&fake.node(node)).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Busy);
    fake.world.lock().unwrap().refuse = Some(refusal);
    let reply = ask(&router, "PUT", "/v1/nodes/a/maintenance", Some(json!({}))).await;
    assert_eq!(reply.status, 409);
    let text = format!(
        "Node {node} is locked by host {CONDUCTOR}, please retry after the current operation is completed."
    );
    assert!(reply.error().starts_with(&text), "{}", reply.error());
    // Other refusals are told as they are.
    fake.world.lock().unwrap().refuse = Some(Refusal::new(RefusalKind::WrongState, "no"));
    let reply = ask(&router, "PUT", "/v1/nodes/a/maintenance", Some(json!({}))).await;
    assert_eq!(reply.error(), "no");
}

#[tokio::test]
async fn a_node_on_its_way_is_not_patched_whatever_the_patch() {
    let (fake, router) = site();
    let node = uuid::Uuid::from_u128(1);
    let way = |state: State| {
        move |node: &mut model::Node| {
            node.provision_state = state;
            node.target_provision_state = Some(State::Active);
        }
    };
    let bad = || Some(json!([{"op": "replace", "path": "/extra/none", "value": 1}]));
    for state in [
        State::Deploying,
        State::DeployWait,
        State::Deleting,
        State::CleanWait,
    ] {
        fake.change(node, way(state));
        let reply = ask(&router, "PATCH", "/v1/nodes/a", bad()).await;
        assert_eq!(reply.status, 409, "{state}: {}", reply.text);
        assert!(
            reply
                .error()
                .contains("while a state transition is in progress")
        );
    }
    for state in [State::DeployFailed, State::ServiceHold, State::InspectWait] {
        fake.change(node, way(state));
        let reply = ask(&router, "PATCH", "/v1/nodes/a", bad()).await;
        assert_eq!(reply.status, 400, "{state}: {}", reply.text);
    }
}
