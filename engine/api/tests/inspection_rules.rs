//! Inspection rules: creation, lists, patches, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::Fake;
use support::ask::{Reply, ask, ask_at};

const PATH: &str = "/v1/inspection_rules";

fn action() -> Value {
    json!({"op": "set-attribute", "args": {"path": "/driver_info/ipmi_password", "value": "pssst"}})
}

fn condition() -> Value {
    json!({"op": "eq", "args": {"values": ["{node.driver}", "fake"]}})
}

fn with(key: &str, value: Value) -> Value {
    let mut body = json!({"actions": [action()]});
    body[key] = value;
    body
}

async fn make(router: &axum::Router, body: Value) -> Reply {
    let made = ask(router, "POST", PATH, Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made
}

#[tokio::test]
async fn rules_are_made_shown_changed_and_removed() {
    let router = Fake::new().operator();
    let mut looped = condition();
    looped["loop"] = json!(["a"]);
    let body = json!({
        "actions": [{"op": "fail", "args": ["m"], "more": 1}],
        "conditions": [looped, condition()],
        "description": "d", "priority": 5, "uuid": "6a2b8cf4-1111-4222-8333-944455556666",
    });
    let made = make(&router, body.clone()).await;
    let path = format!("{PATH}/6a2b8cf4-1111-4222-8333-944455556666");
    assert!(made.header("location").unwrap().ends_with(&path));
    assert_eq!(made.body.as_object().unwrap().len(), 10);
    assert_eq!(made.body["actions"], json!([{"op": "fail", "args": ["m"]}]));
    assert_eq!(made.body["conditions"][0]["multiple"], "any");
    assert_eq!(made.body["conditions"][1], condition());
    for (key, value) in [
        ("description", json!("d")),
        ("priority", json!(5)),
        ("sensitive", json!(false)),
        ("phase", json!("main")),
    ] {
        assert_eq!(made.body[key], value, "{key}");
    }
    assert_eq!(ask(&router, "POST", PATH, Some(body)).await.status, 409);

    let patch = json!([
        {"op": "replace", "path": "/priority", "value": 7},
        {"op": "replace", "path": "/actions/0/args/0", "value": "other"},
        {"op": "remove", "path": "/conditions"},
        {"op": "remove", "path": "/description"},
    ]);
    let changed = ask(&router, "PATCH", &path, Some(patch)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.body["actions"][0]["args"], json!(["other"]));
    assert_eq!(changed.body["conditions"], json!([]));
    assert_eq!(changed.body["priority"], 7);
    assert_eq!(ask(&router, "GET", &path, None).await.body, changed.body);
    assert_eq!(ask(&router, "DELETE", &path, None).await.status, 204);
    assert_eq!(ask(&router, "DELETE", &path, None).await.status, 404);
}

#[tokio::test]
async fn the_command_line_says_null_for_no_conditions() {
    let router = Fake::new().operator();
    let made = make(&router, with("conditions", Value::Null)).await;
    assert_eq!(made.body["conditions"], json!([]));
}

#[tokio::test]
async fn a_sensitive_rule_stays_so_and_is_not_shown() {
    let router = Fake::new().operator();
    let made = make(&router, with("sensitive", json!(true))).await;
    let path = format!("{PATH}/{}", made.body["uuid"].as_str().unwrap());
    for patch in [
        json!([{"op": "add", "path": "/sensitive", "value": false}]),
        json!([{"op": "remove", "path": "/sensitive"}]),
    ] {
        let reply = ask(&router, "PATCH", &path, Some(patch)).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
        assert!(reply.error().contains("stays so"));
    }
    let patch = json!([{"op": "replace", "path": "/priority", "value": 3}]);
    let changed = ask(&router, "PATCH", &path, Some(patch)).await;
    assert_eq!(changed.body["priority"], 3);
    let list = ask(&router, "GET", &format!("{PATH}?detail=true"), None).await;
    for reply in [&made, &changed, &list] {
        assert!(!reply.text.contains("pssst"), "{}", reply.text);
    }
    assert_eq!(changed.body["actions"], Value::Null);
    assert_eq!(changed.body["conditions"], Value::Null);
}

#[tokio::test]
async fn lists_show_what_is_asked_for() {
    let router = Fake::new().operator();
    for priority in [1, 9] {
        make(&router, with("priority", json!(priority))).await;
    }
    let list = ask(&router, "GET", PATH, None).await;
    let first = list.body["inspection_rules"][0].as_object().unwrap();
    let keys: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(keys, ["description", "links", "phase", "priority", "uuid"]);
    for (query, count) in [("phase=main", 2), ("phase=other", 0), ("limit=1", 1)] {
        let reply = ask(&router, "GET", &format!("{PATH}?{query}"), None).await;
        let found = reply.body["inspection_rules"].as_array().unwrap().len();
        assert_eq!(found, count, "{query}");
    }
    for (query, status) in [
        ("fields=priority,actions", 200),
        ("fields=scope", 400),
        ("sort_key=priority&sort_dir=desc", 200),
        ("sort_key=actions", 400),
    ] {
        let reply = ask(&router, "GET", &format!("{PATH}?{query}"), None).await;
        assert_eq!(reply.status, status, "{query}: {}", reply.text);
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let router = Fake::new().operator();
    let conditions = |part: Value| with("conditions", json!([part]));
    let actions = |part: Value| json!({"actions": [part]});
    for (body, words) in [
        (json!({}), "'actions' is required"),
        (json!({"actions": []}), "actions: at least one"),
        (json!({"actions": "x"}), "actions: a list"),
        (with("priority", json!(-1)), "priority"),
        (with("priority", json!(10000)), "priority"),
        (with("priority", json!("+5")), "priority"),
        (with("priority", Value::Null), "priority"),
        (with("phase", json!("other")), "phase"),
        (with("phase", Value::Null), "phase"),
        (with("conditions", json!({})), "conditions"),
        (with("sensitive", json!("perhaps")), "sensitive"),
        (with("description", json!("x".repeat(256))), "description"),
        (with("uuid", json!("x")), "uuid"),
        (with("scope", json!("x")), "scope"),
        (
            actions(json!({"op": "nope", "args": {}})),
            "actions/0: op is one of",
        ),
        (actions(json!({"op": "fail"})), "'args' is required"),
        (
            actions(json!({"op": "fail", "args": {}})),
            "missing required argument: msg",
        ),
        (
            actions(json!({"op": "fail", "args": {"msg": "m", "x": 1}})),
            "unexpected argument: x",
        ),
        (
            actions(json!({"op": "api-call", "args": {"url": "http://x/"}})),
            "api-call",
        ),
        (
            conditions(json!({"op": "! eq", "args": {"values": []}})),
            "conditions/0: op is one of",
        ),
        (
            conditions(json!({"op": "!!eq", "args": {"values": []}})),
            "conditions/0: op is one of",
        ),
        (
            conditions(json!({"op": "eq", "args": {"values": []}, "multiple": "none"})),
            "multiple",
        ),
        (
            conditions(json!({"op": "eq", "args": {"values": []}, "loop": "x"})),
            "loop",
        ),
        (
            conditions(json!({"op": "matches", "args": {"value": "x", "regex": "("}})),
            "regular expression",
        ),
    ] {
        let reply = ask(&router, "POST", PATH, Some(body.clone())).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
        assert!(reply.error().contains(words), "{body}: {}", reply.error());
    }
    let made = make(&router, with("priority", json!(0))).await;
    let path = format!("{PATH}/{}", made.body["uuid"].as_str().unwrap());
    for patch in [
        json!([{"op": "remove", "path": "/actions"}]),
        json!([{"op": "replace", "path": "/actions/0/op", "value": "nope"}]),
        json!([{"op": "replace", "path": "/phase", "value": "z"}]),
        json!([{"op": "add", "path": "/scope", "value": "s"}]),
        json!([{"op": "replace", "path": "/uuid", "value": uuid::Uuid::max()}]),
    ] {
        let reply = ask(&router, "PATCH", &path, Some(patch.clone())).await;
        assert_eq!(reply.status, 400, "{patch}: {}", reply.text);
    }
    assert_eq!(
        ask(&router, "GET", &format!("{PATH}/name"), None)
            .await
            .status,
        400
    );
}

/// Ironic's command line sends texts, which Ironic itself refuses.
#[tokio::test]
async fn numbers_and_booleans_may_be_texts() {
    let router = Fake::new().operator();
    let mut body = with("priority", json!("7"));
    body["sensitive"] = json!("False");
    let made = make(&router, body).await;
    assert_eq!(made.body["priority"], 7);
    assert_eq!(made.body["sensitive"], false);
}

#[tokio::test]
async fn they_came_with_1_96() {
    let router = Fake::new().operator();
    let path = format!("{PATH}/{}", uuid::Uuid::max());
    for (version, method, path, status) in [
        ("1.95", "GET", PATH, 404),
        ("1.95", "POST", PATH, 405),
        ("1.95", "PATCH", path.as_str(), 405),
        ("1.95", "DELETE", path.as_str(), 405),
        ("1.96", "GET", PATH, 200),
        ("1.96", "DELETE", path.as_str(), 404),
        ("1.96", "DELETE", PATH, 405),
    ] {
        let reply = ask_at(&router, version, method, path, None).await;
        assert_eq!(reply.status, status, "{method} {path} at {version}");
    }
}
