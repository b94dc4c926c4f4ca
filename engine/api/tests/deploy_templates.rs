//! Deploy templates: creation, lists, patches, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::Fake;
use support::ask::{ask, ask_at};

const PATH: &str = "/v1/deploy_templates";

fn step() -> Value {
    json!({"interface": "deploy", "step": "x", "priority": 50,
           "args": {"password": "pssst", "list": [{"token": "pssst"}], "plain": 1}})
}

fn with(key: &str, value: Value) -> Value {
    let mut body = json!({"name": "CUSTOM_A", "steps": [step()]});
    body[key] = value;
    body
}

fn step_with(key: &str, value: Value) -> Value {
    let mut changed = step();
    changed[key] = value;
    with("steps", json!([changed]))
}

#[tokio::test]
async fn templates_are_made_shown_changed_and_removed() {
    let router = Fake::new().operator();
    let body = with("description", json!("d"));
    let made = ask(&router, "POST", PATH, Some(body.clone())).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let uuid = made.body["uuid"].as_str().unwrap().to_owned();
    let path = format!("{PATH}/{uuid}");
    assert!(made.header("location").unwrap().ends_with(&path));
    let shown = ask(&router, "GET", &path, None).await.body;
    assert_eq!(shown, made.body);
    assert_eq!(shown["description"], "d");
    assert_eq!(shown["extra"], json!({}));
    assert_eq!(shown["updated_at"], Value::Null);
    let args = json!({"password": "******", "list": [{"token": "******"}], "plain": 1});
    assert_eq!(shown["steps"][0]["args"], args);
    assert_eq!(shown["steps"][0]["priority"], 50);
    assert_eq!(shown.as_object().unwrap().len(), 8);

    assert_eq!(ask(&router, "POST", PATH, Some(body)).await.status, 409);
    let by_name = ask(&router, "GET", &format!("{PATH}/CUSTOM_A"), None).await;
    assert_eq!(by_name.body["uuid"], json!(uuid));
    let some = ask(&router, "GET", &format!("{path}?fields=name"), None).await;
    assert_eq!(some.body["name"], "CUSTOM_A");
    assert_eq!(some.body.as_object().unwrap().len(), 2);

    let patch = json!([
        {"op": "replace", "path": "/name", "value": "CUSTOM_B"},
        {"op": "replace", "path": "/steps/0/priority", "value": "9"},
        {"op": "add", "path": "/extra/a", "value": 1},
        {"op": "remove", "path": "/description"},
    ]);
    let changed = ask(&router, "PATCH", &path, Some(patch)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.body["name"], "CUSTOM_B");
    assert_eq!(changed.body["steps"][0]["priority"], 9);
    assert_eq!(changed.body["steps"][0]["args"], args);
    assert_eq!(changed.body["extra"], json!({"a": 1}));
    assert_eq!(changed.body["description"], Value::Null);
    assert_ne!(changed.body["updated_at"], Value::Null);

    let by_name = format!("{PATH}/CUSTOM_B");
    assert_eq!(ask(&router, "DELETE", &by_name, None).await.status, 204);
    assert_eq!(ask(&router, "DELETE", &by_name, None).await.status, 404);
}

#[tokio::test]
async fn a_patch_keeps_secrets_that_it_does_not_touch() {
    let fake = Fake::new();
    let router = fake.operator();
    ask(&router, "POST", PATH, Some(with("extra", json!({})))).await;
    let path = format!("{PATH}/CUSTOM_A");
    let patch = json!([{"op": "replace", "path": "/steps/0/args/plain", "value": 2}]);
    assert_eq!(ask(&router, "PATCH", &path, Some(patch)).await.status, 200);
    let world = fake.world.lock().unwrap();
    let stored = &world.resources[0].document["steps"][0]["args"];
    assert_eq!(stored["password"], "pssst");
    assert_eq!(stored["plain"], 2);
}

