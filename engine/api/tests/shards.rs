//! Shards: counted, and what is filtered by them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::Fake;
use support::ask::{ask, ask_at};

#[tokio::test]
async fn shards_are_counted() {
    let fake = Fake::new();
    let router = fake.operator();
    let none = ask(&router, "GET", "/v1/shards", None).await;
    assert_eq!(none.body, json!({"shards": []}), "{}", none.text);
    for (name, shard) in [("a", "s1"), ("b", "s2"), ("c", "s2")] {
        fake.add_node(name, |node| node.shard = Some(shard.to_owned()));
    }
    fake.add_node("d", |_| {});
    let reply = ask(&router, "GET", "/v1/shards", None).await;
    let counted = json!({"shards": [{"name": "s2", "count": 2}, {"name": "None", "count": 1},
        {"name": "s1", "count": 1}]});
    assert_eq!(reply.body, counted);
    for (method, path, version, status) in [
        ("GET", "/v1/shards", "1.81", 404),
        ("GET", "/v1/shards", "1.82", 200),
        ("GET", "/v1/shards/s1", "1.82", 404),
        ("POST", "/v1/shards", "1.82", 405),
    ] {
        let reply = ask_at(&router, version, method, path, None).await;
        assert_eq!(reply.status, status, "{method} {path} {version}");
    }
    for (version, has) in [("1.81", false), ("1.82", true)] {
        let root = ask_at(&router, version, "GET", "/v1", None).await;
        assert_eq!(root.body.get("shards").is_some(), has, "{version}");
    }
}

#[tokio::test]
async fn a_node_goes_into_a_shard_and_out_again() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    let shard = |value: Value| Some(json!([{"op": "add", "path": "/shard", "value": value}]));
    let path = "/v1/nodes/a";
    let early = ask_at(&router, "1.81", "PATCH", path, shard(json!("s1"))).await;
    assert_eq!(early.status, 406, "{}", early.text);
    for (value, status) in [
        (json!("s1"), 200),
        (json!("x".repeat(256)), 400),
        (json!(5), 400),
        (Value::Null, 200),
    ] {
        let reply = ask(&router, "PATCH", path, shard(value.clone())).await;
        assert_eq!(reply.status, status, "{value}: {}", reply.text);
    }
    for (list, since) in [("nodes", 82), ("ports", 82), ("portgroups", 106)] {
        for (minor, status) in [(since - 1, 406), (since, 200)] {
            let path = format!("/v1/{list}?shard=s1,s2");
            let reply = ask_at(&router, &format!("1.{minor}"), "GET", &path, None).await;
            assert_eq!(reply.status, status, "{list} 1.{minor}: {}", reply.text);
        }
    }
}
