//! Chassis: made, listed, changed, removed; nodes go into them and out again.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::Fake;
use support::ask::{ask, ask_at};

async fn add(router: &axum::Router, body: Value) -> String {
    let made = ask(router, "POST", "/v1/chassis", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.body["uuid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn chassis_are_made_listed_changed_and_removed() {
    let router = Fake::new().operator();
    let given = json!({"description": "rack 7", "extra": {"row": 3}});
    let made = ask(&router, "POST", "/v1/chassis", Some(given)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let uuid = made.body["uuid"].as_str().unwrap().to_owned();
    let path = format!("/v1/chassis/{uuid}");
    assert!(made.header("location").unwrap().ends_with(&path));
    assert_eq!(made.body["updated_at"], Value::Null);
    assert_eq!(made.body["extra"]["row"], 3);
    let nodes = made.body["nodes"][0]["href"].as_str().unwrap();
    assert!(nodes.ends_with(&format!("{path}/nodes")));
    let again = ask(&router, "POST", "/v1/chassis", Some(json!({"uuid": uuid}))).await;
    assert_eq!(again.status, 409, "{}", again.text);
    let second = add(&router, json!({})).await;

    let list = ask(&router, "GET", "/v1/chassis", None).await;
    let first = list.body["chassis"][0].as_object().unwrap();
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        ["description", "links", "uuid"]
    );
    let detail = ask(&router, "GET", "/v1/chassis/detail?limit=1", None).await;
    assert_eq!(detail.body["chassis"][0]["extra"]["row"], 3);
    let next = detail.body["next"].as_str().unwrap();
    assert!(next.ends_with(&format!("/v1/chassis/detail?limit=1&marker={uuid}")));
    let rest = ask(
        &router,
        "GET",
        next.trim_start_matches("http://engine:6385"),
        None,
    )
    .await;
    assert_eq!(rest.body["chassis"][0]["uuid"], json!(second));

    let patch = json!([
        {"op": "replace", "path": "/description", "value": "rack 8"},
        {"op": "remove", "path": "/extra/row"},
    ]);
    let changed = ask(&router, "PATCH", &path, Some(patch)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.body["description"], "rack 8");
    assert_eq!(changed.body["extra"], json!({}));
    assert_ne!(changed.body["updated_at"], Value::Null);
    assert_eq!(ask(&router, "DELETE", &path, None).await.status, 204);
    assert_eq!(ask(&router, "GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn wrong_chassis_are_refused() {
    let router = Fake::new().operator();
    let uuid = add(&router, json!({})).await;
    let path = format!("/v1/chassis/{uuid}");
    for body in [
        json!({"name": "x"}),
        json!({"description": "x".repeat(256)}),
        json!({"description": 5}),
        json!({"extra": []}),
        json!({"uuid": "x"}),
    ] {
        let reply = ask(&router, "POST", "/v1/chassis", Some(body.clone())).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
    }
    for patch in [
        json!([{"op": "replace", "path": "/uuid", "value": uuid::Uuid::max()}]),
        json!([{"op": "replace", "path": "/created_at", "value": null}]),
        json!([{"op": "remove", "path": "/extra/nothing"}]),
    ] {
        let reply = ask(&router, "PATCH", &path, Some(patch.clone())).await;
        assert_eq!(reply.status, 400, "{patch}: {}", reply.text);
    }
    for (path, version, status) in [
        ("/v1/chassis/rack", "1.115", 400),
        ("/v1/chassis?marker=rack", "1.115", 400),
        ("/v1/chassis?sort_key=extra", "1.115", 400),
        ("/v1/chassis?fields=uuid", "1.7", 406),
        ("/v1/chassis?fields=rack", "1.8", 400),
        ("/v1/chassis?detail=true", "1.42", 400),
        ("/v1/chassis?detail=true", "1.43", 200),
        ("/v1/chassis?detail=true&fields=uuid", "1.43", 400),
    ] {
        let reply = ask_at(&router, version, "GET", path, None).await;
        assert_eq!(reply.status, status, "{path} {version}: {}", reply.text);
    }
}

#[tokio::test]
async fn nodes_go_into_a_chassis_and_out_again() {
    let router = Fake::new().operator();
    let chassis = add(&router, json!({})).await;
    let other = add(&router, json!({})).await;
    let node =
        |chassis: Value| json!({"driver": "fake-hardware", "name": "a", "chassis_uuid": chassis});
    for wrong in [json!(uuid::Uuid::max()), json!("rack"), json!(7)] {
        let reply = ask(&router, "POST", "/v1/nodes", Some(node(wrong))).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
    }
    let made = ask(&router, "POST", "/v1/nodes", Some(node(json!(chassis)))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.body["chassis_uuid"], json!(chassis));

    for (path, count) in [
        (format!("/v1/nodes?chassis_uuid={chassis}"), 1),
        (format!("/v1/nodes?chassis_uuid={other}"), 0),
        (format!("/v1/chassis/{chassis}/nodes"), 1),
        (format!("/v1/chassis/{chassis}/nodes/detail"), 1),
        (format!("/v1/chassis/{other}/nodes"), 0),
    ] {
        let reply = ask(&router, "GET", &path, None).await;
        let nodes = reply.body["nodes"].as_array().expect(&reply.text);
        assert_eq!(nodes.len(), count, "{path}");
        let shown = nodes
            .iter()
            .all(|n| n.get("driver").is_some() == path.ends_with("detail"));
        assert!(shown, "{path}");
    }
    for (path, status) in [
        (format!("/v1/nodes?chassis_uuid={}", uuid::Uuid::max()), 404),
        (format!("/v1/chassis/{}/nodes", uuid::Uuid::max()), 404),
        ("/v1/nodes?chassis_uuid=rack".to_owned(), 400),
    ] {
        let reply = ask(&router, "GET", &path, None).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
    }
    let full = ask(&router, "DELETE", &format!("/v1/chassis/{chassis}"), None).await;
    assert_eq!(full.status, 400, "{}", full.text);

    let away = json!([{"op": "remove", "path": "/chassis_uuid"}]);
    let into = |chassis: &Value| json!([{"op": "add", "path": "/chassis_uuid", "value": chassis}]);
    for (version, patch, status) in [
        ("1.115", into(&json!(uuid::Uuid::max())), 400),
        ("1.24", into(&json!(other)), 200),
        ("1.24", into(&Value::Null), 406),
        ("1.24", away.clone(), 406),
        ("1.25", away.clone(), 200),
        ("1.24", away.clone(), 200),
    ] {
        let reply = ask_at(
            &router,
            version,
            "PATCH",
            "/v1/nodes/a",
            Some(patch.clone()),
        )
        .await;
        assert_eq!(reply.status, status, "{version} {patch}: {}", reply.text);
    }
    let empty = ask(&router, "DELETE", &format!("/v1/chassis/{other}"), None).await;
    assert_eq!(empty.status, 204, "{}", empty.text);
}