#[tokio::test]
async fn lists_are_short_paged_and_sorted() {
    let router = Fake::new().operator();
    for name in ["CUSTOM_B", "CUSTOM_A", "HW_CPU_X86_VMX"] {
        let made = ask(&router, "POST", PATH, Some(with("name", json!(name)))).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let names = |body: &Value| -> Vec<String> {
        let all = body["deploy_templates"].as_array().unwrap().iter();
        all.map(|it| it["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let list = ask(&router, "GET", PATH, None).await;
    assert_eq!(
        names(&list.body),
        ["CUSTOM_B", "CUSTOM_A", "HW_CPU_X86_VMX"]
    );
    let first = &list.body["deploy_templates"][0];
    assert_eq!(first.as_object().unwrap().len(), 3, "uuid, name, links");
    let sorted = ask(
        &router,
        "GET",
        &format!("{PATH}?sort_key=name&limit=2"),
        None,
    )
    .await;
    assert_eq!(names(&sorted.body), ["CUSTOM_A", "CUSTOM_B"]);
    assert!(sorted.body["next"].as_str().unwrap().contains("marker="));
    let detail = ask(&router, "GET", &format!("{PATH}?detail=true"), None).await;
    assert_eq!(detail.body["deploy_templates"][0]["steps"][0]["step"], "x");
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let router = Fake::new().operator();
    for (body, words) in [
        (json!({"steps": [step()]}), "'name' is required"),
        (json!({"name": "CUSTOM_A"}), "'steps' is required"),
        (with("name", json!("a")), "name: a trait"),
        (with("name", json!("NOPE_A")), "name: a trait"),
        (with("name", json!("CUSTOM_a")), "name: a trait"),
        (with("steps", json!([])), "steps: a list"),
        (
            with("steps", json!([step(), step()])),
            "deploy.x is named twice",
        ),
        (with("uuid", json!("x")), "uuid: a UUID"),
        (with("extra", json!("x")), "extra: an object"),
        (with("description", json!("x".repeat(256))), "description"),
        (with("unknown", json!(1)), "unknown"),
        (step_with("priority", json!(-1)), "priority"),
        (step_with("priority", json!("+7")), "priority"),
        (step_with("priority", Value::Null), "priority"),
        (
            step_with("interface", json!("network")),
            "interface is one of",
        ),
        (step_with("step", json!("")), "'step'"),
        (step_with("args", json!([])), "args"),
        (step_with("more", json!(1)), "more"),
        (
            with(
                "steps",
                json!([{"interface": "deploy", "step": "x", "priority": 1}]),
            ),
            "'args'",
        ),
    ] {
        let reply = ask(&router, "POST", PATH, Some(body.clone())).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
        assert!(reply.error().contains(words), "{body}: {}", reply.error());
    }
    let made = ask(&router, "POST", PATH, Some(with("name", json!("CUSTOM_A")))).await;
    assert_eq!(made.status, 201);
    let path = format!("{PATH}/CUSTOM_A");
    for patch in [
        json!([{"op": "remove", "path": "/steps"}]),
        json!([{"op": "remove", "path": "/name"}]),
        json!([{"op": "replace", "path": "/name", "value": "bad"}]),
        json!([{"op": "replace", "path": "/uuid", "value": uuid::Uuid::max()}]),
        json!([{"op": "add", "path": "/steps/-", "value": step()}]),
        json!([{"op": "add", "path": "/created_at", "value": "x"}]),
    ] {
        let reply = ask(&router, "PATCH", &path, Some(patch.clone())).await;
        assert_eq!(reply.status, 400, "{patch}: {}", reply.text);
    }
    for (query, status) in [
        ("sort_key=steps", 400),
        ("sort_key=bad", 400),
        ("fields=bad", 400),
        ("fields=name&detail=true", 400),
        ("limit=0", 400),
    ] {
        let reply = ask(&router, "GET", &format!("{PATH}?{query}"), None).await;
        assert_eq!(reply.status, status, "{query}");
    }
    assert_eq!(
        ask(&router, "GET", &format!("{PATH}/a%20b"), None)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn they_came_with_1_55() {
    let router = Fake::new().operator();
    let path = format!("{PATH}/CUSTOM_A");
    let body = with("extra", json!({}));
    for (version, method, path, body, status) in [
        ("1.54", "GET", PATH, None, 404),
        ("1.54", "POST", PATH, Some(body.clone()), 405),
        ("1.55", "POST", PATH, Some(body), 201),
        ("1.54", "GET", path.as_str(), None, 404),
        ("1.54", "PATCH", path.as_str(), Some(json!([])), 405),
        ("1.54", "DELETE", path.as_str(), None, 405),
        ("1.55", "GET", path.as_str(), None, 200),
        ("1.115", "PUT", path.as_str(), Some(json!({})), 405),
    ] {
        let reply = ask_at(&router, version, method, path, body).await;
        assert_eq!(reply.status, status, "{method} {path} at {version}");
    }
}
